libaccel_a_SOURCES += \
	%D%/energy.c \
	%D%/energy.h \
	%D%/energy_area.c \
	%D%/energy_area.h \
	%D%/energy_bus.c \
	%D%/energy_costs.c \
	%D%/energy_dram.c \
	%D%/energy_keys.c \
	%D%/energy_keys.h \
	%D%/energy_l2.c \
	%D%/energy_levels.c \
	%D%/energy_possible.c \
	%D%/energy_range.c \
	%D%/energy_range.h \
	%D%/energy_static.c \
	%D%/energy_table.c \
	%D%/energy_table.h \
	%D%/sram_grid.c \
	%D%/sram_grid.h
