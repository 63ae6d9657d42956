# shellcheck shell=bash disable=SC2154,SC2034,SC2317,SC2016
# resolvers.sh - what a resolver with many pins takes to start, and in memory, beside what
# else a user could pick: an RPZ with as many names, stub zones with trust anchors. Sourced
# by bench.sh.

# The command that would start a resolver, into bench_command, with its unbound.conf
# written.
prepare_resolver() {
	preparing=yes
	resolver "$@"
	preparing=no
}

# started NAME...: "MS KIB MS" of each, in rounds, into started_NAME, a line each.
started() {
	local i name
	for ((i = 0; i < bench_rounds; i++)); do
		for name; do
			python3 "$bench_here/start.py" 127.2.0.9 "$bench_settle" \
				"$lab_unbound/unbound" -d -c "$lab_run/$name/unbound.conf" \
				>> "$lab_run/started-$name" || lab_die "$name does not start"
		done
	done
}

# column NAME NUMBER: what was started by that name.
column() {
	awk -v n="$2" '{ print $n }' "$lab_run/started-$1"
}

# conf NAME MODULES PINBOUND_CONF: one that can be started.
conf() {
	prepare_resolver 127.2.0.9 "$2"
	mkdir -p "$lab_run/$1"
	sed "s|$lab_run/127.2.0.9|$lab_run/$1|g" "$lab_run/127.2.0.9/unbound.conf" \
		> "$lab_run/$1/unbound.conf"
}

rpz_zone() {
	printf '$TTL 300\n@ SOA ns. hostmaster. 1 3600 600 86400 300\n@ NS ns.\n'
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "d%08d.pinned.example CNAME .\n", i }'
}

# Zones that Unbound asks at addresses of the user's own, with their keys.
stub_zones() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
		printf "stub-zone:\n    name: d%08d.pinned.example\n    stub-addr: 192.0.2.1\n", i
		print "server:"
		for (i = 0; i < n; i++)
			printf "    trust-anchor: \"d%08d.pinned.example DS %d 13 2 %08X%056X\"\n", i, i % 65536, i, i }'
}

# with_pins CONF COMMAND...
with_conf() {
	PINBOUND_CONF=$1 "${@:2}"
}

measure_start() {
	local i few=$lab_run/none/pinbound.conf median_of_none stubs=$((bench_pins / 10)) added rpz
	make_store "$lab_run/none" 0
	conf none "dynlib validator iterator"
	conf pins "dynlib validator iterator"
	conf rpz "respip validator iterator"
	rpz_zone "$bench_pins" > "$lab_run/rpz/zone"
	printf 'rpz:\n    name: rpz.bench.\n    zonefile: "%s/rpz/zone"\n' "$lab_run" \
		>> "$lab_run/rpz/unbound.conf"
	conf stubs "validator iterator"
	stub_zones "$stubs" >> "$lab_run/stubs/unbound.conf"
	rm -f "$lab_run"/started-*
	for ((i = 0; i < bench_rounds; i++)); do
		bench_rounds=1 with_conf "$few" started none
		bench_rounds=1 with_conf "$bench_store/pinbound.conf" started pins
	done
	bench_rounds=1 started rpz stubs
	# shellcheck disable=SC2046
	median_of_none=$(median $(column none 1))
	# shellcheck disable=SC2046
	row "start with $bench_pins pins, more than with none" 50 \
		"$(calc "$(median $(column pins 1)) - $median_of_none")" ms \
		"$(calc "$(spread $(column none 1)) * $median_of_none")" 25
	note "$median_of_none ms with none; with an RPZ $(column rpz 1) ms; with $stubs stub"
	note "zones and trust anchors $(column stubs 1) ms, and $(column stubs 3) ms for the reload"
	note "that each change of them costs"
	# shellcheck disable=SC2046
	added=$(calc "$(median $(column pins 2)) - $(median $(column none 2))")
	# shellcheck disable=SC2046
	rpz=$(calc "$(column rpz 2) - $(median $(column none 2))")
	row "memory added / by an RPZ with as many names" 0.1 "$(calc "$added / $rpz")" ""
	# shellcheck disable=SC2046
	note "$(calc "int($added / 1024)") MiB; RPZ $(calc "int($rpz / 1024)") MiB;" \
		"$stubs stub zones $(calc "int(($(column stubs 2) - $(median $(column none 2))) / 1024)") MiB"
}
