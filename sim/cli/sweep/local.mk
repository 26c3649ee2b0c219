accelsim_SOURCES += \
	%D%/command_serve.c \
	%D%/command_sweep.c \
	%D%/emit_shards.c \
	%D%/emit_shards.h
