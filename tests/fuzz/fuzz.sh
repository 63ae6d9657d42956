#!/bin/sh
# fuzz.sh - fuzzes each target for its share of the time, with libFuzzer.
#
# Usage: fuzz.sh SECONDS TARGET...     ("make fuzz SECONDS=n [TARGET=name]")
#
# What is found lies in build/fuzz-found/; what is new to the coverage in
# build/fuzz-corpus/TARGET/, where the next run goes on.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
. tests/fuzz/directory.sh
seconds=$1
shift
share=$((seconds / $#))
[ $share -gt 0 ] || share=1
found=$build/fuzz-found
failed=no

# stat NAME LOG: the last number of libFuzzer's for it.
stat() {
	sed -n "s/.*$1:* *\([0-9][0-9]*\).*/\1/p" "$2" | tail -n 1
}

mkdir -p "$found"
printf '%-10s %8s %12s %8s\n' TARGET SECONDS EXECUTIONS EDGES
for target; do
	log=$build/sanitized/fuzz/$target.log
	corpus=$build/fuzz-corpus/$target
	result=ok
	mkdir -p "$corpus"
	"$build/sanitized/fuzz/$target" -max_total_time=$share -max_len=4096 -timeout=20 \
		-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$found/$target-" \
		"$corpus" "tests/fuzz/corpus/$target" > "$log" 2>&1 || result=FOUND
	printf '%-10s %8s %12s %8s  %s\n' "$target" $share \
		"$(stat stat::number_of_executed_units "$log")" "$(stat ' cov' "$log")" $result
	[ $result = ok ] && continue
	failed=yes
	grep -E 'does not hold|ERROR|runtime error|Test unit written' "$log" || tail -n 20 "$log"
done
[ $failed = no ]
