libaccel_a_SOURCES += \
	%D%/chain.c \
	%D%/chain.h \
	%D%/lattice.c \
	%D%/lattice.h \
	%D%/lattice_cache.c \
	%D%/nest.c \
	%D%/nest.h \
	%D%/nest_bounds.c \
	%D%/nest_bounds.h \
	%D%/nest_box.c \
	%D%/nest_box.h \
	%D%/nest_dataflow.c \
	%D%/nest_dataflow.h \
	%D%/nest_levels.c \
	%D%/nest_levels.h \
	%D%/nest_limits.h \
	%D%/nest_model.c \
	%D%/nest_pass.c \
	%D%/nest_pass.h \
	%D%/nest_text.c \
	%D%/nest_text.h \
	%D%/nest_view.c \
	%D%/nest_view.h \
	%D%/nest_walk.c \
	%D%/nest_walk.h
