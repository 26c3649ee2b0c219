accelsim_SOURCES += \
	%D%/command.h \
	%D%/command_help.c \
	%D%/command_import.c \
	%D%/command_list.c \
	%D%/command_map.c \
	%D%/command_model.c \
	%D%/command_reuse.c \
	%D%/command_run.c \
	%D%/command_validate.c \
	%D%/foreign.c \
	%D%/foreign.h \
	%D%/glossary.c \
	%D%/glossary.h \
	%D%/importer.c \
	%D%/importer.h \
	%D%/invocation.c \
	%D%/invocation.h \
	%D%/report_results.c \
	%D%/report_results.h \
	%D%/show_config.c \
	%D%/show_config.h
# Options are tested as functions.
libaccel_a_SOURCES += \
	%D%/format_table.c \
	%D%/format_table.h \
	%D%/option_readers.c \
	%D%/option_readers.h \
	%D%/option_table.c \
	%D%/option_table.h \
	%D%/options.c \
	%D%/options.h \
	%D%/options_argp.h \
	%D%/options_fault.c \
	%D%/options_fault.h \
	%D%/options_fit.c \
	%D%/options_fit.h \
	%D%/options_help.c \
	%D%/options_help.h \
	%D%/options_manual.c

# The program makes its manual page and bash's completion.
man1_MANS = accelsim.1
bashcompletiondir = $(datadir)/bash-completion/completions
nodist_bashcompletion_DATA = completions/accelsim
CLEANFILES += accelsim.1 completions/accelsim
accelsim.1: accelsim$(EXEEXT)
	$(AM_V_GEN)./accelsim$(EXEEXT) help man >$@
completions/accelsim: accelsim$(EXEEXT)
	$(AM_V_at)$(MKDIR_P) completions
	$(AM_V_GEN)./accelsim$(EXEEXT) help completion >$@
