libaccel_a_SOURCES += \
	%D%/point_process.c \
	%D%/point_process.h \
	%D%/sweep.c \
	%D%/sweep.h \
	%D%/sweep_walk.c
