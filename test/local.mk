# Every test program links the whole model; `make check-long` runs the same
# programs in their long form (test/sample.h, test/program.py).
TEST_LIBS = libaccel.a libhot.a libaccel.a -lgtest -lgtest_main -lpthread
LOG_DRIVER = $(SHELL) $(top_srcdir)/%D%/driver.sh
PY_LOG_DRIVER = $(LOG_DRIVER)
SH_LOG_DRIVER = $(LOG_DRIVER)
EXTRA_DIST += %D%/driver.sh %D%/json_schema.py %D%/program.py %D%/verdict.sh
TEST_CASES = %D%/messages.h %D%/random_layer.h %D%/random_nest.h \
	%D%/sample.h %D%/simulate_chosen.h
dist_check_SCRIPTS += %D%/headers_test.sh %D%/places_test.sh %D%/rules_test.sh

# The long form of each test, and every run that takes less than ten minutes
# with and without the pass memory.
.PHONY: check-long
check-long: check-memo
	ACCELSIM_TEST_LONG=1 $(MAKE) $(AM_MAKEFLAGS) check

# GoogleTest's header and the library's that most tests use, read once for all of
# them: with -Iread_once in CXXFLAGS, 40 % of the time of compiling them.  It
# must be read with the same -D, and where a compiler cannot use it, or meets the
# header a second time, it finds the header itself.
READ_ONCE = read_once/gtest/gtest.h.gch
CLEANFILES += $(READ_ONCE) read_once/gtest/gtest.h read_once/all.hpp
$(READ_ONCE):
	$(AM_V_at)$(MKDIR_P) $(@D)
	$(AM_V_at)printf '#pragma once\n#include_next <gtest/gtest.h>\n' >$(@D)/gtest.h
	$(AM_V_at)for header in algorithm cmath functional map random string \
	    vector gtest/gtest.h; do echo "#include <$$header>"; done >read_once/all.hpp
	$(AM_V_CXX)$(CXXCOMPILE) -x c++-header -o $@ read_once/all.hpp

# noc
if TESTS_WANTED
check_PROGRAMS += multicast_test mesh_test tree_test
endif
multicast_test_SOURCES = %D%/noc/multicast_test.cpp $(TEST_CASES)
multicast_test_LDADD = $(TEST_LIBS)
mesh_test_SOURCES = %D%/noc/mesh_test.cpp %D%/noc/mesh_oracle.cpp \
	%D%/noc/mesh_oracle.h $(TEST_CASES)
mesh_test_LDADD = $(TEST_LIBS)
tree_test_SOURCES = %D%/noc/tree_test.cpp $(TEST_CASES)
tree_test_LDADD = $(TEST_LIBS)

# pe
if TESTS_WANTED
check_PROGRAMS += lanes_test systolic_test
endif
lanes_test_SOURCES = %D%/pe/lanes_test.cpp $(TEST_CASES)
lanes_test_LDADD = $(TEST_LIBS)
systolic_test_SOURCES = %D%/pe/systolic_test.cpp %D%/pe/systolic_laws_test.cpp \
	%D%/pe/systolic_rows_test.cpp %D%/pe/systolic_drain_test.cpp \
	%D%/pe/systolic_drain_oracle.cpp %D%/pe/systolic_fixture.h \
	%D%/pe/systolic_oracle.cpp %D%/pe/systolic_oracle.h \
	%D%/pe/systolic_shadow_oracle.cpp %D%/pe/systolic_shadow_test.cpp \
	$(TEST_CASES)
systolic_test_LDADD = $(TEST_LIBS)

# mem
if TESTS_WANTED
check_PROGRAMS += l1_test dram_test dram_memory_test dma_test
endif
DRAM_TESTING = %D%/mem/dram_oracle.cpp %D%/mem/dram_oracle.h \
	%D%/mem/dram_requests.cpp %D%/mem/dram_requests.h %D%/mem/each_part.h \
	%D%/mem/part_memory.h %D%/mem/part_relative.h
l1_test_SOURCES = %D%/mem/l1_test.cpp $(TEST_CASES)
l1_test_LDADD = $(TEST_LIBS)
dram_test_SOURCES = %D%/mem/dram_test.cpp %D%/mem/dram_mix_test.cpp \
	%D%/mem/dram_controller_test.cpp %D%/mem/dram_part_test.cpp \
	$(DRAM_TESTING) $(TEST_CASES)
dram_test_LDADD = $(TEST_LIBS)
dram_memory_test_SOURCES = %D%/mem/dram_memory_test.cpp $(DRAM_TESTING) \
	$(TEST_CASES)
dram_memory_test_LDADD = $(TEST_LIBS)
dma_test_SOURCES = %D%/mem/dma_test.cpp %D%/mem/word_map_test.cpp \
	$(DRAM_TESTING) $(TEST_CASES)
dma_test_LDADD = $(TEST_LIBS)

# traces
if TESTS_WANTED
check_PROGRAMS += reuse_test
endif
reuse_test_SOURCES = %D%/traces/reuse_test.cpp %D%/traces/sharing_test.cpp \
	%D%/traces/survey_test.cpp $(TEST_CASES)
reuse_test_LDADD = $(TEST_LIBS)

# dataflows
if TESTS_WANTED
check_PROGRAMS += dataflow_test l1_dataflow_test rs_choose_test search_test \
	search_nest_test dram_layout_test pass_events_test
endif
pass_events_test_SOURCES = %D%/dataflows/pass_events_test.cpp \
	%D%/dataflows/pass_least_test.cpp %D%/dataflows/pass_run.h \
	%D%/dataflows/pass_time_test.cpp \
	$(TEST_CASES)
pass_events_test_LDADD = $(TEST_LIBS)
dram_layout_test_SOURCES = %D%/dataflows/dram_layout_test.cpp \
	%D%/dataflows/nest_layout_test.cpp %D%/dataflows/layout_oracle.cpp \
	%D%/dataflows/layout_oracle.h $(TEST_CASES)
dram_layout_test_LDADD = $(TEST_LIBS)
dataflow_test_SOURCES = %D%/dataflows/dataflow_test.cpp %D%/dataflows/cursor_test.cpp \
	%D%/dataflows/axes_test.cpp \
	%D%/dataflows/l2_deal_test.cpp \
	%D%/dataflows/groups_test.cpp \
	%D%/dataflows/random_layer_test.cpp %D%/dataflows/shipped_test.cpp \
	$(TEST_CASES)
dataflow_test_LDADD = $(TEST_LIBS)
l1_dataflow_test_SOURCES = %D%/dataflows/l1_dataflow_test.cpp $(TEST_CASES)
l1_dataflow_test_LDADD = $(TEST_LIBS)
rs_choose_test_SOURCES = %D%/dataflows/rs_choose_test.cpp \
	%D%/dataflows/zero_shares_test.cpp $(TEST_CASES)
rs_choose_test_LDADD = $(TEST_LIBS)
search_test_SOURCES = %D%/dataflows/search_test.cpp \
	%D%/dataflows/best_test.cpp $(TEST_CASES)
search_test_LDADD = $(TEST_LIBS)
search_nest_test_SOURCES = %D%/dataflows/search_nest_test.cpp \
	%D%/dataflows/nest_touch_test.cpp \
	%D%/dataflows/nest_cost.h $(TEST_CASES)
search_nest_test_LDADD = $(TEST_LIBS)
TEST_PLUGINS = %D%/dataflows/plugin_bare.so %D%/dataflows/plugin_dataflow.so \
	%D%/dataflows/plugin_empty.so %D%/dataflows/plugin_old.so \
	%D%/dataflows/plugin_stale.so %D%/dataflows/plugin_wide.so
EXTRA_DIST += $(TEST_PLUGINS:.so=.c)
check_DATA += $(TEST_PLUGINS)
CLEANFILES += $(TEST_PLUGINS)

# Stale against a header that changed, it would not fit the program.
$(TEST_PLUGINS): libaccel.a
	$(AM_V_at)$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CC) $(DEFS) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) \
		$(CFLAGS) -fPIC -shared -o $@ $(srcdir)/$(@:.so=.c)

# sim/array
if TESTS_WANTED
check_PROGRAMS += block_order_test probes_test multicast_machine_test \
	pass_periods_test
endif
block_order_test_SOURCES = %D%/array/block_order_test.cpp %D%/array/shuffler.h \
	%D%/array/random_stall_test.cpp $(TEST_CASES)
block_order_test_LDADD = $(TEST_LIBS)
probes_test_SOURCES = %D%/array/probes_test.cpp $(TEST_CASES)
probes_test_LDADD = $(TEST_LIBS)
multicast_machine_test_SOURCES = %D%/array/multicast_machine_test.cpp \
	%D%/array/bank_conflict_test.cpp %D%/array/skips_test.cpp \
	%D%/array/array_oracle.cpp \
	%D%/array/array_oracle.h %D%/array/line_oracle.h %D%/array/queue_oracle.h \
	%D%/array/l1_oracle.cpp %D%/array/l1_oracle.h %D%/array/l2_oracle.h \
	%D%/noc/mesh_oracle.cpp %D%/noc/mesh_oracle.h $(TEST_CASES)
multicast_machine_test_LDADD = $(TEST_LIBS)

pass_periods_test_SOURCES = %D%/array/pass_periods_test.cpp \
	%D%/array/nest_work_test.cpp $(TEST_CASES)
pass_periods_test_LDADD = $(TEST_LIBS)

# sim/base, sim/config, sim/cli
if TESTS_WANTED
check_PROGRAMS += config_test
endif
dist_check_SCRIPTS += %D%/cli/cli_test.py %D%/cli/broken_test.py \
	%D%/cli/chips_test.py %D%/cli/docs_test.py %D%/cli/edges_test.py \
	%D%/cli/fuzz_test.py %D%/cli/layers_test.py \
	%D%/cli/output_test.py %D%/cli/reading_test.py \
	%D%/cli/readme_test.py %D%/cli/sweep_test.py
config_test_SOURCES = %D%/base/diag_test.cpp %D%/base/layer_test.cpp %D%/base/transposed_test.cpp \
	%D%/base/config_fuzz_test.cpp %D%/base/config_text_test.cpp \
	%D%/base/output_test.cpp \
	%D%/config/config_fixture.h %D%/config/config_test.cpp \
	%D%/config/mapping_table_test.cpp %D%/config/spoilt_test.cpp \
	%D%/config/workload_test.cpp %D%/cli/options_test.cpp \
	%D%/fuzz/fuzz_kinds.c %D%/fuzz/fuzz_kinds.h $(TEST_CASES)
config_test_LDADD = $(TEST_LIBS)

# sim/process, sim/plugin
dist_check_SCRIPTS += %D%/process/calls_test.py %D%/process/limits_test.py \
	%D%/process/outputs_test.py %D%/process/plugin_test.py \
	%D%/process/safe_test.py
TEST_PRELOADS = %D%/process/failing_calls.so %D%/process/no_memory.so
EXTRA_DIST += $(TEST_PRELOADS:.so=.c)
check_DATA += $(TEST_PRELOADS)
CLEANFILES += $(TEST_PRELOADS)
%D%/process/failing_calls.so: %D%/process/failing_calls.c
%D%/process/no_memory.so: %D%/process/no_memory.c
$(TEST_PRELOADS):
	$(AM_V_at)$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CC) -D_GNU_SOURCE -O1 -fPIC -shared -o $@ \
		$(srcdir)/$(@:.so=.c) -ldl

# sim/sweep
if TESTS_WANTED
check_PROGRAMS += evaluate_test expression_test
endif
dist_check_SCRIPTS += %D%/sweep/emit_test.py %D%/sweep/plan_test.py \
	%D%/sweep/results_test.py %D%/sweep/store_test.py
evaluate_test_SOURCES = %D%/sweep/evaluate_test.cpp $(TEST_CASES)
evaluate_test_LDADD = $(TEST_LIBS)
expression_test_SOURCES = %D%/sweep/expression_test.cpp $(TEST_CASES)
expression_test_LDADD = $(TEST_LIBS)

# sim/serve, configs/accelsim
dist_check_SCRIPTS += %D%/serve/serve_test.py %D%/python/dask_test.py \
	%D%/python/tutorial_test.py
EXTRA_DIST += %D%/python/dask_workers.py %D%/python/optuna_stand_in.py

# what is installed
dist_check_SCRIPTS += %D%/install/install_test.sh
EXTRA_DIST += %D%/install/fresh_root.sh
.PHONY: fresh-root
fresh-root:
	@srcdir=$(abs_top_srcdir) SUITE="$(SUITE)" WHAT="$(WHAT)" \
		bash $(srcdir)/test/install/fresh_root.sh

# parsers; `make fuzz` takes longer
fuzz_parsers_SOURCES = %D%/fuzz/fuzz_kinds.c %D%/fuzz/fuzz_kinds.h \
	%D%/fuzz/fuzz_parsers.c
fuzz_parsers_LDADD = libaccel.a libhot.a libaccel.a -lpthread
EXTRA_PROGRAMS += fuzz_parsers
check_DATA += fuzz_parsers$(EXEEXT)
CLEANFILES += fuzz_parsers$(EXEEXT)
dist_check_SCRIPTS += %D%/fuzz/parsers_test.sh
if TESTS_WANTED
check_PROGRAMS += differ
endif
differ_SOURCES = %D%/fuzz/differ.cpp %D%/random_levels.h %D%/random_run.h \
	$(TEST_CASES)
differ_LDADD = $(TEST_LIBS)
# What the module of the SystemC kernel takes of a program, and differ does not.
differ_LDFLAGS = $(AM_LDFLAGS) -Wl,-u,gtkwave_write -Wl,-u,output_move
dist_check_SCRIPTS += %D%/fuzz/results_fuzz.py
EXTRA_DIST += %D%/fuzz/corpus %D%/fuzz/differ.py %D%/fuzz/fuzz.sh \
	%D%/fuzz/seeds.sh
.PHONY: fuzz
fuzz: all differ$(EXEEXT) fuzz_parsers$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) SECONDS_EACH="$(SECONDS)" KINDS="$(KINDS)" \
		COUNT="$(COUNT)" DIFF="$(DIFF)" SEED="$(SEED)" \
		$(SHELL) $(srcdir)/test/fuzz/fuzz.sh

# Static analysis and mutants, by hand: analysers are no packages that the
# tests need.
EXTRA_DIST += %D%/analysis/analyse.sh %D%/analysis/exceptions.txt
.PHONY: analyse
analyse:
	@$(AM_TESTS_ENVIRONMENT) FILES="$(FILES)" QUICK="$(QUICK)" \
		$(SHELL) $(srcdir)/test/analysis/analyse.sh

# Which lines and branches `make check` runs, in a build of its own; LEAST=90:
# a folder of less is an error.  LIST=noc: the lines of a folder that have
# branches never taken, by what ran before.
.PHONY: coverage
EXTRA_DIST += %D%/analysis/coverage.py %D%/analysis/coverage_exit.c
coverage:
	$(MKDIR_P) build-coverage
	$(CC) -O1 -fPIC -c -o build-coverage/coverage_exit.o \
	    $(srcdir)/test/analysis/coverage_exit.c
	test -e build-coverage/Makefile || (cd build-coverage && \
	    $(abs_srcdir)/configure -q CPPFLAGS=-DHOT_ONCE CFLAGS='-O0 --coverage' \
	    CXXFLAGS=-O0 LDFLAGS="--coverage -Wl,--wrap=_exit \
	    -Wl,--wrap=syscall $$PWD/coverage_exit.o")
	test -n "$(LIST)" || \
	    ACCELSIM_TEST_SLOW=1 $(MAKE) -C build-coverage check || :
	srcdir=$(abs_srcdir) $(PYTHON3) -B \
	    $(srcdir)/test/analysis/coverage.py build-coverage \
	    $(if $(LIST),--list $(LIST),$(LEAST))

# In slices: SECONDS=480 begins no mutant after so long, and the next `make
# mutate` goes on; AGAIN=1 tries anew what survived, WHOLE=1 by the tests'
# whole samples and by the scripts that run the program.
.PHONY: mutate
EXTRA_DIST += %D%/mutate/bench.py %D%/mutate/equivalent.txt \
	%D%/mutate/mutate.py %D%/mutate/noting.cpp
mutate: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS=
	@$(AM_TESTS_ENVIRONMENT) srcdir=$(abs_srcdir) $(PYTHON3) -B $(srcdir)/test/mutate/mutate.py \
	    --count $(if $(COUNT),$(COUNT),300) --seed $(if $(SEED),$(SEED),1) \
	    --only "$(ONLY)" --tests "$(BY)" $(if $(AGAIN),--again) $(if $(WHOLE),--whole) \
	    $(if $(SECONDS),--seconds $(SECONDS))

# Figures held to what they were; `make pins` renews the tables.
if TESTS_WANTED
check_PROGRAMS += search_pins_test nest_pins_test run_pins_test \
	array_pins_test model_pins_test layers_pins_test dram_pins_test \
	traces_pins_test
endif
traces_pins_test_SOURCES = %D%/pins/traces_pins_test.cpp %D%/pins/pins.h \
	$(TEST_CASES)
traces_pins_test_LDADD = $(TEST_LIBS)
dram_pins_test_SOURCES = %D%/pins/dram_pins_test.cpp %D%/pins/pins.h \
	%D%/mem/dram_requests.cpp %D%/mem/dram_requests.h %D%/mem/each_part.h \
	$(TEST_CASES)
dram_pins_test_LDADD = $(TEST_LIBS)
layers_pins_test_SOURCES = %D%/pins/layers_pins_test.cpp %D%/pins/counted.h \
	%D%/pins/drawn_fold.h %D%/pins/drawn_run.h %D%/pins/pins.h \
	%D%/pins/run_digests.h %D%/random_levels.h %D%/random_run.h \
	$(TEST_CASES)
layers_pins_test_LDADD = $(TEST_LIBS)
model_pins_test_SOURCES = %D%/pins/model_pins_test.cpp %D%/pins/counted.h \
	%D%/pins/drawn_fold.h %D%/pins/drawn_run.h %D%/pins/pins.h \
	%D%/random_levels.h %D%/random_run.h $(TEST_CASES)
model_pins_test_LDADD = $(TEST_LIBS)
array_pins_test_SOURCES = %D%/pins/array_pins_test.cpp \
	%D%/pins/drawn_fold.h %D%/pins/drawn_run.h %D%/pins/pins.h %D%/random_levels.h %D%/random_run.h $(TEST_CASES)
array_pins_test_LDADD = $(TEST_LIBS)
run_pins_test_SOURCES = %D%/pins/run_pins_test.cpp %D%/pins/counted.h \
	%D%/pins/drawn_run.h %D%/pins/pins.h %D%/pins/run_digests.h \
	%D%/random_levels.h %D%/random_run.h $(TEST_CASES)
run_pins_test_LDADD = $(TEST_LIBS)
nest_pins_test_SOURCES = %D%/pins/nest_pins_test.cpp %D%/pins/counted.h \
	%D%/pins/pins.h \
	%D%/dataflows/nest_cost.h %D%/random_levels.h $(TEST_CASES)
nest_pins_test_LDADD = $(TEST_LIBS)
search_pins_test_SOURCES = %D%/pins/search_pins_test.cpp \
	%D%/pins/counted.h %D%/pins/pins.h \
	$(TEST_CASES)
search_pins_test_LDADD = $(TEST_LIBS)
EXTRA_DIST += %D%/pins/tables/arrays.txt %D%/pins/tables/choices.txt \
	%D%/pins/tables/dram.txt \
	%D%/pins/tables/layers.txt %D%/pins/tables/models.txt \
	%D%/pins/tables/nests.txt %D%/pins/tables/runs.txt \
	%D%/pins/tables/search.txt %D%/pins/tables/traces.txt
PINS_TESTS = search_pins_test nest_pins_test run_pins_test array_pins_test \
	model_pins_test layers_pins_test dram_pins_test traces_pins_test
.PHONY: pins
pins: $(PINS_TESTS)
	@for test in $(PINS_TESTS); do $(AM_TESTS_ENVIRONMENT) \
	    ACCELSIM_PINS_RENEW=1 srcdir=$(abs_srcdir) builddir=. \
	    ./$$test >/dev/null || exit 1; done

# sim/network
if TESTS_WANTED
check_PROGRAMS += network_test
endif
dist_check_SCRIPTS += %D%/network/network_test.py \
	%D%/network/residency_test.py
network_test_SOURCES = %D%/network/graph_test.cpp \
	%D%/network/edges_test.cpp \
	%D%/network/fusion_test.cpp %D%/network/vector_test.cpp $(TEST_CASES)
network_test_LDADD = $(TEST_LIBS)

# sim/values
if TESTS_WANTED
check_PROGRAMS += values_test
endif
dist_check_SCRIPTS += %D%/values/values_test.py
EXTRA_DIST += %D%/values/value_oracle.py
values_test_SOURCES = %D%/values/fixed_point_test.cpp $(TEST_CASES)
values_test_LDADD = $(TEST_LIBS)

# sim/energy, sim/report
dist_check_SCRIPTS += %D%/report/schema_test.py %D%/report/table_test.py \
	%D%/report/waits_test.py

# sim/page
dist_check_SCRIPTS += %D%/page/page_test.py
EXTRA_DIST += %D%/page/pages_check.py

# Pages of whole networks in a browser, on paper and as timelines; how long
# explain takes; tests of it and of waits in their long form.  Minutes.
.PHONY: check-pages
check-pages: accelsim$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) -B \
		$(srcdir)/test/page/pages_check.py

# sim/explain
dist_check_SCRIPTS += %D%/explain/explain_test.py
if TESTS_WANTED
check_PROGRAMS += energy_test report_test
endif
energy_test_SOURCES = %D%/energy/energy_test.cpp %D%/energy/energy_fixture.h \
	%D%/energy/energy_sizes_test.cpp %D%/energy/energy_range_test.cpp \
	%D%/energy/components_test.cpp %D%/energy/table_refusals_test.cpp \
	$(TEST_CASES)
energy_test_LDADD = $(TEST_LIBS)
report_test_SOURCES = %D%/base/result_test.cpp %D%/report/report_fixture.h \
	%D%/report/report_table_test.cpp %D%/report/report_test.cpp \
	$(TEST_CASES)
report_test_LDADD = $(TEST_LIBS)

# sim/run
if TESTS_WANTED
check_PROGRAMS += timeline_test simulate_test model_test tile_table_test kept_tiles_test pass_memory_test \
	memo_test part_memo_test apart_test ahead_test periods_test compression_test \
	systolic_cycles_test strips_test fold_nest_test nest_clock_test nest_test levels_test monotone_test \
	pass_overlap_test
endif
dist_check_SCRIPTS += %D%/run/levels_test.py %D%/run/memo_test.py %D%/run/widths_test.py \
	%D%/run/stores_test.py
EXTRA_DIST += %D%/run/shipped_hashes.py
simulate_test_SOURCES = %D%/run/simulate_test.cpp $(TEST_CASES)
simulate_test_LDADD = $(TEST_LIBS)
model_test_SOURCES = %D%/run/model_test.cpp %D%/dataflows/choose_test.cpp \
	$(TEST_CASES)
model_test_LDADD = $(TEST_LIBS)
timeline_test_SOURCES = %D%/timeline/timeline_test.cpp $(TEST_CASES)
timeline_test_LDADD = $(TEST_LIBS)
tile_table_test_SOURCES = %D%/run/tile_table_test.cpp $(TEST_CASES)
tile_table_test_LDADD = $(TEST_LIBS)
kept_tiles_test_SOURCES = %D%/run/kept/kept_tiles_test.cpp %D%/run/kept/kept_fixture.h \
	%D%/run/kept/kept_cycles_test.cpp %D%/run/kept/memory_oracle.cpp %D%/run/kept/memory_oracle.h \
	%D%/array/array_oracle.cpp %D%/array/l1_oracle.cpp \
	%D%/noc/mesh_oracle.cpp $(TEST_CASES)
kept_tiles_test_LDADD = $(TEST_LIBS)
pass_memory_test_SOURCES = %D%/run/pass_memory_test.cpp $(TEST_CASES)
pass_memory_test_LDADD = $(TEST_LIBS)
memo_test_SOURCES = %D%/run/memo_test.cpp %D%/run/like_layers_test.cpp \
	%D%/random_levels.h %D%/random_run.h $(TEST_CASES)
part_memo_test_SOURCES = %D%/run/part_memo_test.cpp %D%/mem/each_part.h \
	$(TEST_CASES)
part_memo_test_LDADD = $(TEST_LIBS)
memo_test_LDADD = $(TEST_LIBS)
apart_test_SOURCES = %D%/run/apart_test.cpp $(TEST_CASES)
apart_test_LDADD = $(TEST_LIBS)
ahead_test_SOURCES = %D%/run/ahead_test.cpp $(TEST_CASES)
ahead_test_LDADD = $(TEST_LIBS)
periods_test_SOURCES = %D%/run/periods_test.cpp $(TEST_CASES)
periods_test_LDADD = $(TEST_LIBS)
compression_test_SOURCES = %D%/run/compression_test.cpp %D%/mem/rlc_test.cpp \
	$(TEST_CASES)
compression_test_LDADD = $(TEST_LIBS)
systolic_cycles_test_SOURCES = %D%/run/systolic_cycles_test.cpp \
	%D%/run/systolic_overlap_test.cpp %D%/run/systolic_shadow_test.cpp \
	%D%/run/folds_layer.h $(TEST_CASES)
systolic_cycles_test_LDADD = $(TEST_LIBS)
monotone_test_SOURCES = %D%/run/monotone_test.cpp $(TEST_CASES)
monotone_test_LDADD = $(TEST_LIBS)
nest_clock_test_SOURCES = %D%/run/nest_clock_test.cpp \
	%D%/array/nest_clock.cpp %D%/array/nest_clock.h \
	%D%/array/nest_script.cpp %D%/array/nest_script.h $(TEST_CASES)
nest_clock_test_LDADD = $(TEST_LIBS)
pass_overlap_test_SOURCES = %D%/run/pass_overlap_test.cpp \
	%D%/array/shuffler.h $(TEST_CASES)
pass_overlap_test_LDADD = $(TEST_LIBS)
fold_nest_test_SOURCES = %D%/run/fold_nest_test.cpp $(TEST_CASES)
fold_nest_test_LDADD = $(TEST_LIBS)
strips_test_SOURCES = %D%/run/strips_test.cpp $(TEST_CASES)
strips_test_LDADD = $(TEST_LIBS)
nest_test_SOURCES = %D%/run/stepwise_kernel.h %D%/run/nest_cycles_test.cpp \
	%D%/run/named_nest_test.cpp \
	%D%/run/nest_simulate_test.cpp %D%/config/mapping_file_test.cpp \
	%D%/dataflows/nest_model_test.cpp %D%/dataflows/nest_oracle.cpp \
	%D%/dataflows/nest_oracle.h %D%/dataflows/word_set.h $(TEST_CASES)
nest_test_LDADD = $(TEST_LIBS)
levels_test_SOURCES = %D%/dataflows/levels_oracle.cpp \
	%D%/dataflows/levels_oracle.h %D%/dataflows/levels_test.cpp \
	%D%/run/levels_clock.cpp %D%/run/levels_clock.h %D%/run/levels_products.h \
	%D%/run/levels_clock_test.cpp %D%/run/levels_run_test.cpp \
	%D%/dataflows/search_levels_test.cpp %D%/dataflows/nest_cost.h \
	%D%/messages.h \
	%D%/random_levels.h $(TEST_CASES)
levels_test_LDADD = $(TEST_LIBS)

# sim/systemc
dist_check_SCRIPTS += %D%/systemc/systemc_test.py %D%/systemc/waveform_test.py \
	%D%/systemc/skips_test.py
EXTRA_DIST += %D%/systemc/systemc_cases.py %D%/systemc/vcd.py

# sim/map
dist_check_SCRIPTS += %D%/choose/gate_test.sh %D%/choose/policy_test.sh \
	%D%/run/improvements_test.py %D%/run/zeros_choice_test.py
EXTRA_DIST += %D%/map/expect.sh %D%/map/plain_run.py \
	%D%/map/random_mappings.txt
dist_check_SCRIPTS += %D%/map/constraints_test.sh %D%/map/plain_run_test.py \
	%D%/map/map_json_test.py %D%/map/map_test.sh %D%/map/nest_test.sh \
	%D%/run/energy_agree_test.py %D%/map/round_trip_test.py

# sim/validate
if TESTS_WANTED
check_PROGRAMS += validation_test
endif
dist_check_SCRIPTS += %D%/validate/validate_test.py
validation_test_SOURCES = %D%/validate/validation_test.cpp $(TEST_CASES)
validation_test_LDADD = $(TEST_LIBS)

# configs/importers
dist_check_SCRIPTS += %D%/importers/compare_test.py \
	%D%/importers/energy_test.py \
	%D%/importers/export_test.py %D%/importers/fuzz_test.py \
	%D%/importers/hardware_test.py \
	%D%/importers/machines_test.py %D%/importers/nests_test.py \
	%D%/importers/onnx_graph_test.py %D%/importers/onnx_test.py \
	%D%/importers/parts_test.py \
	%D%/importers/topology_test.py %D%/importers/workloads_test.py
EXTRA_DIST += %D%/importers/importing.py %D%/importers/machine_texts.py \
	%D%/importers/nest_texts.py \
	%D%/importers/onnx_file.py %D%/importers/onnx_models.py \
	%D%/importers/workload_texts.py \
	%D%/importers/files/gemm.csv %D%/importers/files/tabs.csv \
	%D%/importers/files/topology.csv

# Another's corpus of files: CORPUS=DIR.
EXTRA_DIST += %D%/array/mutants.py %D%/array/mutants.txt \
	%D%/importers/check_corpus.py \
	%D%/importers/compare_timeloop.py \
	%D%/importers/files/alexnet_layer1.prob.yaml
.PHONY: check-corpus
check-corpus: accelsim$(EXEEXT)
	@if test -z "$(CORPUS)"; then echo "make: check-corpus needs" \
		"CORPUS=DIR, a folder with MANIFEST.csv, expected.csv and" \
		"files" >&2; exit 1; fi
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON3) -B \
		$(srcdir)/test/importers/check_corpus.py "$(CORPUS)"
