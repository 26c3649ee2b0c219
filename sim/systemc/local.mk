libaccel_a_SOURCES += \
	%D%/dram_log.c \
	%D%/dram_log.h \
	%D%/dram_wave.c \
	%D%/dram_wave.h \
	%D%/gtkwave.c \
	%D%/gtkwave.h \
	%D%/options_systemc.c \
	%D%/options_systemc.h \
	%D%/systemc.h
# Only these include SystemC.
if WITH_SYSTEMC
accelsim_SOURCES += \
	%D%/block_sc.hpp \
	%D%/clock_sc.hpp \
	%D%/dram_sc.cpp \
	%D%/dram_sc.hpp \
	%D%/fixed_memory_sc.hpp \
	%D%/kernel_sc.cpp \
	%D%/wave_sc.cpp \
	%D%/wave_sc.hpp
accelsim_LDADD += $(SYSTEMC_LIBS)
else
accelsim_SOURCES += %D%/systemc_none.c
endif
