TEST_LIBS = libaccel.a libhot.a libaccel.a -lgtest -lgtest_main -lpthread
DRAM_TESTING = %D%/mem/dram_oracle.cpp %D%/mem/dram_oracle.h %D%/mem/dram_requests.cpp \
	%D%/mem/dram_requests.h %D%/mem/each_part.h %D%/mem/part_memory.h %D%/mem/part_relative.h

# Closed forms, and the search over them.
if TESTS_WANTED
check_PROGRAMS += model_test search_test search_nest_test
endif
search_nest_test_SOURCES = %D%/dataflows/search_nest_test.cpp %D%/messages.h \
	%D%/random_nest.h %D%/random_layer.h %D%/simulate_chosen.h
search_nest_test_LDADD = $(TEST_LIBS)
model_test_SOURCES = %D%/run/model_test.cpp %D%/dataflows/choose_test.cpp \
	%D%/messages.h %D%/random_layer.h %D%/simulate_chosen.h
model_test_LDADD = $(TEST_LIBS)
search_test_SOURCES = %D%/dataflows/search_test.cpp %D%/messages.h %D%/random_layer.h %D%/simulate_chosen.h
search_test_LDADD = $(TEST_LIBS)

if TESTS_WANTED
check_PROGRAMS += lanes_test block_order_test probes_test multicast_test mesh_test l1_test \
	l1_dataflow_test multicast_machine_test \
	systolic_test systolic_cycles_test dram_test dma_test dataflow_test \
	compression_test config_test energy_test report_test reuse_test
endif
lanes_test_SOURCES = %D%/pe/lanes_test.cpp
lanes_test_LDADD = $(TEST_LIBS)
block_order_test_SOURCES = %D%/array/block_order_test.cpp %D%/random_layer.h %D%/simulate_chosen.h
block_order_test_LDADD = $(TEST_LIBS)
probes_test_SOURCES = %D%/array/probes_test.cpp %D%/random_nest.h \
	%D%/random_layer.h %D%/simulate_chosen.h
probes_test_LDADD = $(TEST_LIBS)
multicast_test_SOURCES = %D%/noc/multicast_test.cpp
multicast_test_LDADD = $(TEST_LIBS)
mesh_test_SOURCES = %D%/noc/mesh_test.cpp %D%/noc/mesh_oracle.cpp %D%/noc/mesh_oracle.h
mesh_test_LDADD = $(TEST_LIBS)
l1_dataflow_test_SOURCES = %D%/dataflows/l1_dataflow_test.cpp %D%/random_layer.h %D%/simulate_chosen.h
l1_dataflow_test_LDADD = $(TEST_LIBS)
l1_test_SOURCES = %D%/mem/l1_test.cpp
l1_test_LDADD = $(TEST_LIBS)
multicast_machine_test_SOURCES = %D%/array/multicast_machine_test.cpp \
	%D%/array/bank_conflict_test.cpp \
	%D%/array/array_oracle.cpp %D%/array/array_oracle.h %D%/array/l1_oracle.cpp \
	%D%/array/l1_oracle.h %D%/noc/mesh_oracle.cpp %D%/noc/mesh_oracle.h %D%/random_layer.h %D%/simulate_chosen.h
multicast_machine_test_LDADD = $(TEST_LIBS)
systolic_test_SOURCES = %D%/pe/systolic_test.cpp %D%/pe/systolic_laws_test.cpp \
	%D%/pe/systolic_fixture.h %D%/pe/systolic_oracle.cpp %D%/pe/systolic_oracle.h \
	%D%/pe/systolic_drain_oracle.cpp %D%/pe/systolic_drain_test.cpp \
	%D%/pe/systolic_rows_test.cpp
systolic_test_LDADD = $(TEST_LIBS)
systolic_cycles_test_SOURCES = %D%/run/systolic_cycles_test.cpp \
	%D%/run/systolic_overlap_test.cpp \
	%D%/messages.h %D%/random_layer.h %D%/simulate_chosen.h
systolic_cycles_test_LDADD = $(TEST_LIBS)
dram_test_SOURCES = %D%/mem/dram_test.cpp %D%/mem/dram_mix_test.cpp \
	%D%/mem/dram_controller_test.cpp %D%/mem/dram_part_test.cpp $(DRAM_TESTING)
dram_test_LDADD = $(TEST_LIBS)
dma_test_SOURCES = %D%/mem/dma_test.cpp $(DRAM_TESTING)
dma_test_LDADD = $(TEST_LIBS)
dataflow_test_SOURCES = %D%/dataflows/dataflow_test.cpp %D%/dataflows/random_layer_test.cpp \
	%D%/array/random_stall_test.cpp \
	%D%/dataflows/shipped_test.cpp %D%/messages.h %D%/random_layer.h %D%/simulate_chosen.h
dataflow_test_LDADD = $(TEST_LIBS)
compression_test_SOURCES = %D%/run/compression_test.cpp %D%/mem/rlc_test.cpp \
	%D%/random_layer.h %D%/simulate_chosen.h
compression_test_LDADD = $(TEST_LIBS)
config_test_SOURCES = %D%/config/config_test.cpp %D%/config/mapping_table_test.cpp \
	%D%/cli/options_test.cpp %D%/config/workload_test.cpp %D%/base/layer_test.cpp \
	%D%/base/diag_test.cpp %D%/base/output_test.cpp %D%/base/config_text_test.cpp \
	%D%/base/config_fuzz_test.cpp \
	%D%/config/config_fixture.h %D%/messages.h
config_test_LDADD = $(TEST_LIBS)
energy_test_SOURCES = %D%/energy/energy_test.cpp
energy_test_LDADD = $(TEST_LIBS)
reuse_test_SOURCES = %D%/traces/reuse_test.cpp %D%/traces/sharing_test.cpp \
	%D%/traces/survey_test.cpp %D%/messages.h %D%/random_layer.h %D%/simulate_chosen.h
reuse_test_LDADD = $(TEST_LIBS)
report_test_SOURCES = %D%/report/report_test.cpp %D%/report/report_table_test.cpp \
	%D%/report/report_fixture.h %D%/base/result_test.cpp
report_test_LDADD = $(TEST_LIBS)

if TESTS_WANTED
check_PROGRAMS += tile_table_test pass_memory_test memo_test periods_test \
	rs_choose_test ahead_test simulate_test
endif
simulate_test_SOURCES = %D%/run/simulate_test.cpp %D%/messages.h %D%/random_layer.h %D%/simulate_chosen.h
simulate_test_LDADD = $(TEST_LIBS)
ahead_test_SOURCES = %D%/run/ahead_test.cpp %D%/random_layer.h %D%/simulate_chosen.h
ahead_test_LDADD = $(TEST_LIBS)
rs_choose_test_SOURCES = %D%/dataflows/rs_choose_test.cpp %D%/messages.h \
	%D%/random_layer.h %D%/simulate_chosen.h
rs_choose_test_LDADD = $(TEST_LIBS)
periods_test_SOURCES = %D%/run/periods_test.cpp %D%/random_layer.h %D%/simulate_chosen.h
periods_test_LDADD = $(TEST_LIBS)
pass_memory_test_SOURCES = %D%/run/pass_memory_test.cpp
pass_memory_test_LDADD = $(TEST_LIBS)
memo_test_SOURCES = %D%/run/memo_test.cpp %D%/random_layer.h %D%/simulate_chosen.h
memo_test_LDADD = $(TEST_LIBS)
tile_table_test_SOURCES = %D%/run/tile_table_test.cpp %D%/random_layer.h %D%/simulate_chosen.h
tile_table_test_LDADD = $(TEST_LIBS)

dist_check_SCRIPTS += %D%/run/memo_test.py
dist_check_SCRIPTS += %D%/systemc/systemc_test.py %D%/systemc/waveform_test.py
EXTRA_DIST += %D%/run/shipped_hashes.py %D%/systemc/systemc_cases.py %D%/systemc/systemc_long.py %D%/systemc/vcd.py

# What takes too long for `make check`.
.PHONY: check-long
check-long: accelsim check-memo
	srcdir=$(abs_srcdir) PYTHONPATH=$(abs_srcdir)/test ACCELSIM=$(abs_builddir)/accelsim \
		$(PYTHON3) -B $(srcdir)/%D%/systemc/systemc_long.py
dist_check_SCRIPTS += %D%/cli/cli_test.py %D%/cli/broken_test.py %D%/cli/fuzz_test.py \
	%D%/cli/output_test.py %D%/cli/readme_test.py %D%/cli/sweep_test.py %D%/rules_test.sh
EXTRA_DIST += %D%/program.py %D%/dataflows/plugin_dataflow.c \
	%D%/dataflows/plugin_stale.c %D%/dataflows/plugin_old.c %D%/dataflows/plugin_empty.c %D%/dataflows/plugin_wide.c
dist_check_SCRIPTS += %D%/map/map_test.sh %D%/map/map_json_test.py %D%/map/round_trip_test.py
TEST_PLUGINS = %D%/dataflows/plugin_dataflow.so %D%/dataflows/plugin_stale.so %D%/dataflows/plugin_old.so \
	%D%/dataflows/plugin_empty.so %D%/dataflows/plugin_wide.so
check_DATA += $(TEST_PLUGINS)

# Stale against a header that changed, it would not fit the program.
$(TEST_PLUGINS): libaccel.a
	$(AM_V_at)$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CC) $(DEFS) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) \
		$(CFLAGS) -fPIC -shared -o $@ $(srcdir)/$(@:.so=.c)
CLEANFILES += $(TEST_PLUGINS)

if TESTS_WANTED
check_PROGRAMS += nest_test
endif
nest_test_SOURCES = %D%/run/nest_cycles_test.cpp %D%/config/mapping_file_test.cpp %D%/messages.h \
	%D%/dataflows/nest_model_test.cpp %D%/run/nest_simulate_test.cpp %D%/dataflows/nest_oracle.cpp \
	%D%/dataflows/nest_oracle.h %D%/random_nest.h %D%/random_layer.h %D%/simulate_chosen.h \
	%D%/run/stepwise_kernel.h
nest_test_LDADD = $(TEST_LIBS)

if TESTS_WANTED
check_PROGRAMS += validation_test
endif
validation_test_SOURCES = %D%/validate/validation_test.cpp %D%/messages.h
validation_test_LDADD = $(TEST_LIBS)
dist_check_SCRIPTS += %D%/validate/validate_test.py
dist_check_SCRIPTS += %D%/map/nest_test.sh
if TESTS_WANTED
check_PROGRAMS += tree_test
endif
tree_test_SOURCES = %D%/noc/tree_test.cpp
tree_test_LDADD = $(TEST_LIBS)
dist_check_SCRIPTS += %D%/report/schema_test.py
EXTRA_DIST += %D%/json_schema.py
