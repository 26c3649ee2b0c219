libaccel_a_SOURCES += \
	%D%/validation.h \
	%D%/validation_dram.c \
	%D%/validation_energy.c \
	%D%/validation_plan.c \
	%D%/validation_quantity.c \
	%D%/validation_quantity.h \
	%D%/validation_report.c \
	%D%/validation_reuse.c \
	%D%/validation_run.c
