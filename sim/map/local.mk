libaccel_a_SOURCES += \
	%D%/map_json.c \
	%D%/map_options.c \
	%D%/map_options.h \
	%D%/map_report.c \
	%D%/map_report.h \
	%D%/map_text.c
