# `make bench` builds and runs them; never part of `make check`.
EXTRA_PROGRAMS = multicast_bench systolic_bench dram_bench
multicast_bench_SOURCES = %D%/multicast_bench.cpp
multicast_bench_LDADD = libaccel.a libhot.a libaccel.a -lbenchmark -lpthread
systolic_bench_SOURCES = %D%/systolic_bench.cpp
systolic_bench_LDADD = libaccel.a libhot.a libaccel.a -lbenchmark -lpthread
dram_bench_SOURCES = %D%/dram_bench.cpp
dram_bench_LDADD = libaccel.a libhot.a libaccel.a -lbenchmark -lpthread

.PHONY: bench
bench: $(EXTRA_PROGRAMS)
	@for program in $(EXTRA_PROGRAMS); do ./$$program || exit 1; done
CLEANFILES += $(EXTRA_PROGRAMS)
