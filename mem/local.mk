libaccel_a_SOURCES += %D%/dram.c %D%/dram.h %D%/dma.c %D%/dma.h \
	%D%/dram_bursts.c %D%/dram_bursts.h \
	%D%/dram_controller.c %D%/dram_controller.h \
	%D%/dram_memory.c %D%/dram_memory.h %D%/dram_pattern.c %D%/dram_pattern.h \
	%D%/dram_part.c %D%/dram_part.h %D%/dram_port.c %D%/dram_port.h \
	%D%/dram_presets.c \
	%D%/dram_queue.c %D%/dram_queue.h \
	%D%/dram_stream.c %D%/dram_stream.h %D%/l2_port.c %D%/l2_port.h \
	%D%/rlc.c %D%/rlc.h %D%/word_map.c %D%/word_map.h
libhot_a_SOURCES += %D%/l1.c %D%/l1.h %D%/l1_cycle.c %D%/l1_parts.h %D%/l1_periods.c \
	%D%/l1_plain.c
EXTRA_DIST += %D%/dram_timings.csv
