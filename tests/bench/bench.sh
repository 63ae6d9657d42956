#!/bin/bash
# bench.sh - what Pinbound costs, beside Unbound without it, and beside what else a user
# could pick, all in one run.
#
# Usage: bench.sh [MEASURE...]     store, start, instructions, load, growth (all)
#
#   BENCH=quick   small, in a minute, and nothing is judged: does it run at all?
#   PINS          how many (1000000)
#   ROUNDS        of what is measured with the clock; the median counts (7)
#   OUT           where table.csv, growth.csv, growth.svg and what callgrind has counted
#                 go to (build/bench)
#
# Where what is compared with varies too much from round to round, it says that the
# machine is too noisy to tell.
# shellcheck disable=SC2034,SC2154
set -u
. "$(dirname "$0")/lib.sh"
for part in store resolvers instructions load growth; do
	# shellcheck source=/dev/null
	. "$bench_here/$part.sh"
done
lab_enter "$@"

if [ "${BENCH:-full}" = quick ]; then
	bench_judges=no bench_pins=${PINS:-60000} bench_rounds=${ROUNDS:-1} bench_names=50
	bench_queries=500 bench_seconds=3 bench_cached=2000 bench_cache=8 bench_most=10000
	bench_settle=0.5 bench_recheck=1
else
	bench_judges=yes bench_pins=${PINS:-1000000} bench_rounds=${ROUNDS:-7} bench_names=500
	bench_queries=20000 bench_seconds=20 bench_cached=400000 bench_cache=128
	bench_most=10000000 bench_settle=6 bench_recheck=2
fi
bench_out=${OUT:-$lab_build/bench}
mkdir -p "$bench_out"
[ $# -gt 0 ] || set -- store start instructions load growth

bench_lab
bench_store=$lab_run/pins
make_store "$bench_store" "$bench_pins"
export PINBOUND_CONF=$bench_store/pinbound.conf
pinbound -q add example.com --mode refuse --ns ns1.dns-host.example \
	--ns ns2.dns-host.example 2> "$bench_store/import" || lab_die "$(cat "$bench_store/import")"
echo "$(uname -srm), $(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
	"$(date -u +%F)"
echo "$("$lab_unbound/unbound" -V | head -n 1), $bench_pins pins"
head_of_table
for measure; do
	"measure_$measure"
done
