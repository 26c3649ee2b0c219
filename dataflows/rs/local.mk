libaccel_a_SOURCES += \
	%D%/rs.c \
	%D%/rs.h \
	%D%/rs_choose.c \
	%D%/rs_estimate.c \
	%D%/rs_estimate.h \
	%D%/rs_groups.c \
	%D%/rs_model.c \
	%D%/rs_show.c
