libaccel_a_SOURCES += \
	%D%/credit_blocks.c \
	%D%/credit_l1.c \
	%D%/credit_l1.h \
	%D%/credit_machine.c \
	%D%/credit_machine.h \
	%D%/credit_parts.h \
	%D%/credit_pass.h \
	%D%/credit_probes.c \
	%D%/credit_probes.h
libhot_a_SOURCES += %D%/credit_lanes.c %D%/credit_lanes.h \
	%D%/credit_stream.c %D%/credit_stream.h
