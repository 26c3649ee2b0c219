accelsim_SOURCES += \
	%D%/command.h \
	%D%/command_map.c \
	%D%/command_model.c \
	%D%/command_reuse.c \
	%D%/command_run.c \
	%D%/command_validate.c \
	%D%/invocation.c \
	%D%/invocation.h \
	%D%/report_results.c \
	%D%/report_results.h
# Options are tested as functions.
libaccel_a_SOURCES += \
	%D%/options.c \
	%D%/options.h \
	%D%/options_fault.c \
	%D%/options_fault.h \
	%D%/options_fit.c \
	%D%/options_fit.h \
	%D%/options_key.h
