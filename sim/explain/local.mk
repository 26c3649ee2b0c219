libaccel_a_SOURCES += \
	%D%/explain.c \
	%D%/explain.h \
	%D%/explain_json.c \
	%D%/explain_text.c \
	%D%/what_if.c \
	%D%/what_if.h
