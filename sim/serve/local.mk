libaccel_a_SOURCES += \
	%D%/request.c \
	%D%/request.h \
	%D%/serve.c \
	%D%/serve.h
