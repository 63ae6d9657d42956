# shellcheck shell=bash disable=SC2154,SC2034,SC2317,SC2016
# load.sh - under load: queries per second, what a hijack costs the registry, and what a
# change of a pin does to other queries. Sourced by bench.sh.

# rate RESOLVER FILE TIMES: queries per second.
rate() {
	dnsperf -s "$(resolver_address "$1")" -d "$2" -n "$3" -c 4 -T 1 -q 200 -t 10 -W \
		> "$lab_run/dnsperf" 2>&1
	sed -n 's/.*Queries per second: *//p' "$lab_run/dnsperf"
}

# both LABEL AIM: the ratio of what has been measured into stock and protected.
both() {
	row "$1" "$2" "$(calc "$(median "${protected[@]}") / $(median "${stock[@]}")")" "" \
		"$(spread "${stock[@]}")" 0.02
	note "$(pretty "$(median "${protected[@]}")") a second;" \
		"without $(pretty "$(median "${stock[@]}")")"
}

measure_rates() {
	local i stock=() protected=() file=$lab_run/rates
	for ((i = 0; i < bench_rounds; i++)); do
		seq "$bench_queries" | sed "s/.*/r$i-&.hosted.example A/" > "$file"
		stock+=("$(rate stock "$file" 1)")
		protected+=("$(rate protected "$file" 1)")
	done
	both "recursion, queries per second, with/without" -0.97
	stock=() protected=()
	names h hosted.example > "$file"
	rate stock "$file" 1 > /dev/null
	rate protected "$file" 1 > /dev/null
	for ((i = 0; i < bench_rounds; i++)); do
		stock+=("$(rate stock "$file" $((bench_queries * 5 / bench_names)))")
		protected+=("$(rate protected "$file" $((bench_queries * 5 / bench_names)))")
	done
	both "from the cache, the same" -0.99
}

# How often com. was asked, its own keys apart.
asked_of_com() {
	local server
	for server in com-a com-b; do
		knotc -c "$lab_run/$server/knot.conf" stats mod-stats.query-type
	done 2> /dev/null |
		awk '/query-type/ && !/DNSKEY/ { n += $3 } END { print n + 0 }'
}

measure_hijack() {
	local before file=$lab_run/hijacked messages
	names n example.com > "$file"
	registrar hijack example.com.
	ask protected example.com MX > /dev/null
	messages=$(cached_messages)
	before=$(asked_of_com)
	dnsperf -s "$(resolver_address protected)" -d "$file" -l "$bench_seconds" -Q 5000 -c 4 \
		-T 1 -W > "$lab_run/dnsperf" 2>&1
	row "parent queries per recheck, 5000 asking a second" 1 \
		"$(calc "($(asked_of_com) - $before) / ($bench_seconds / $bench_recheck)")" ""
	note "$(sed -n 's/.*Queries per second: *//p' "$lab_run/dnsperf") a second were asked"
	row "messages that the refused names leave in the cache" 0 \
		"$(($(cached_messages) - messages))" ""
	registrar restore example.com.
}

cached_messages() {
	unbound_control protected stats_noreset
	sed -n 's/^msg.cache.count=//p' "$lab_run/protected/control-said"
}

# As load_cache reads it.
write_cache() {
	seq "$bench_cached" | awk '
		BEGIN { print "START_RRSET_CACHE" }
		{ print ";rrset 86400 1 0 8 0\nn" $1 ".filled.example. A 192.0.2.28" }
		END {
			print "END_RRSET_CACHE\nSTART_MSG_CACHE"
			for (i = 1; i <= NR; i += 2) {
				name = "n" i ".filled.example."
				print "msg " name " IN A 33152 1 86400 0 1 0 0 -1\n" name " IN A 0"
			}
			print "END_MSG_CACHE\nEOF"
		}'
}

measure_change() {
	local i took=() file=$lab_run/rates load quiet busy began deadline
	write_cache > "$lab_run/cache"
	timeout 300 "$lab_unbound/unbound-control" -c "$lab_run/protected/unbound.conf" \
		load_cache < "$lab_run/cache" > /dev/null || lab_die "load_cache failed"
	names h hosted.example > "$file"
	rate protected "$file" 1 > /dev/null
	dnsperf -s "$(resolver_address protected)" -d "$file" -l 3600 -c 4 -T 1 -W \
		-Q "$(rate protected "$file" 20 | awk '{ printf "%d", $1 / 2 }')" \
		> "$lab_run/dnsperf" 2>&1 &
	load=$!
	lab_pids+=("$load")
	sleep 1
	quiet=$(python3 "$bench_here/latency.py" "$(resolver_address protected)" h1.hosted.example 5)
	python3 "$bench_here/latency.py" "$(resolver_address protected)" h1.hosted.example \
		5 > "$lab_run/latency" &
	i=$!
	deadline=$((SECONDS + 5))
	while [ $SECONDS -lt $deadline ]; do
		began=$(seconds)
		pinbound -q add "changed.example" --mode refuse --ns ns1.dns-host.example ||
			lab_die "a change is not enforced"
		took+=("$(calc "($(seconds) - $began) * 1000")")
		pinbound -q remove changed.example
	done
	wait "$i"
	busy=$(cat "$lab_run/latency")
	kill "$load"
	wait "$load" 2> /dev/null
	unset 'lab_pids[-1]'
	row "a change enforced, cache full, half the load" 500 "$(median "${took[@]}")" ms
	note "with $bench_pins pins, $bench_cached RRsets cached; ${#took[@]} changes"
	row "p99 latency of other queries, more meanwhile" 5 "$(calc "$busy - $quiet")" ms
	note "$quiet ms before, $busy ms meanwhile"
}

measure_load() {
	local size="    msg-cache-size: ${bench_cache}m
    rrset-cache-size: ${bench_cache}m"
	sed -i "s/^recheck: .*/recheck: $bench_recheck/" "$PINBOUND_CONF"
	resolver stock "validator iterator" "$size"
	resolver protected "dynlib validator iterator" "$size"
	until_verified protected
	measure_rates
	measure_hijack
	measure_change
	stop_last
	stop_last
}
