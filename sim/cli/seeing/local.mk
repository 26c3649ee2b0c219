accelsim_SOURCES += \
	%D%/command_compare.c \
	%D%/command_explain.c \
	%D%/command_report.c
