# shellcheck shell=bash disable=SC2154,SC2034,SC2317,SC2016
# instructions.sh - what a query costs, in instructions, which other work on the machine
# does not change. Sourced by bench.sh.

# The query that a refusal is measured by: not in the message cache, all of its answer in
# the RRset cache.
small_message_cache="    msg-cache-size: 1"

# handled NAME: of what counted has counted, that between a query and its answer. How many
# queries a worker takes each time that it wakes up is not what is asked.
handled() {
	callgrind_annotate --inclusive=yes --threshold=100 "$bench_out/callgrind.$1" |
		awk -v n="$bench_names" '/:worker_handle_request / {
			gsub(",", "", $1)
			print $1 / n
			exit
		}'
}

# count_hit RESOLVER MODULES: the instructions of an answer from the message cache are in
# `hit`.
count_hit() {
	resolver "$1" "$2" ""
	[ "$1" = stock ] || until_verified "$1"
	ask_all "$(resolver_address "$1")" "$lab_run/recursion"
	counted "$1" "$lab_run/recursion" "$1-hits" > /dev/null
	hit=$(handled "$1-hits")
	stop_last
}

measure_instructions() {
	local stock protected refused cached one_stock one_protected aside hit stock_hit
	counting=yes
	seq "$bench_names" | sed 's/.*/z&.com MX/' > "$lab_run/zones"
	names n hosted.example > "$lab_run/recursion"
	names n example.com > "$lab_run/refused"
	names c hosted.example CNAME > "$lab_run/cached"
	count_hit stock "validator iterator"
	stock_hit=$hit
	count_hit protected "dynlib validator iterator"
	resolver stock "validator iterator" "$small_message_cache"
	ask_all 127.2.0.1 "$lab_run/cached"
	read -r _ cached <<< "$(counted stock "$lab_run/cached" cached)"
	read -r one_stock _ <<< "$(counted stock "$lab_run/recursion" stock)"
	read -r stock _ <<< "$(counted stock "$lab_run/zones" stock-zones)"
	stop_last
	resolver protected "dynlib validator iterator" "$small_message_cache"
	until_verified protected
	ask_all 127.2.0.2 "$lab_run/cached"
	read -r one_protected _ <<< "$(counted protected "$lab_run/recursion" protected)"
	read -r protected _ <<< "$(counted protected "$lab_run/zones" protected-zones)"
	registrar hijack example.com.
	[ "$(ask protected example.com MX)" = \
		"SERVFAIL; ; 15 pinbound: ns-unexpected example.com." ] ||
		lab_die "the hijack is not refused: $(ask protected example.com MX)"
	read -r aside refused <<< "$(counted protected "$lab_run/refused" refused)"
	stop_last
	registrar restore example.com.
	counting=no
	row "recursion, instructions, with/without" 1.02 "$(calc "$protected / $stock")" ""
	note "$(pretty "$stock") without, $(pretty "$protected") with $bench_pins pins"
	row "the same, the zone's servers known already" - \
		"$(calc "$one_protected / $one_stock")" ""
	note "$(pretty "$one_stock") without, $(pretty "$one_protected") with"
	row "answer from the cache, instructions" 1.01 "$(calc "$hit / $stock_hit")" ""
	note "$(pretty "$stock_hit") without, $(pretty "$hit") with"
	row "refusal in force / answer from the RRset cache" 0.5 "$(calc "$refused / $cached")" ""
	note "$(pretty "$cached") for the answer, $(pretty "$refused") for the refusal, and" \
		"$(calc "int($aside - $refused)") in the thread beside, by the time it took"
}
