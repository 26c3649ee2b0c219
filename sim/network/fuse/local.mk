libaccel_a_SOURCES += \
	%D%/fuse_groups.c \
	%D%/fuse_groups.h \
	%D%/fuse_search.c \
	%D%/fuse_search.h \
	%D%/fuse_tiles.c \
	%D%/fuse_tiles.h \
	%D%/fused_results.c \
	%D%/fused_results.h \
	%D%/fused_run.c \
	%D%/fused_run.h \
	%D%/fused_words.c \
	%D%/fused_words.h \
	%D%/fusion.c \
	%D%/fusion.h
