accelsim_SOURCES += \
	%D%/command_explain.c
