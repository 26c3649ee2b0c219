libaccel_a_SOURCES += \
	%D%/timeline.c \
	%D%/timeline.h \
	%D%/timeline_json.c
