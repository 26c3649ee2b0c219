libaccel_a_SOURCES += \
	%D%/nest_climb.c \
	%D%/nest_l2.c \
	%D%/nest_l2_least.c \
	%D%/nest_l2_tile.c \
	%D%/nest_l2_tile.h \
	%D%/nest_least.c \
	%D%/nest_least.h \
	%D%/nest_point.c \
	%D%/nest_point.h \
	%D%/nest_seed.c \
	%D%/nest_space.c \
	%D%/nest_split.c \
	%D%/nest_touch.c \
	%D%/nest_touch.h \
	%D%/nest_tree.c \
	%D%/search_nest.c \
	%D%/search_nest.h \
	%D%/search_nest_parts.h
