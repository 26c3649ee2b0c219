libaccel_a_SOURCES += \
	%D%/dot.c \
	%D%/dot.h \
	%D%/dot_choose.c \
	%D%/dot_model.c \
	%D%/gemm.c \
	%D%/gemm_groups.c \
	%D%/gemm.h \
	%D%/is.c \
	%D%/nlr.c \
	%D%/os.c \
	%D%/os.h \
	%D%/os_choose.c \
	%D%/os_model.c \
	%D%/stationary.c \
	%D%/stationary.h \
	%D%/stationary_choose.c \
	%D%/stationary_model.c \
	%D%/tiling_choose.c \
	%D%/ws.c
