libaccel_a_SOURCES += \
	%D%/energy.c \
	%D%/energy.h \
	%D%/energy_costs.c \
	%D%/energy_table.c \
	%D%/energy_table.h
