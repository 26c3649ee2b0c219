libaccel_a_SOURCES += %D%/dram.c %D%/dram.h %D%/dma.c %D%/dma.h \
	%D%/dram_presets.c %D%/l2_port.c %D%/l2_port.h
