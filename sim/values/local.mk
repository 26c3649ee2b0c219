libaccel_a_SOURCES += \
	%D%/fixed_point.c \
	%D%/fixed_point.h \
	%D%/graph_values.c \
	%D%/graph_values.h \
	%D%/mac_operands.c \
	%D%/mac_operands.h \
	%D%/value_map.c \
	%D%/value_map.h \
	%D%/vector_values.c \
	%D%/vector_values.h
