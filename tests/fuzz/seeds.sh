#!/bin/sh
# seeds.sh - every seed through its target, as built by the compiler at hand, and by clang
# with the sanitizers watching.
#
# Usage: seeds.sh TARGET...     ("make fuzz-seeds")
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
. tests/fuzz/directory.sh

# run PROGRAMS TARGET...
run() {
	programs=$1
	shift
	for target; do
		set -- "tests/fuzz/corpus/$target"/*
		[ -e "$1" ] || {
			echo "seeds.sh: $target has no seeds" >&2
			return 1
		}
		"$programs/$target" "$@" > "$build/fuzz/log" 2>&1 || {
			tail -n 40 "$build/fuzz/log" >&2
			echo "seeds.sh: $target failed on one of its seeds" >&2
			return 1
		}
		echo "ok $target: $# seeds"
	done
}

run "$build/fuzz" "$@"
make -s -j"$(nproc)" BUILD="$build" fuzz-sanitized
echo "with sanitizers:"
run "$build/sanitized/fuzz" "$@"
