libaccel_a_SOURCES += \
	%D%/gtkwave.c \
	%D%/gtkwave.h \
	%D%/options_systemc.c \
	%D%/options_systemc.h \
	%D%/systemc.h \
	%D%/systemc_module.h
# The module; what it does not define is the program's, all of which is exported
# (-rdynamic).  Only its files include SystemC.
if WITH_SYSTEMC
libaccel_a_SOURCES += %D%/systemc_module.c
moduledir = $(pkglibdir)
module_PROGRAMS = accelsim_systemc.so
accelsim_systemc_so_SOURCES = \
	%D%/block_sc.hpp \
	%D%/clock_sc.hpp \
	%D%/dram_log.c \
	%D%/dram_log.h \
	%D%/dram_sc.cpp \
	%D%/dram_sc.hpp \
	%D%/dram_wave.c \
	%D%/dram_wave.h \
	%D%/fixed_memory_sc.hpp \
	%D%/kernel_sc.cpp \
	%D%/wave_sc.cpp \
	%D%/wave_sc.hpp
accelsim_systemc_so_CFLAGS = $(AM_CFLAGS) -fPIC
accelsim_systemc_so_CXXFLAGS = $(AM_CXXFLAGS) $(SANITIZE_FLAGS) -fPIC
accelsim_systemc_so_LDFLAGS = $(AM_LDFLAGS) -shared
accelsim_systemc_so_LDADD = $(SYSTEMC_LIBS)
# `make accelsim` makes both, so that they are of one build.
EXTRA_accelsim_DEPENDENCIES = accelsim_systemc.so
else
libaccel_a_SOURCES += %D%/systemc_none.c
endif
