libaccel_a_SOURCES += \
	%D%/map_nest.c \
	%D%/map_nest.h \
	%D%/map_options.c \
	%D%/map_options.h \
	%D%/map_report.c \
	%D%/map_report.h
