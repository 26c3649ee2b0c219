libaccel_a_SOURCES += \
	%D%/pass_events.c \
	%D%/pass_events.h \
	%D%/pass_least.c \
	%D%/pass_least.h \
	%D%/pass_rounds.c \
	%D%/pass_rounds.h
