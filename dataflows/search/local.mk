libaccel_a_SOURCES += \
	%D%/best.c \
	%D%/best.h \
	%D%/branch.c \
	%D%/branch.h \
	%D%/cost.c \
	%D%/cost.h \
	%D%/count.c \
	%D%/dram_bytes.c \
	%D%/gemm_terms.h \
	%D%/known_values.c \
	%D%/known_values.h \
	%D%/least_sums.c \
	%D%/least_sums.h \
	%D%/problem.c \
	%D%/search.c \
	%D%/search.h \
	%D%/search_dot.c \
	%D%/search_gemm.c \
	%D%/search_os.c \
	%D%/search_rs.c \
	%D%/search_tree.c \
	%D%/search_tree.h \
	%D%/shadow_terms.c \
	%D%/shadow_terms.h \
	%D%/space.h \
	%D%/stalls.c \
	%D%/stalls.h
