libaccel_a_SOURCES += \
	%D%/nest_class.c \
	%D%/nest_class.h \
	%D%/nest_compile.c \
	%D%/nest_compile.h \
	%D%/nest_credit.c \
	%D%/nest_credit.h \
	%D%/nest_follow.c \
	%D%/nest_follow.h \
	%D%/nest_sets.c \
	%D%/nest_sets.h \
	%D%/nest_slots.c \
	%D%/nest_slots.h \
	%D%/nest_source.c \
	%D%/nest_source.h \
	%D%/nest_stage.c \
	%D%/nest_stage.h \
	%D%/nest_use.c \
	%D%/nest_use.h \
	%D%/nest_visits.c \
	%D%/nest_visits.h \
	%D%/nest_work.c \
	%D%/nest_work.h \
	%D%/word_tile.c \
	%D%/word_tile.h
