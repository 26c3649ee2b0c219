libaccel_a_SOURCES += \
	%D%/plugin_elf.c \
	%D%/plugin_elf.h \
	%D%/plugin_load.c \
	%D%/plugin_load.h
