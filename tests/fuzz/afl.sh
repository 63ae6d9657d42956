#!/bin/sh
# afl.sh - fuzzes one target for a time with AFL++, which builds it for itself.
#
# Usage: afl.sh SECONDS TARGET     ("make fuzz-afl SECONDS=n TARGET=name")
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
found=$build/fuzz-found/afl-$2

mkdir -p "$found"
# What the machine does with dumps of memory, and how fast it runs, is not ours to change.
AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_AUTORESUME=1 \
	afl-fuzz -V "$1" -m none -t 5000 -i "tests/fuzz/corpus/$2" -o "$found" \
	"$build/afl/fuzz/$2" @@
crashes=$(find "$found/default/crashes" -name 'id:*' | wc -l)
sed -n 's/^execs_done *: /executions: /p; s/^edges_found *: /edges: /p' \
	"$found/default/fuzzer_stats"
echo "findings: $crashes"
[ "$crashes" -eq 0 ]
