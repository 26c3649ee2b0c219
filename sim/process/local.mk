libaccel_a_SOURCES += \
	%D%/clock.c \
	%D%/clock.h \
	%D%/memory_limit.c \
	%D%/memory_limit.h \
	%D%/progress.c \
	%D%/progress.h \
	%D%/safe.c \
	%D%/safe.h \
	%D%/wall_limit.c \
	%D%/wall_limit.h \
	%D%/whole_io.c \
	%D%/whole_io.h
