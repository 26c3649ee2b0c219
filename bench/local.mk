# `make bench` builds and runs them.  `make check` runs none, but compiles them
# where Google Benchmark is installed.
EXTRA_PROGRAMS += step_bench multicast_bench systolic_bench dram_bench \
	nest_bench
BENCH_LIBS = libaccel.a libhot.a libaccel.a -lbenchmark -lpthread
step_bench_SOURCES = %D%/step_bench.cpp
step_bench_LDADD = $(BENCH_LIBS)
multicast_bench_SOURCES = %D%/multicast_bench.cpp
multicast_bench_LDADD = $(BENCH_LIBS)
systolic_bench_SOURCES = %D%/systolic_bench.cpp
systolic_bench_LDADD = $(BENCH_LIBS)
dram_bench_SOURCES = %D%/dram_bench.cpp
dram_bench_LDADD = $(BENCH_LIBS)
nest_bench_SOURCES = %D%/nest_bench.cpp
nest_bench_LDADD = $(BENCH_LIBS)
EXTRA_DIST += %D%/beside_peers.py %D%/decode_bench.py %D%/estimates.py %D%/machines.py %D%/nest_products.py %D%/plain_runs.py %D%/start_bench.py %D%/search_times.py %D%/sweep_bench.py %D%/vectorised.sh %D%/whole_runs.py
if HAVE_BENCHMARK
check_DATA += $(EXTRA_PROGRAMS)
endif

.PHONY: bench-tools bench bench-runs check-memo check-machines check-sweeps \
	check-hierarchies check-networks check-search
bench-tools:
	@echo '#include <benchmark/benchmark.h>' | $(CXX) $(CXXFLAGS) \
		-std=c++17 -x c++ -fsyntax-only - 2>/dev/null || \
	{ echo "bench: Google Benchmark is missing; on Debian:" \
		"apt-get install libbenchmark-dev" >&2; exit 1; }

bench: bench-tools libhot.a accelsim
	@$(SHELL) $(srcdir)/%D%/vectorised.sh libhot.a
	@$(MAKE) $(AM_MAKEFLAGS) $(EXTRA_PROGRAMS)
	@for program in $(EXTRA_PROGRAMS); do ./$$program || exit 1; done
if WITH_SYSTEMC
	$(PYTHON3) $(srcdir)/%D%/systemc_bench.py
endif

# Whole runs, timed; needs nothing but Python.
bench-runs: accelsim
	$(srcdir)/%D%/whole_runs.py --program ./accelsim --acceptance
	$(srcdir)/%D%/start_bench.py --program ./accelsim
	$(srcdir)/%D%/beside_peers.py --program ./accelsim

# What the shipped machines are held to, as one list (half a minute), and the
# published figures.
check-machines: accelsim
	$(srcdir)/%D%/machines.py --program ./accelsim
	./accelsim validate >/dev/null

# What nests and listed levels are held to, whole: some minutes.  RUNS, a folder
# with complete runs of Timeloop, adds those.
check-hierarchies: accelsim nest_test nest_clock_test fold_nest_test levels_test
	$(srcdir)/%D%/hierarchies.py --program ./accelsim --tests . \
		$(RUNS:%=--runs %)
EXTRA_DIST += %D%/hierarchies.py

# What networks as graphs are held to, whole: an hour of a core, most of it what
# stays on chip.  SKIP=residency leaves that out.
check-networks: accelsim network_test
	$(srcdir)/%D%/check_networks.py --program ./accelsim --tests . \
		$(SKIP:%=--skip %)
EXTRA_DIST += %D%/check_networks.py

# What sweeps are held to, whole: some twenty minutes of two cores, with nothing
# else on the machine.  SCALE=0.05 makes it shorter.
SCALE = 1
check-sweeps: accelsim
	$(srcdir)/%D%/check_sweeps.py --program ./accelsim --scale $(SCALE) \
		$(PACKAGES_PYTHON:%=--python %)
EXTRA_DIST += %D%/check_sweeps.py

# What searches are held to: the plain run's mappings against others, a grid of
# improved machines, and times.  Hours of a core; PAIRS=100 makes it shorter.
PAIRS = 0
check-search: accelsim
	ACCELSIM=./accelsim $(srcdir)/%D%/plain_runs.py --sample $(PAIRS)
	ACCELSIM=./accelsim $(srcdir)/test/map/plain_run.py map
	ACCELSIM=./accelsim srcdir=$(srcdir) ACCELSIM_TEST_LONG=1 \
		$(srcdir)/test/run/improvements_test.py
	ACCELSIM=./accelsim $(srcdir)/%D%/search_times.py
	ACCELSIM=./accelsim $(srcdir)/%D%/estimates.py

# Every network, architecture and dataflow whose full simulation takes less
# than ten minutes: with and without the pass memory, byte for byte.
check-memo: accelsim
	$(srcdir)/%D%/whole_runs.py --program ./accelsim --compare 600
EXTRA_DIST += %D%/systemc_bench.py
CLEANFILES += $(EXTRA_PROGRAMS)
