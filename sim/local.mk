# The program; what it is made of lies in the rooms below, each with its list.
bin_PROGRAMS += accelsim
accelsim_SOURCES = %D%/main.c
accelsim_LDADD = libaccel.a libhot.a libaccel.a
