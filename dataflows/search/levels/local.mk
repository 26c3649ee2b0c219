libaccel_a_SOURCES += \
	%D%/levels_cuts.c \
	%D%/levels_cuts.h \
	%D%/search_levels.c \
	%D%/search_levels.h
