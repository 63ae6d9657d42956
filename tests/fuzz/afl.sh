#!/bin/sh
# afl.sh - fuzzes each target for its share of the time, with AFL++.
#
# Usage: afl.sh SECONDS TARGET...     ("make fuzz-afl SECONDS=n [TARGET=name]")
#
# What is found lies in build/fuzz-found/afl-TARGET/, and what the next run goes on from.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
. tests/fuzz/directory.sh
seconds=$1
shift
share=$((seconds / $#))
[ $share -gt 0 ] || share=1
failed=no
# What the machine does with dumps of memory, and how fast it runs, is not ours to change.
export AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 \
	AFL_AUTORESUME=1 AFL_NO_AFFINITY=1

# stat NAME TARGET: what the fuzzer says of it.
stat() {
	sed -n "s/^$1 *: //p" "$build/fuzz-found/afl-$2/default/fuzzer_stats"
}

printf '%-10s %8s %12s %8s\n' TARGET SECONDS EXECUTIONS EDGES
for target; do
	found=$build/fuzz-found/afl-$target
	log=$build/afl/fuzz/$target.log
	result=ok
	mkdir -p "$found"
	afl-fuzz -V $share -m none -t 5000 -i "tests/fuzz/corpus/$target" -o "$found" \
		"$build/afl/fuzz/$target" > "$log" 2>&1 || {
		tail -n 20 "$log" >&2
		exit 1
	}
	[ "$(stat saved_crashes "$target")" = 0 ] || result=FOUND
	[ "$(stat saved_hangs "$target")" = 0 ] || result=FOUND
	printf '%-10s %8s %12s %8s  %s\n' "$target" $share "$(stat execs_done "$target")" \
		"$(stat edges_found "$target")" $result
	[ $result = ok ] && continue
	failed=yes
	ls -d "$found"/default/crashes/id:* "$found"/default/hangs/id:* 2> /dev/null || :
done
[ $failed = no ]
