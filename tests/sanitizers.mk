# sanitizers.mk - the tests again, while a tool watches memory, C itself, or threads;
# part of the Makefile.
#
# Unbound and Pinbound are built once more for each, in build/asan and build/tsan.
# "make check" has check-sanitizers, a few minutes of all; the others take half an hour
# and more.

# (test_quiet brings its own malloc.)
WATCHED_UNIT = UNIT_SRC='$(filter-out %/test_quiet.c,$(UNIT_SRC))' unit

ASAN = $(BUILD)/asan
ASAN_FLAGS = -fsanitize=address,undefined
ASAN_VARS = BUILD=$(ASAN)/module UNBOUND_BUILD=$(ASAN)/unbound
ASAN_MAKE = UBSAN_OPTIONS=print_stacktrace=1 $(MAKE) $(ASAN_VARS) UNBOUND_SRC=$(UNBOUND_SRC) \
	LDFLAGS=$(ASAN_FLAGS) \
	CFLAGS='-O1 -g $(ASAN_FLAGS) -fno-sanitize-recover=undefined -Wno-format-truncation'
# What the tester leaves unfreed when it ends is its own.
ASAN_TESTER = ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 $(ASAN_VARS)
ASAN_REPLAY = $(ASAN_TESTER) tests/replay/run.sh
ASAN_SUITE = $(ASAN_TESTER) UNBOUND_SRC=$(UNBOUND_SRC) tests/replay/unbound-suite.sh
ASAN_LAB = $(ASAN_VARS) tests/lab/asan.sh

TSAN = $(BUILD)/tsan
TSAN_VARS = BUILD=$(TSAN)/module UNBOUND_BUILD=$(TSAN)/unbound
TSAN_MAKE = $(MAKE) $(TSAN_VARS) UNBOUND_SRC=$(UNBOUND_SRC) LDFLAGS=-fsanitize=thread \
	CFLAGS='-O1 -g -fsanitize=thread -Wno-format-truncation'
TSAN_LAB = $(TSAN_VARS) $(LESS_RANDOM) tests/lab/threads.sh
# The sanitizer does not know what to do where addresses are too random.
LESS_RANDOM = $(shell ! setarch -R true 2> /dev/null || echo setarch -R)

VALGRIND = valgrind -q --error-exitcode=99 --suppressions=$(CURDIR)/tests/replay/valgrind.supp
VALGRIND_REPLAY = UNDER='$(VALGRIND)' BUILD=$(BUILD) \
	UNBOUND_BUILD=$(UNBOUND_BUILD) tests/replay/run.sh

# A few of each, that together come through most of the module.
SOME_REPLAYS = $(patsubst %,tests/replay/%.rpl,hijack-refused recheck-and-restored \
	cname-into-hijacked two-ds-on-the-path mx-gone hold-nxdomain glue-unexpected \
	serve-expired)
SOME_STORIES = hijack_refused restore pin_without_reload status_and_log

asan-programs: $(UNBOUND_BUILD)/config.h
	sh tests/install-deps.sh
	sh tests/lab/build-sanitized.sh address $(UNBOUND_SRC) $(ASAN)/unbound \
		unbound unbound-control unbound-checkconf testbound
	$(ASAN_MAKE) all unit-programs lab-programs

# What is left unfreed is an error, too.
asan-unit: asan-programs
	$(ASAN_MAKE) $(WATCHED_UNIT)

# Units, command, replays, Unbound's own scenarios and lab, with what the compiler can
# check of memory and C. What the command leaves unfreed is an error, too.
check-asan: asan-unit
	$(ASAN_MAKE) cli-tests
	$(ASAN_REPLAY)
	$(ASAN_SUITE)
	$(ASAN_LAB)

# The replays under valgrind, which also sees what is read before it is written.
check-valgrind: all
	$(VALGRIND_REPLAY)

tsan-programs: $(UNBOUND_BUILD)/config.h
	sh tests/install-deps.sh
	sh tests/lab/build-sanitized.sh thread $(UNBOUND_SRC) $(TSAN)/unbound \
		unbound unbound-control unbound-checkconf
	$(TSAN_MAKE) all unit-programs lab-programs

tsan-unit: tsan-programs
	$(LESS_RANDOM) $(TSAN_MAKE) $(WATCHED_UNIT)

# Units and lab, while ThreadSanitizer watches. (The command has one thread, a
# replay one worker: the lab shows more.)
check-threads: tsan-unit
	$(TSAN_LAB)

check-sanitizers: asan-unit tsan-unit all
	$(ASAN_REPLAY) $(SOME_REPLAYS)
	$(ASAN_LAB) $(SOME_STORIES)
	LAB_SECONDS=6 $(TSAN_LAB) everything_at_once pin_without_reload
	$(VALGRIND_REPLAY) $(firstword $(SOME_REPLAYS))

.PHONY: asan-programs asan-unit check-asan check-sanitizers check-threads check-valgrind \
	tsan-programs tsan-unit
