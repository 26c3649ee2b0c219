TEST_LIBS = libaccel.a libhot.a libaccel.a -lgtest -lgtest_main -lpthread

if TESTS_WANTED
check_PROGRAMS += lanes_test multicast_test multicast_machine_test \
	dataflow_test
endif
lanes_test_SOURCES = %D%/lanes_test.cpp
lanes_test_LDADD = $(TEST_LIBS)
multicast_test_SOURCES = %D%/multicast_test.cpp
multicast_test_LDADD = $(TEST_LIBS)
multicast_machine_test_SOURCES = %D%/multicast_machine_test.cpp \
	%D%/array_oracle.cpp %D%/array_oracle.h %D%/random_layer.h
multicast_machine_test_LDADD = $(TEST_LIBS)
dataflow_test_SOURCES = %D%/dataflow_test.cpp %D%/random_layer.h
dataflow_test_LDADD = $(TEST_LIBS)

dist_check_SCRIPTS += %D%/alexnet_test.sh
