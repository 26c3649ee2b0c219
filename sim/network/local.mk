libaccel_a_SOURCES += \
	%D%/coverage.c \
	%D%/coverage.h \
	%D%/graph.h \
	%D%/graph_read.c \
	%D%/graph_shapes.c \
	%D%/graph_sort.c \
	%D%/joined_parts.c \
	%D%/joined_parts.h \
	%D%/network_file.c \
	%D%/network_file.h \
	%D%/residency.c \
	%D%/residency.h \
	%D%/residency_cache.c \
	%D%/residency_node.c \
	%D%/residency_plan.h \
	%D%/vector_array.c \
	%D%/vector_array.h \
	%D%/vector_node.c \
	%D%/vector_op.c \
	%D%/vector_op.h \
	%D%/vector_passes.c \
	%D%/vector_passes.h \
	%D%/vector_result.c \
	%D%/vector_result.h \
	%D%/vector_tiling.c \
	%D%/vector_tiling.h
