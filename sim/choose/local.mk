libaccel_a_SOURCES += \
	%D%/candidates.c \
	%D%/candidates.h \
	%D%/chooser.c \
	%D%/chooser.h \
	%D%/gate.c \
	%D%/gate.h \
	%D%/map_l1.c \
	%D%/map_l1.h \
	%D%/map_layer.c \
	%D%/map_layer.h \
	%D%/map_named.c \
	%D%/map_nest.c \
	%D%/map_run.c \
	%D%/replay.c \
	%D%/replay.h \
	%D%/search_costs.c \
	%D%/search_costs.h \
	%D%/trial.c \
	%D%/trial.h
