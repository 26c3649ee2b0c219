libaccel_a_SOURCES += \
	%D%/pass_pattern.c \
	%D%/pass_pattern.h %D%/streams.h
