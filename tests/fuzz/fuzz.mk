# fuzz.mk - what strangers' octets do to each reader; part of the Makefile.
#
# A target is tests/fuzz/fuzz_NAME.c, its seeds are the files of tests/fuzz/corpus/NAME.
# "make fuzz-seeds" builds all with the compiler at hand and a driver that runs files,
# and again with clang's sanitizers. Both builds, and that of AFL++, are by the same
# rules, with other flags.

FUZZ_SRC = $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_NAMES = $(FUZZ_SRC:tests/fuzz/fuzz_%.c=%)
FUZZ_BIN = $(FUZZ_NAMES:%=$(BUILD)/fuzz/%)
FUZZ_MAIN ?= tests/fuzz/driver.c

# What the targets need of the command.
LIBCLI = $(BUILD)/libcli.a
FUZZ_CLI = colour gather gather_rr gather_unbound gather_zone mailcount maillog maillog_time \
	unbound_words
FUZZ_CLI_OBJ = $(FUZZ_CLI:%=$(BUILD)/obj/cli/%.o)
$(LIBCLI): $(FUZZ_CLI_OBJ)
	@rm -f $@
	$(AR) rcs $@ $(FUZZ_CLI_OBJ)

FUZZ_COMMON = tests/fuzz/common.c tests/fuzz/import.c
$(BUILD)/fuzz/%: tests/fuzz/fuzz_%.c $(FUZZ_COMMON) tests/fuzz/driver.c \
		tests/fuzz/fuzz.h tests/fuzz/import.h $(LIBCLI) $(LIBSURVEY) $(LIBPB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Ilib -Icli -MF $@.d -o $@ $< $(FUZZ_COMMON) $(FUZZ_MAIN) \
		$(LIBCLI) $(LIBSURVEY) $(LIBPB) $(ALL_LDFLAGS) $(CLI_LIBS)

# The module, in the Unbound that it is built for: with all of that but its programs, and
# what the target has in their place.
LIBMODULE = $(BUILD)/libmodule.a
$(LIBMODULE): $(MODULE_OBJ)
	@rm -f $@
	$(AR) rcs $@ $(MODULE_OBJ)

LIBHOST = $(BUILD)/libhost.a
HOST_PROGRAMS = unbound% testbound.o daemon.o worker.o remote.o fake_event.o libworker.o \
	libunbound.o context.o replay.o ub_event_pluggable.o unit% petal.o
$(LIBHOST): $(UNBOUND_BUILD)/config.h
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $(addprefix $(UNBOUND_BUILD)/,$(filter-out $(HOST_PROGRAMS), \
		$(notdir $(wildcard $(UNBOUND_BUILD)/*.o))))

host_setting = $(shell sed -n 's/^$(1)=//p' $(UNBOUND_BUILD)/Makefile)
FUZZ_RESOLVER = tests/fuzz/resolver_servers.c tests/fuzz/resolver_world.c
$(BUILD)/fuzz/resolver: tests/fuzz/fuzz_resolver.c $(FUZZ_RESOLVER) $(FUZZ_COMMON) \
		tests/fuzz/driver.c tests/fuzz/fuzz.h tests/fuzz/resolver.h $(LIBMODULE) \
		$(LIBHOST) $(LIBCLI) $(LIBPB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(HOST_CFLAGS) -I$(STAMP) -Ilib -Icli -Imodule -MF $@.d -o $@ $< \
		$(FUZZ_RESOLVER) $(FUZZ_COMMON) $(FUZZ_MAIN) $(LIBMODULE) $(LIBCLI) \
		$(LIBPB) $(LIBHOST) \
		-Wl,-z,muldefs $(ALL_LDFLAGS) $(CLI_LIBS) \
		$(call host_setting,SSLLIB) $(call host_setting,LIBS)

fuzz-programs: $(FUZZ_BIN)

SANITIZED = $(BUILD)/sanitized
SANITIZE = -fno-sanitize-recover=undefined -fsanitize=address,undefined
fuzz-sanitized:
	$(MAKE) BUILD=$(SANITIZED) UNBOUND_BUILD=$(UNBOUND_BUILD) UNBOUND_SRC=$(UNBOUND_SRC) \
		CC=clang FUZZ_MAIN= LDFLAGS='$(SANITIZE),fuzzer' \
		CFLAGS='-O1 -g -U_FORTIFY_SOURCE $(SANITIZE),fuzzer-no-link' fuzz-programs

fuzz-seeds: fuzz-programs
	sh tests/install-deps.sh seeds
	BUILD=$(BUILD) UNBOUND_BUILD=$(UNBOUND_BUILD) UNBOUND_SRC=$(UNBOUND_SRC) \
		tests/fuzz/seeds.sh $(FUZZ_NAMES)

# make fuzz SECONDS=3600: all targets, in equal shares; TARGET=name: that one.
SECONDS ?= 600
TARGET ?= $(FUZZ_NAMES)
fuzz:
	sh tests/install-deps.sh fuzz
	$(MAKE) fuzz-sanitized
	BUILD=$(BUILD) tests/fuzz/fuzz.sh $(SECONDS) $(TARGET)

# The same with AFL++, which is faster and has other ideas; without sanitizers.
AFL = $(BUILD)/afl
fuzz-afl:
	sh tests/install-deps.sh fuzz
	$(MAKE) BUILD=$(AFL) UNBOUND_BUILD=$(UNBOUND_BUILD) UNBOUND_SRC=$(UNBOUND_SRC) \
		CC=afl-clang-fast FUZZ_MAIN= LDFLAGS=-fsanitize=fuzzer \
		CFLAGS='-O1 -g -U_FORTIFY_SOURCE' $(TARGET:%=$(AFL)/fuzz/%)
	BUILD=$(BUILD) tests/fuzz/afl.sh $(SECONDS) $(TARGET)

.PHONY: fuzz fuzz-afl fuzz-programs fuzz-sanitized fuzz-seeds
