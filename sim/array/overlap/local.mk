libaccel_a_SOURCES += \
	%D%/overlap_array.c \
	%D%/overlap_compile.c \
	%D%/overlap_compile.h \
	%D%/overlap_run.c \
	%D%/overlap_run.h \
	%D%/overlap_shape.c \
	%D%/overlap_shape.h
