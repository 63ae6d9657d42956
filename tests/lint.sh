#!/bin/sh
# lint.sh - what a careful reader's tools say of the source. All of it is an error.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
unbound=${UNBOUND_BUILD:-$build/unbound}
source=${UNBOUND_SRC:-$(cat "$build/unbound-src/source")}
flags="-std=c11 -D_GNU_SOURCE -Iinclude -Ilib -I$build/include"
host="-isystem $unbound -isystem $source -I$build/stamp"
failed=no

# step NAME COMMAND...
step() {
	name=$1
	shift
	if "$@" > "$build/lint.log" 2>&1; then
		echo "ok   $name"
	else
		echo "FAIL $name"
		cat "$build/lint.log"
		failed=yes
	fi
}

warnings() {
	make -s -j"$(nproc)" CC="$1" BUILD="$build/lint-$1" UNBOUND_BUILD="$unbound" \
		UNBOUND_SRC="$source" CFLAGS="-O2 -g -Werror" all unit-programs fuzz-programs
}

tidy() {
	# shellcheck disable=SC2086
	printf '%s\n' lib/*.c cli/*.c cli/*/*.c | xargs -P "$(nproc)" -n 4 sh -c \
		'clang-tidy --quiet "$@" -- '"$flags" tidy &&
		printf '%s\n' module/*.c | xargs -P "$(nproc)" -n 4 sh -c \
			'clang-tidy --quiet "$@" -- '"$flags $host" tidy
}

check() {
	cppcheck -q --std=c11 --enable=warning,style,performance,portability \
		--error-exitcode=1 --inline-suppr --suppress=variableScope \
		--suppress=ctuuninitvar \
		-Iinclude -Ilib -I"$build/include" lib cli module tests/unit tests/lab tests/bench \
		tests/faults tests/fuzz
}

# run.sh reads them all: the second function of a name would take the first one's place.
named_once() {
	! cat tests/lab/run.sh tests/lab/lab.sh tests/lab/test-*.sh |
		sed -n 's/^\([a-z_0-9]*\)() {.*/\1: a function of the lab with this name is there twice/p' |
		sort | uniq -d | grep .
}

# What it waits for must be asked for again, or be complained of: it does not end the test.
within_heeded() {
	! grep -nE '^[[:space:]]+within ' tests/*/*.sh tests/*.sh | grep -vE '\|\||&&'
}

step "clang-format" clang-format --dry-run -Werror lib/*.[ch] cli/*.[ch] cli/*/*.[ch] \
	module/*.[ch] include/pinbound/*.h tests/unit/*.[ch] tests/lab/*.c \
	tests/bench/*.c tests/faults/*.[ch] tests/fuzz/*.[ch]
step "gcc -Werror" warnings gcc
step "clang -Werror" warnings clang
step "clang-tidy" tidy
step "cppcheck" check
step "shellcheck" shellcheck -x -P SCRIPTDIR tests/*.sh tests/*/*.sh module/*.sh \
	debian/*.sh debian/*.p* .ci/run
step "names in the lab" named_once
step "what tests wait for" within_heeded
[ $failed = no ]
