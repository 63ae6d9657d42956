# shellcheck shell=bash disable=SC2154,SC2034,SC2317,SC2016
# store.sh - the pin store: lookups, size, import and export. Sourced by bench.sh.

# peak COMMAND...: its peak of resident memory, in KiB.
peak() {
	python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$@"
}

# timed COMMAND...: seconds.
timed() {
	local began
	began=$(seconds)
	"$@" > /dev/null 2>&1 || lab_die "$* failed"
	calc "$(seconds) - $began"
}

# random_names NUMBER FORMAT MOST: the same ones each time.
random_names() {
	awk -v n="$1" -v format="$2\n" -v most="$3" \
		'BEGIN { srand(7); for (i = 0; i < n; i++) printf format, int(rand() * most) }'
}

# lookup_names FILE FORMAT: of 2000 zones, a hundred times over, as queries come back.
lookup_names() {
	local i once=$lab_run/once
	random_names 2000 "$2" "$bench_pins" > "$once"
	for ((i = 0; i < 100; i++)); do
		cat "$once"
	done > "$1"
}

# instructions MODE FILE: of a lookup, in 2000.
instructions() {
	head -n 2000 "$2" > "$lab_run/some"
	valgrind --tool=callgrind --collect-atstart=no '--toggle-collect=look_up*' \
		--callgrind-out-file=/dev/null "$lab_build/tests/bench-store" "$1" \
		"$bench_store/pins.mdb" "$lab_run/some" 2>&1 |
		sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# measure_lookup WHAT FORMAT AIM
measure_lookup() {
	local i file=$lab_run/lookups known=() plain=()
	lookup_names "$file" "$2"
	for ((i = 0; i < bench_rounds; i++)); do
		plain+=("$("$lab_build/tests/bench-store" plain "$bench_store/pins.mdb" "$file" 2> /dev/null)")
		known+=("$("$lab_build/tests/bench-store" known "$bench_store/pins.mdb" "$file" 2> /dev/null)")
	done
	row "lookup of $1 name / plain LMDB" "$3" \
		"$(calc "$(median "${known[@]}") / $(median "${plain[@]}")")" "" \
		"$(spread "${plain[@]}")" 0.15
	note "$(median "${known[@]}") ns; plain LMDB $(median "${plain[@]}") ns"
	row "the same in instructions" "$3" \
		"$(calc "$(instructions known "$file") / $(instructions plain "$file")")" ""
}

import_once() {
	rm -f "$lab_run"/import-store/*.mdb*
	make_store "$lab_run/import-store" 0
	PINBOUND_CONF=$lab_run/import-store/pinbound.conf \
		timed pinbound -q import "$1"
}

put_once() {
	rm -f "$lab_run"/put.mdb*
	"$lab_build/tests/bench-store" put "$bench_store/pins.mdb" "$lab_run/put.mdb"
}

measure_import() {
	local i file=$lab_run/pins.txt import=() put=() few many
	write_pins "$bench_pins" > "$file"
	for ((i = 0; i < bench_rounds; i++)); do
		put+=("$(put_once)")
		import+=("$(import_once "$file")")
	done
	row "import / mdb_put of the same" 2 \
		"$(calc "$(median "${import[@]}") / $(median "${put[@]}")")" "" \
		"$(spread "${put[@]}")" 0.15
	note "$(median "${import[@]}") s; mdb_put $(median "${put[@]}") s"
	rm -f "$lab_run"/import-store/*.mdb* "$lab_run"/put.mdb*
	make_store "$lab_run/import-store" 0
	write_pins $((bench_pins / 10)) > "$lab_run/few.txt"
	few=$(PINBOUND_CONF=$lab_run/import-store/pinbound.conf \
		peak "$lab_build/pinbound" -q import "$lab_run/few.txt")
	rm -f "$lab_run"/import-store/*.mdb*
	make_store "$lab_run/import-store" 0
	many=$(PINBOUND_CONF=$lab_run/import-store/pinbound.conf \
		peak "$lab_build/pinbound" -q import "$file")
	row "import: memory / of a tenth of them" 1.1 "$(calc "$many / $few")" ""
	note "$((many / 1024)) MiB; LMDB keeps what a transaction changes, up to 512 MiB"
	rm -rf "$lab_run/import-store"
}

measure_export() {
	local i export=() walk=()
	for ((i = 0; i < bench_rounds; i++)); do
		walk+=("$("$lab_build/tests/bench-store" walk "$bench_store/pins.mdb" 2> /dev/null)")
		export+=("$(PINBOUND_CONF=$bench_store/pinbound.conf timed pinbound export)")
	done
	row "export / reading the store through" 5 \
		"$(calc "$(median "${export[@]}") / $(median "${walk[@]}")")" "" \
		"$(spread "${walk[@]}")" 0.25
	note "$(median "${export[@]}") s; reading each octet $(median "${walk[@]}") s"
}

measure_store() {
	measure_lookup "an unpinned" "www.u%08d.example" 0.25
	measure_lookup "a pinned" "mail.d%08d.pinned.example" 0.7
	row "store, 2 NS and 1 DS" 200 \
		"$(calc "$(stat -c %s "$bench_store/pins.mdb") / $bench_pins")" B/pin
	measure_import
	measure_export
}
