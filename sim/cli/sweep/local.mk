accelsim_SOURCES += \
	%D%/command_sweep.c
