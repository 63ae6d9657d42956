# Pinbound: `make help` says what there is.

BUILD ?= build
UNBOUND_BUILD ?= $(BUILD)/unbound
UNBOUND_SRC ?= $(shell cat $(BUILD)/unbound-src/source 2>/dev/null)

VERSION := $(shell sed -n 's/^\#\# \([0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)

CC ?= cc
CSTD = -std=c11 -D_GNU_SOURCE
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wconversion -Wformat=2
HARDENING = -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fstack-clash-protection
OPTIMIZE = -O2 -g
CFLAGS ?= $(OPTIMIZE)
LDFLAGS ?=
ALL_CFLAGS = $(CSTD) $(WARNINGS) $(HARDENING) -MMD -MP -Iinclude -I$(BUILD)/include $(CFLAGS)
ALL_LDFLAGS = -Wl,-z,relro,-z,now $(LDFLAGS)

LIB_SRC = $(wildcard lib/*.c)
CLI_SRC = $(wildcard cli/*.c cli/doctor/*.c)
SURVEY_SRC = $(wildcard cli/survey/*.c)
MODULE_SRC = $(wildcard module/*.c)
UNIT_SRC = $(wildcard tests/unit/test_*.c)

# The core is compiled once, position independent and with hidden symbols: the
# module, the command and the tests link the same objects.
LIB_OBJ = $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
CLI_OBJ = $(CLI_SRC:%.c=$(BUILD)/obj/%.o)
SURVEY_OBJ = $(SURVEY_SRC:%.c=$(BUILD)/obj/%.o)
MODULE_OBJ = $(MODULE_SRC:%.c=$(BUILD)/obj/%.o)
UNIT_BIN = $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/%)
LIBPB = $(BUILD)/libpinbound.a
LIBSURVEY = $(BUILD)/libsurvey.a

all: $(BUILD)/pinbound $(BUILD)/pinbound.so

help:
	@echo 'make           build/pinbound and build/pinbound.so'
	@echo 'make unbound   the distribution'"'"'s Unbound, with dynlib, in build/unbound'
	@echo 'make install   as root: command, module, manual, units, and the stores'
	@echo 'make deb       Debian packages of it, and of the Unbound that loads it'
	@echo 'make demo      the story, on real servers'
	@echo 'make demo-mail the story as a mail server lives it (as root)'
	@echo 'make check     all tests'
	@echo 'make check-asan     units, command, replays and lab, with memory watched'
	@echo 'make check-threads  units and lab, with their threads watched'
	@echo 'make check-valgrind the replays under valgrind'
	@echo 'make faults    what must not harm: no memory, kill -9, bits that flip'
	@echo 'make fuzz-seeds     what strangers may send, through what reads it'
	@echo 'make fuzz      more of that, at random; SECONDS=3600: longer'
	@echo 'make fuzz-afl  the same with AFL++'
	@echo 'make random    random sequences of what can happen; SEQUENCES=2000: more'
	@echo 'make soak      everything at once, for half an hour; MINUTES=1: shorter'
	@echo 'make check-rate     how long "pinbound check" of many zones takes'
	@echo 'make bench     what it costs; MEASURES="store load": some of it only'
	@echo 'make lint      what tools say of the source'
	@echo 'make deps      install what building and testing need (as root)'
	@echo 'make format    lay out the source'
	@echo 'make clean     remove what was built, Unbound apart; make distclean: all'

# --- the core ---------------------------------------------------------------

$(BUILD)/include/pinbound/version.h: CHANGELOG.md
	@mkdir -p $(@D)
	@echo '#define PB_VERSION "$(VERSION)"' > $@

$(BUILD)/obj/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fPIC -fvisibility=hidden -c -o $@ $<

$(LIBPB): $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $(LIB_OBJ)

# --- the command ------------------------------------------------------------

CLI_LIBS = -lldns -lssl -lcrypto -llmdb -lidn2 -lpthread

$(BUILD)/obj/cli/%.o: cli/%.c | $(BUILD)/include/pinbound/version.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fPIE -c -o $@ $<

# How it asks the world: apart, so that the tests can link it.
$(LIBSURVEY): $(SURVEY_OBJ)
	@rm -f $@
	$(AR) rcs $@ $(SURVEY_OBJ)

$(BUILD)/pinbound: $(CLI_OBJ) $(LIBSURVEY) $(LIBPB)
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $(CLI_OBJ) $(LIBSURVEY) $(LIBPB) $(CLI_LIBS)

# --- the module -------------------------------------------------------------

# Unbound's headers are not ours to warn about.
HOST_CFLAGS = -isystem $(UNBOUND_BUILD) -isystem $(UNBOUND_SRC)
STAMP = $(BUILD)/stamp

# What differs between Unbounds is tried out against the tree at hand.
$(STAMP)/probe.h: module/probe.sh $(UNBOUND_BUILD)/config.h
	@mkdir -p $(@D)
	sh module/probe.sh "$(CC) $(CSTD) -fPIC $(HOST_CFLAGS)" > $@.new
	mv $@.new $@

# The module works with the very programs that this tree built, and no others.
$(STAMP)/build-ids.h: module/build-ids.sh $(UNBOUND_BUILD)/config.h \
		$(wildcard $(UNBOUND_BUILD)/unbound $(UNBOUND_BUILD)/testbound)
	@mkdir -p $(@D)
	sh module/build-ids.sh $(UNBOUND_BUILD) > $@.new
	mv $@.new $@

$(BUILD)/obj/module/%.o: module/%.c $(STAMP)/probe.h $(STAMP)/build-ids.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(HOST_CFLAGS) -I$(STAMP) -fPIC -fvisibility=hidden -c -o $@ $<

$(BUILD)/pinbound.so: $(MODULE_OBJ) $(LIBPB)
	$(CC) -shared $(ALL_LDFLAGS) -Wl,-z,nodelete -Wl,--exclude-libs,ALL -o $@ \
		$(MODULE_OBJ) $(LIBPB) -llmdb -lpthread

# Without another tree given, the distribution's own is fetched and built.
$(BUILD)/unbound/config.h: $(BUILD)/unbound-src/done

unbound: $(BUILD)/unbound-src/done
$(BUILD)/unbound-src/done: module/build-unbound.sh
	sh module/build-unbound.sh $(BUILD)

# Debian packages, in build/deb.
deb:
	sh debian/make-deb.sh $(BUILD)

# --- unit tests -------------------------------------------------------------

$(BUILD)/tests/%: tests/unit/%.c $(LIBSURVEY) $(LIBPB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Ilib -Icli -MF $@.d -o $@ $< $(filter %.o,$^) $(LIBSURVEY) \
		$(LIBPB) $(ALL_LDFLAGS) -lcmocka $(CLI_LIBS)

# The checks, without what writes to the terminal.
$(BUILD)/tests/test_doctor: $(filter-out %/command.o %/report.o, \
	$(filter $(BUILD)/obj/cli/doctor/%,$(CLI_OBJ))) $(BUILD)/obj/cli/unbound_words.o

$(BUILD)/tests/test_graph: $(BUILD)/obj/cli/graph_dot.o

unit-programs: $(UNIT_BIN) $(BUILD)/tests/sample_state $(BUILD)/tests/lab-ask

unit: unit-programs
	@set -e; for test in $(UNIT_BIN); do $$test; done

# --- tests ------------------------------------------------------------------

$(BUILD)/tests/lab-%: tests/lab/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MF $@.d -o $@ $< $(ALL_LDFLAGS) -lldns

$(BUILD)/tests/bench-%: tests/bench/%.c $(LIBPB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Ilib -MF $@.d -o $@ $< $(LIBPB) $(ALL_LDFLAGS) -llmdb -lpthread

$(BUILD)/tests/fault-%: tests/faults/%.c $(LIBPB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Ilib -MF $@.d -o $@ $< $(LIBPB) $(ALL_LDFLAGS) -llmdb -lpthread

# The module, with a hand on what it allocates.
WRAPPED = malloc calloc mmap strdup fopen regional_alloc regional_alloc_zero \
	pthread_create mdb_env_create mdb_env_open mdb_reader_check mdb_txn_begin \
	mdb_txn_renew mdb_txn_commit mdb_dbi_open mdb_put mdb_del mdb_cursor_open

$(BUILD)/tests/fault-module.so: tests/faults/module.c $(MODULE_OBJ) $(LIBPB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/faults -fPIC -shared -fvisibility=hidden -MF $@.d -o $@ \
		$< $(MODULE_OBJ) $(LIBPB) $(ALL_LDFLAGS) -Wl,-z,nodelete \
		-Wl,--exclude-libs,ALL $(WRAPPED:%=-Wl,--wrap=%) -llmdb -lpthread

$(BUILD)/tests/fault-%.so: tests/faults/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fPIC -shared -MF $@.d -o $@ $< $(ALL_LDFLAGS)

deps:
	sh tests/install-deps.sh

replay: all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/replay/run.sh

# Each scenario fails without its defence.
defences: all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) UNBOUND_SRC=$(UNBOUND_SRC) \
		DEFENCES_JOBS=3 tests/replay/mutate.sh

# Unbound's own scenarios, with the module in front.
suite: all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) UNBOUND_SRC=$(UNBOUND_SRC) \
		tests/replay/unbound-suite.sh

cli-tests: $(BUILD)/pinbound $(BUILD)/tests/test_pinfile $(BUILD)/tests/sample_state
	BUILD=$(BUILD) tests/cli/run.sh
	BUILD=$(BUILD) tests/cli/json.sh
	BUILD=$(BUILD) tests/cli/malformed.sh
	BUILD=$(BUILD) tests/cli/hard.sh
	BUILD=$(BUILD) tests/cli/races.sh

# What must not harm: memory that runs out, kill -9, bits that flip. All of it takes two
# hours; variables of tests/faults/run.sh say how much.
FAULT_PROGRAMS = $(BUILD)/tests/fault-alloc.so $(BUILD)/tests/fault-disk.so \
	$(BUILD)/tests/fault-flips $(BUILD)/tests/fault-module.so \
	$(BUILD)/tests/fault-readers \
	$(BUILD)/tests/sample_state
FAULTS = BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/faults/run.sh

# The module with memory watched: what it has not got must not be used.
faults: all $(FAULT_PROGRAMS) asan-programs
	$(FAULTS) alloc disk state kill power flips
	$(ASAN_MAKE) $(ASAN)/module/tests/fault-module.so
	$(ASAN_TESTER) tests/faults/run.sh module

faults-quick: all $(FAULT_PROGRAMS)
	$(FAULTS) quick

# What is there to be copied or read.
examples: all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) UNBOUND_SRC=$(UNBOUND_SRC) \
		tests/examples.sh

# make install, below DESTDIR and on a machine of its own.
check-install: all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/install.sh

# The packages in a Debian of their own: installed, upgraded, removed.
check-deb: deb
	sh tests/install-deps.sh deb-tests
	BUILD=$(BUILD) tests/deb.sh

LAB = BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/lab/run.sh
LAB_THREADED = hijack_refused restore pin_without_reload load_in_force everything_at_once

LAB_PROGRAMS = $(BUILD)/tests/fault-alloc.so $(BUILD)/tests/fault-disk.so \
	$(BUILD)/tests/fault-readers
lab-programs: $(LAB_PROGRAMS)

lab: all lab-programs
	$(LAB)
	LAB_THREADS=1 LAB_SECONDS=6 $(LAB) $(LAB_THREADED)
	LAB_THREADS=8 LAB_SECONDS=6 $(LAB) $(LAB_THREADED)
	LAB_REUSEPORT=no LAB_SECONDS=3 $(LAB) $(LAB_THREADED)

# The same with Postfix and its mail, and what reaches rsyslog and the journal.
mail: all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/mail/run.sh

# Each command of doc/guide.md, as it stands there.
guide: all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/guide.sh

# Each example of pinbound(8), likewise.
manual: all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/manual.sh

demo-mail:
	$(MAKE) deps
	$(MAKE) all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/mail/demo.sh

# How near "check" of a thousand zones comes to what its limit for each server allows.
check-rate: all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/lab/check-rate.sh $(RATES)

# Everything at once, for long; check has a short one.
MINUTES ?= 30
soak: all $(BUILD)/tests/lab-flood
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/lab/soak.sh $(MINUTES)

# Random sequences of what can happen, on the lab's servers.
SEQUENCES ?= 200
BUDGET ?= 420
random: all $(BUILD)/tests/lab-ask
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/lab/random.sh \
		--sequences $(SEQUENCES) --seconds $(BUDGET)

# What it costs, side by side with Unbound without it; bench-quick: does that still run?
bench: all $(BUILD)/tests/bench-store
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/bench/bench.sh $(MEASURES)

bench-quick: all $(BUILD)/tests/bench-store
	BENCH=quick BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/bench/bench.sh

# Each step is a make of its own: what is missing may have to be installed first.
check:
	$(MAKE) deps
	$(MAKE) all
	$(MAKE) unit
	$(MAKE) cli-tests
	$(MAKE) faults-quick
	$(MAKE) fuzz-seeds
	$(MAKE) fuzz SECONDS=12
	$(MAKE) fuzz-afl SECONDS=12
	$(MAKE) examples
	$(MAKE) check-install
	$(MAKE) replay
	$(MAKE) check-sanitizers
	$(MAKE) defences
	$(MAKE) suite
	$(MAKE) random BUDGET=60
	$(MAKE) lab
	$(MAKE) mail
	$(MAKE) guide
	$(MAKE) manual
	$(MAKE) bench-quick
	$(MAKE) soak MINUTES=0.5
	$(MAKE) check-deb

demo:
	$(MAKE) deps
	$(MAKE) all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) tests/lab/demo.sh

lint:
	sh tests/install-deps.sh lint
	$(MAKE) all
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) UNBOUND_SRC=$(UNBOUND_SRC) tests/lint.sh

format:
	clang-format -i lib/*.[ch] cli/*.[ch] cli/*/*.[ch] module/*.[ch] include/pinbound/*.h \
		tests/unit/*.[ch] tests/lab/*.c tests/bench/*.c tests/faults/*.[ch] \
		tests/fuzz/*.[ch]

clean:
	rm -rf $(BUILD)/obj $(BUILD)/fuzz $(BUILD)/sanitized $(BUILD)/tests $(BUILD)/stamp $(BUILD)/include \
		$(BUILD)/pinbound $(BUILD)/pinbound.so $(LIBPB) $(LIBSURVEY) $(LIBCLI) $(LIBMODULE) $(LIBHOST)

distclean:
	rm -rf $(BUILD)

include install.mk
include tests/fuzz/fuzz.mk
include tests/sanitizers.mk

.PHONY: all help deb check-deb soak unbound unit deps replay defences suite cli-tests faults faults-quick examples lab lab-programs random \
	mail guide manual demo-mail check-install check-rate bench bench-quick check lint demo format clean distclean unit-programs
-include $(wildcard $(BUILD)/obj/*/*.d $(BUILD)/obj/*/*/*.d $(BUILD)/tests/*.d $(BUILD)/fuzz/*.d)
