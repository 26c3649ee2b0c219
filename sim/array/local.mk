libaccel_a_SOURCES += \
	%D%/array_kind.h \
	%D%/access_stream.c \
	%D%/access_stream.h \
	%D%/array_axes.c \
	%D%/array_axes.h \
	%D%/array_side.c \
	%D%/array_side.h \
	%D%/charge.c \
	%D%/charge.h \
	%D%/l1_path.c \
	%D%/l1_path.h \
	%D%/l1_probes.c \
	%D%/l1_probes.h \
	%D%/l1_words.c \
	%D%/l1_words.h \
	%D%/multicast_array.c \
	%D%/multicast_blocks.c \
	%D%/multicast_machine.c \
	%D%/multicast_machine.h \
	%D%/multicast_parts.h \
	%D%/multicast_periods.c \
	%D%/multicast_probes.c \
	%D%/multicast_probes.h \
	%D%/multicast_readout.c \
	%D%/multicast_shape.c \
	%D%/multicast_skips.c \
	%D%/pass_outcome.c \
	%D%/pass_outcome.h \
	%D%/pass_periods.c \
	%D%/pass_periods.h \
	%D%/probe.c \
	%D%/probe.h \
	%D%/systolic_array.c %D%/systolic_array.h \
	%D%/systolic_probes.c \
	%D%/systolic_probes.h \
	%D%/word_flow.c \
	%D%/word_flow.h
