libaccel_a_SOURCES += \
	%D%/mask_file.c \
	%D%/mask_file.h \
	%D%/pattern.c \
	%D%/pattern.h
