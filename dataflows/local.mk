libaccel_a_SOURCES += \
	%D%/arith.h \
	%D%/choose.c \
	%D%/choose.h \
	%D%/dataflow.h \
	%D%/dram_layout.c \
	%D%/dram_layout.h \
	%D%/folds.c \
	%D%/folds.h \
	%D%/l1_model.c \
	%D%/l1_model.h \
	%D%/l1_shape.c \
	%D%/l1_shape.h \
	%D%/l2_deal.c \
	%D%/l2_deal.h \
	%D%/multicast_alike.c \
	%D%/multicast_alike.h \
	%D%/pass_events.c \
	%D%/pass_events.h \
	%D%/placement.c \
	%D%/placement.h \
	%D%/plugin.h \
	%D%/program.h \
	%D%/table.c \
	%D%/tile_move.c \
	%D%/tiling.c \
	%D%/tiling_model.c
