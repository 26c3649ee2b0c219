libaccel_a_SOURCES += \
	%D%/page.c \
	%D%/page.h
