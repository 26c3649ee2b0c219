# The search over mapping spaces, and why there is none.
libaccel_a_SOURCES += %D%/choose.c %D%/choose.h \
	%D%/search.c %D%/search.h %D%/search_best.c %D%/search_best.h \
	%D%/search_cost.c %D%/search_cost.h %D%/search_count.c \
	%D%/search_dot.c %D%/search_gemm.c %D%/search_problem.c %D%/search_rs.c \
	%D%/search_nest.c %D%/search_nest.h %D%/search_nest_climb.c \
	%D%/search_nest_point.c %D%/search_nest_point.h \
	%D%/search_nest_space.c %D%/search_nest_tree.c \
	%D%/search_nest_l2.c %D%/search_nest_split.c %D%/search_nest_parts.h \
	%D%/known_values.c %D%/known_values.h %D%/nest_limits.h \
	%D%/search_space.h %D%/search_tree.c %D%/search_tree.h

libaccel_a_SOURCES += %D%/arith.h %D%/dataflow.h %D%/plugin.h %D%/program.h %D%/table.c \
	%D%/tiling.c %D%/tiling_model.c %D%/tiling_choose.c %D%/tile_move.c \
	%D%/folds.c %D%/folds.h %D%/gemm.c %D%/gemm.h %D%/l1_model.c %D%/l1_model.h \
	%D%/l1_shape.c %D%/l1_shape.h \
	%D%/placement.c %D%/placement.h \
	%D%/nest.c %D%/nest.h %D%/nest_model.c \
	%D%/nest_bounds.c %D%/nest_bounds.h %D%/nest_least.c %D%/nest_least.h \
	%D%/nest_touch.c %D%/nest_touch.h \
	%D%/nest_dataflow.c %D%/nest_dataflow.h \
	%D%/nest_text.c %D%/nest_text.h %D%/nest_walk.c %D%/nest_walk.h \
	%D%/nest_chain.c %D%/nest_chain.h %D%/nest_lattice.c %D%/nest_lattice.h \
	%D%/nest_lattice_cache.c \
	%D%/rs.c %D%/rs.h %D%/rs_choose.c %D%/rs_estimate.c %D%/rs_estimate.h \
	%D%/rs_model.c %D%/rs_show.c \
	%D%/stationary.c %D%/stationary.h %D%/stationary_choose.c \
	%D%/stationary_model.c %D%/ws.c %D%/is.c %D%/os.c %D%/os.h \
	%D%/os_choose.c %D%/os_model.c \
	%D%/dot.c %D%/dot.h %D%/dot_choose.c %D%/dot_model.c %D%/nlr.c
