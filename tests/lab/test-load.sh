# shellcheck shell=bash
# test-load.sh - queries by the thousand: what they cost the registry, and what pin
# changes and reloads do meanwhile. Sourced by run.sh.
#
#   LAB_SECONDS  how long a load goes on (12)
#   LAB_RELOADS  reloads in a row (20)
#   LAB_CACHED   RRsets in the cache, when that matters (20000)

# load FILE SECONDS RATE: sends the queries in FILE over and over to the protected
# resolver, RATE a second, in the background. load_ends waits for its end.
loads=()
load() {
	dnsperf -s "$(resolver_address protected)" -d "$1" -l "$2" -Q "$3" -c 20 -t 2 -W \
		> "$1.said" 2>&1 &
	loads+=($!)
}

load_ends() {
	wait "${loads[@]}"
	loads=()
}

# counted FILE RCODE: how many answers with it the load had.
counted() {
	sed -n 's/.*Response codes: *//p' "$1.said" | tr ',' '\n' |
		awk -v rcode="$2" '$1 == rcode { n = $2 } END { print n + 0 }'
}

# Queries for names in a zone that is hijacked, and of a zone whose NS hosts lie there.
write_queries() {
	local i
	printf 'example.com MX\nmail.example.com A\nexample.com NS\nexample.com DS\n' > "$1"
	for ((i = 0; i < 500; i++)); do
		printf 'n%d.example.com A\n' $i >> "$1"
		printf 'n%d.hosted.example A\n' $i
	done > "$2"
}

# How often com. was asked, its own keys apart.
asked_of_com() {
	local server
	for server in com-a com-b; do
		knotc -c "$lab_run/$server/knot.conf" stats mod-stats.query-type
	done 2> /dev/null |
		awk '/query-type/ && !/DNSKEY/ { n += $3 } END { print n + 0 }'
}

# While a deviation is in force, the registry hardly notices. The hosts of
# hosted.example are asked about by the iterator itself: two names, each at most once in
# the 5 seconds for which their SERVFAIL is kept.
test_load_in_force() {
	local names=$lab_run/names hosted=$lab_run/hosted seconds=${LAB_SECONDS:-12}
	local before_it asked most refused
	write_queries "$names" "$hosted"
	hijacked_all
	before_it=$(asked_of_com)
	load "$names" $((seconds + 4)) 1000
	load "$hosted" "$seconds" 1000
	sleep "$seconds"
	asked=$(($(asked_of_com) - before_it))
	most=$((1 + seconds / 2 + 2 * (1 + seconds / 5)))
	echo "     $((seconds * 2000)) queries, of which com. got $asked"
	[ "$asked" -ge $((seconds / 4)) ] && [ "$asked" -le $most ] ||
		complain "com. had $asked queries, expected $((seconds / 4)) to $most"
	registrar restore example.com.
	load_ends
	asked 0 hijacker
	[ "$(counted "$hosted" SERVFAIL)" -gt $((seconds * 900)) ] ||
		complain "hosted.example had few answers: $(cat "$hosted.said")"
	logged 1 'pinbound: restored zone="example.com." after="'
	# A query that waits at the registry with another like it is refused once.
	refused=$(new_log | sed -n 's/.*restored.* refused="\([0-9]*\)".*/\1/p')
	asked=$(counted "$names" SERVFAIL)
	echo "     $asked answers were SERVFAIL; $refused refused, says the log"
	[ $((refused * 100)) -gt $((asked * 99)) ] && [ $((refused * 99)) -lt $((asked * 100)) ] ||
		complain "refused $refused, but $asked answers were SERVFAIL"
	within 10 says protected n1.hosted.example A "NOERROR; 192.0.2.27; " ||
		complain "hosted.example is not answered: $(ask protected n1.hosted.example A)"
}
