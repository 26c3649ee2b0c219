libhot_a_SOURCES += %D%/stream.c %D%/stream.h \
	%D%/multicast.c %D%/multicast.h \
	%D%/collect.c %D%/collect.h %D%/lane_fifo.h
