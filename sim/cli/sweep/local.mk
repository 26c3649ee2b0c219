accelsim_SOURCES += \
	%D%/command_serve.c \
	%D%/command_sweep.c
