libhot_a_SOURCES += %D%/lanes.c %D%/lanes.h %D%/pass_counts.h
libaccel_a_SOURCES += %D%/lane_values.c %D%/lane_values.h %D%/systolic.h
