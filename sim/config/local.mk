libaccel_a_SOURCES += \
	%D%/arch_check.c \
	%D%/arch_check.h \
	%D%/config.c \
	%D%/config.h \
	%D%/config_mapping.c \
	%D%/config_state.h \
	%D%/config_value.c \
	%D%/config_value.h \
	%D%/help_config.c \
	%D%/help_config.h %D%/help_line.c %D%/help_line.h \
	%D%/l2_stores.c \
	%D%/l2_stores.h \
	%D%/layer_keys.c \
	%D%/layer_keys.h \
	%D%/layer_read.c \
	%D%/layer_read.h \
	%D%/layer_text.c \
	%D%/layer_text.h \
	%D%/levels.c \
	%D%/levels.h \
	%D%/mapping_entry.c \
	%D%/mapping_entry.h \
	%D%/mapping_file.c \
	%D%/mapping_file.h \
	%D%/mapping_table.c \
	%D%/mapping_table.h \
	%D%/nest_limits_file.c \
	%D%/nest_limits_file.h \
	%D%/part_file.c \
	%D%/part_file.h \
	%D%/schema.c \
	%D%/schema.h \
	%D%/schema_table.c \
	%D%/workload.c \
	%D%/workload.h \
	%D%/workload_select.c
