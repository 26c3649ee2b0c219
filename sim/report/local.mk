libaccel_a_SOURCES += \
	%D%/csv.c \
	%D%/document.c \
	%D%/document.h \
	%D%/document_schema.c \
	%D%/document_schema.h \
	%D%/grid.c \
	%D%/grid.h \
	%D%/json.c \
	%D%/listing.c \
	%D%/listing.h \
	%D%/markdown.c \
	%D%/metrics.c \
	%D%/metrics.h \
	%D%/report.h \
	%D%/report_table.c \
	%D%/report_table.h \
	%D%/report_tree.c \
	%D%/report_tree.h \
	%D%/reuse_report.c \
	%D%/reuse_report.h \
	%D%/reuse_table.c \
	%D%/stats.c \
	%D%/stats.h \
	%D%/table_layer.c \
	%D%/table_network.c
