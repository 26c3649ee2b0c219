libaccel_a_SOURCES += \
	%D%/nest_array.c \
	%D%/nest_array.h \
	%D%/nest_blocks.c \
	%D%/nest_machine.c \
	%D%/nest_machine.h \
	%D%/nest_parts.h \
	%D%/nest_probes.c \
	%D%/nest_probes.h \
	%D%/nest_source.c \
	%D%/nest_source.h \
	%D%/nest_stage.c \
	%D%/nest_stage.h
