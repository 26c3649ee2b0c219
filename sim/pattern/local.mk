libaccel_a_SOURCES += \
	%D%/pattern.c \
	%D%/pattern.h
