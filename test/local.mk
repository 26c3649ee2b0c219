TEST_LIBS = libaccel.a libhot.a libaccel.a -lgtest -lgtest_main -lpthread
DRAM_TESTING = %D%/dram_oracle.cpp %D%/dram_oracle.h %D%/dram_requests.cpp \
	%D%/dram_requests.h %D%/each_part.h %D%/part_memory.h %D%/part_relative.h

# Closed forms, and the search over them.
if TESTS_WANTED
check_PROGRAMS += model_test search_test search_nest_test
endif
search_nest_test_SOURCES = %D%/search_nest_test.cpp %D%/messages.h \
	%D%/random_nest.h %D%/random_layer.h
search_nest_test_LDADD = $(TEST_LIBS)
model_test_SOURCES = %D%/model_test.cpp %D%/choose_test.cpp \
	%D%/messages.h %D%/random_layer.h
model_test_LDADD = $(TEST_LIBS)
search_test_SOURCES = %D%/search_test.cpp %D%/messages.h %D%/random_layer.h
search_test_LDADD = $(TEST_LIBS)

if TESTS_WANTED
check_PROGRAMS += lanes_test block_order_test probes_test multicast_test mesh_test l1_test \
	l1_dataflow_test multicast_machine_test \
	systolic_test systolic_cycles_test dram_test dma_test dataflow_test \
	compression_test config_test energy_test report_test reuse_test
endif
lanes_test_SOURCES = %D%/lanes_test.cpp
lanes_test_LDADD = $(TEST_LIBS)
block_order_test_SOURCES = %D%/block_order_test.cpp %D%/random_layer.h
block_order_test_LDADD = $(TEST_LIBS)
probes_test_SOURCES = %D%/probes_test.cpp %D%/random_nest.h \
	%D%/random_layer.h
probes_test_LDADD = $(TEST_LIBS)
multicast_test_SOURCES = %D%/multicast_test.cpp
multicast_test_LDADD = $(TEST_LIBS)
mesh_test_SOURCES = %D%/mesh_test.cpp %D%/mesh_oracle.cpp %D%/mesh_oracle.h
mesh_test_LDADD = $(TEST_LIBS)
l1_dataflow_test_SOURCES = %D%/l1_dataflow_test.cpp %D%/random_layer.h
l1_dataflow_test_LDADD = $(TEST_LIBS)
l1_test_SOURCES = %D%/l1_test.cpp
l1_test_LDADD = $(TEST_LIBS)
multicast_machine_test_SOURCES = %D%/multicast_machine_test.cpp \
	%D%/bank_conflict_test.cpp \
	%D%/array_oracle.cpp %D%/array_oracle.h %D%/l1_oracle.cpp \
	%D%/l1_oracle.h %D%/mesh_oracle.cpp %D%/mesh_oracle.h %D%/random_layer.h
multicast_machine_test_LDADD = $(TEST_LIBS)
systolic_test_SOURCES = %D%/systolic_test.cpp %D%/systolic_laws_test.cpp \
	%D%/systolic_fixture.h %D%/systolic_oracle.cpp %D%/systolic_oracle.h \
	%D%/systolic_drain_oracle.cpp %D%/systolic_drain_test.cpp \
	%D%/systolic_rows_test.cpp
systolic_test_LDADD = $(TEST_LIBS)
systolic_cycles_test_SOURCES = %D%/systolic_cycles_test.cpp \
	%D%/systolic_overlap_test.cpp \
	%D%/messages.h %D%/random_layer.h
systolic_cycles_test_LDADD = $(TEST_LIBS)
dram_test_SOURCES = %D%/dram_test.cpp %D%/dram_mix_test.cpp \
	%D%/dram_controller_test.cpp %D%/dram_part_test.cpp $(DRAM_TESTING)
dram_test_LDADD = $(TEST_LIBS)
dma_test_SOURCES = %D%/dma_test.cpp $(DRAM_TESTING)
dma_test_LDADD = $(TEST_LIBS)
dataflow_test_SOURCES = %D%/dataflow_test.cpp %D%/random_layer_test.cpp \
	%D%/random_stall_test.cpp \
	%D%/shipped_test.cpp %D%/messages.h %D%/random_layer.h
dataflow_test_LDADD = $(TEST_LIBS)
compression_test_SOURCES = %D%/compression_test.cpp %D%/rlc_test.cpp \
	%D%/random_layer.h
compression_test_LDADD = $(TEST_LIBS)
config_test_SOURCES = %D%/config_test.cpp %D%/mapping_table_test.cpp \
	%D%/options_test.cpp %D%/workload_test.cpp %D%/layer_test.cpp \
	%D%/diag_test.cpp %D%/config_fixture.h %D%/messages.h
config_test_LDADD = $(TEST_LIBS)
energy_test_SOURCES = %D%/energy_test.cpp
energy_test_LDADD = $(TEST_LIBS)
reuse_test_SOURCES = %D%/reuse_test.cpp %D%/sharing_test.cpp \
	%D%/survey_test.cpp %D%/messages.h %D%/random_layer.h
reuse_test_LDADD = $(TEST_LIBS)
report_test_SOURCES = %D%/report_test.cpp %D%/report_table_test.cpp \
	%D%/report_fixture.h %D%/result_test.cpp
report_test_LDADD = $(TEST_LIBS)

if TESTS_WANTED
check_PROGRAMS += tile_table_test pass_memory_test memo_test periods_test \
	rs_choose_test ahead_test simulate_test
endif
simulate_test_SOURCES = %D%/simulate_test.cpp %D%/messages.h %D%/random_layer.h
simulate_test_LDADD = $(TEST_LIBS)
ahead_test_SOURCES = %D%/ahead_test.cpp %D%/random_layer.h
ahead_test_LDADD = $(TEST_LIBS)
rs_choose_test_SOURCES = %D%/rs_choose_test.cpp %D%/messages.h \
	%D%/random_layer.h
rs_choose_test_LDADD = $(TEST_LIBS)
periods_test_SOURCES = %D%/periods_test.cpp %D%/random_layer.h
periods_test_LDADD = $(TEST_LIBS)
pass_memory_test_SOURCES = %D%/pass_memory_test.cpp
pass_memory_test_LDADD = $(TEST_LIBS)
memo_test_SOURCES = %D%/memo_test.cpp %D%/random_layer.h
memo_test_LDADD = $(TEST_LIBS)
tile_table_test_SOURCES = %D%/tile_table_test.cpp %D%/random_layer.h
tile_table_test_LDADD = $(TEST_LIBS)

dist_check_SCRIPTS += %D%/memo_test.py
dist_check_SCRIPTS += %D%/systemc_test.py %D%/waveform_test.py
EXTRA_DIST += %D%/shipped_hashes.py %D%/systemc_cases.py %D%/systemc_long.py %D%/vcd.py

# What takes too long for `make check`.
.PHONY: check-long
check-long: accelsim check-memo
	srcdir=$(abs_srcdir) ACCELSIM=$(abs_builddir)/accelsim \
		$(PYTHON3) -B $(srcdir)/%D%/systemc_long.py
dist_check_SCRIPTS += %D%/cli_test.py %D%/broken_test.py %D%/fuzz_test.py \
	%D%/readme_test.py %D%/sweep_test.py %D%/rules_test.sh
EXTRA_DIST += %D%/program.py %D%/plugin_dataflow.c \
	%D%/plugin_stale.c %D%/plugin_empty.c %D%/plugin_wide.c %D%/leaks_of_others.supp
dist_check_SCRIPTS += %D%/map_test.sh
check_DATA += %D%/plugin_dataflow.so %D%/plugin_stale.so %D%/plugin_empty.so \
	%D%/plugin_wide.so

# Stale against a header that changed, it would not fit the program.
%D%/plugin_dataflow.so %D%/plugin_stale.so %D%/plugin_empty.so \
	%D%/plugin_wide.so: libaccel.a
	$(AM_V_CC)$(CC) $(DEFS) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) \
		$(CFLAGS) -fPIC -shared -o $@ $(srcdir)/$(@:.so=.c)
CLEANFILES += %D%/plugin_dataflow.so %D%/plugin_stale.so %D%/plugin_empty.so \
	%D%/plugin_wide.so

if TESTS_WANTED
check_PROGRAMS += nest_test
endif
nest_test_SOURCES = %D%/nest_cycles_test.cpp %D%/mapping_file_test.cpp %D%/messages.h \
	%D%/nest_model_test.cpp %D%/nest_simulate_test.cpp %D%/nest_oracle.cpp \
	%D%/nest_oracle.h %D%/random_nest.h %D%/random_layer.h
nest_test_LDADD = $(TEST_LIBS)

if TESTS_WANTED
check_PROGRAMS += validation_test
endif
validation_test_SOURCES = %D%/validation_test.cpp %D%/messages.h
validation_test_LDADD = $(TEST_LIBS)
dist_check_SCRIPTS += %D%/validate_test.py
dist_check_SCRIPTS += %D%/nest_test.sh
if TESTS_WANTED
check_PROGRAMS += tree_test
endif
tree_test_SOURCES = %D%/tree_test.cpp
tree_test_LDADD = $(TEST_LIBS)
