# shellcheck shell=bash disable=SC2154,SC2034,SC2317,SC2016
# growth.sh - what becomes of it with more pins, as numbers and as a plot. Sourced by
# bench.sh.

# lookup MODE STORE FORMAT NUMBER: nanoseconds, for names all over the store.
lookup() {
	random_names 100000 "$3" "$4" > "$lab_run/grown-names"
	"$lab_build/tests/bench-store" "$1" "$2/pins.mdb" "$lab_run/grown-names" 2> /dev/null
}

grow_to() {
	local n=$1 dir=$lab_run/grown import remove scan memory
	rm -rf "$dir"
	make_store "$dir" 0
	write_pins "$n" > "$lab_run/grown.txt"
	import=$(PINBOUND_CONF=$dir/pinbound.conf timed pinbound -q import "$lab_run/grown.txt")
	rm "$lab_run/grown.txt"
	scan=$("$lab_build/tests/bench-store" scan "$dir/pins.mdb")
	remove=$(PINBOUND_CONF=$dir/pinbound.conf \
		timed pinbound -q remove "$(printf 'd%08d.pinned.example' $((n / 2)))")
	memory=$(PINBOUND_CONF=$dir/pinbound.conf python3 "$bench_here/start.py" 127.2.0.9 \
		"$(calc "$bench_settle + $n / 1000000")" "$lab_unbound/unbound" -d \
		-c "$lab_run/grown-conf/unbound.conf" | awk '{ print $2 / 1024 }')
	printf '%d,%s,%s,%s,%s,%s,%s,%s\n' "$n" \
		"$(lookup known "$dir" "www.u%08d.example" "$n")" \
		"$(lookup known "$dir" "mail.d%08d.pinned.example" "$n")" \
		"$(calc "$import * 1000")" "$(calc "$remove * 1000")" "$(calc "$scan * 1000")" \
		"$memory" "$(stat -c %s "$dir/pins.mdb")" | tee -a "$bench_out/growth.csv" |
		awk -F , '{ printf "%9d %8.0f %8.0f %9.1f %9.1f %9.1f %8.1f %8.1f\n",
			$1, $2, $3, $4, $5, $6, $7, $8 / 1048576 }'
	rm -rf "$dir"
}

plot() {
	gnuplot <<- END
		set terminal svg size 900,600 background rgb "white"
		set output "$bench_out/growth.svg"
		set datafile separator ","
		set logscale xy
		set format x "10^{%L}"
		set xlabel "pins"
		set key left top
		set grid
		set title "Pinbound, from a thousand pins to ten million"
		plot "$bench_out/growth.csv" skip 1 using 1:2 with linespoints title "lookup, unpinned (ns)", \
			"" skip 1 using 1:3 with linespoints title "lookup, pinned (ns)", \
			"" skip 1 using 1:4 with linespoints title "import (ms)", \
			"" skip 1 using 1:5 with linespoints title "removal of one (ms)", \
			"" skip 1 using 1:6 with linespoints title "read and verified (ms)", \
			"" skip 1 using 1:7 with linespoints title "resident memory of Unbound (MiB)"
	END
}

measure_growth() {
	local n
	echo
	printf '%9s %8s %8s %9s %9s %9s %8s %8s\n' PINS UNPINNED PINNED IMPORT REMOVAL VERIFIED \
		RESIDENT STORE "" ns ns ms ms ms MiB MiB
	echo 'pins,lookup of an unpinned name ns,of a pinned one ns,import ms,removal of one ms,read and verified ms,resident MiB,store octets' \
		> "$bench_out/growth.csv"
	conf grown-conf "dynlib validator iterator"
	for ((n = 1000; n <= bench_most; n *= 10)); do
		grow_to $n
	done
	plot
}
