libhot_a_SOURCES += %D%/mesh.c %D%/mesh.h %D%/stream.c %D%/stream.h \
	%D%/multicast.c %D%/multicast.h \
	%D%/collect.c %D%/collect.h %D%/lane_fifo.h %D%/state_kind.h \
	%D%/tree.c %D%/tree.h
libaccel_a_SOURCES += %D%/tree_values.c %D%/tree_values.h
