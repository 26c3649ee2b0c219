libhot_a_SOURCES += %D%/lanes.c %D%/lanes.h %D%/lanes_step.c %D%/hot.h %D%/lane_loop.h \
	%D%/lane_skips.c %D%/lane_skips.h \
	%D%/lane_skips_state.h %D%/stream_bits.c %D%/stream_bits.h \
	%D%/lane_periods.c %D%/lane_periods.h \
	%D%/pass_counts.h \
	%D%/systolic.c %D%/systolic.h %D%/systolic_account.c \
	%D%/systolic_charge.c %D%/systolic_drain.c \
	%D%/systolic_periods.c %D%/systolic_periods.h %D%/systolic_plan.c \
	%D%/systolic_planes.c %D%/systolic_planes.h %D%/systolic_rows.c \
	%D%/systolic_rows.h %D%/systolic_shadow.c %D%/systolic_shadow_count.c \
	%D%/systolic_shadow_foresee.c \
	%D%/systolic_shadow.h \
	%D%/systolic_shadow_state.h %D%/systolic_state.h
libaccel_a_SOURCES += %D%/fold_boundary.c %D%/fold_boundary.h \
	%D%/lane_values.c %D%/lane_values.h \
	%D%/systolic_shadow_values.c %D%/systolic_strips.c \
	%D%/systolic_strips.h %D%/systolic_values.c
