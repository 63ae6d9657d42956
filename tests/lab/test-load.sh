# shellcheck shell=bash disable=SC2154
# test-load.sh - queries by the thousand: what they cost the registry, and what pin
# changes and reloads do meanwhile. Sourced by run.sh.
#
#   LAB_SECONDS  how long a load goes on (12)
#   LAB_RELOADS  reloads in a row (20)
#   LAB_CACHED   RRsets in the cache, when that matters (20000)

# load FILE SECONDS RATE: sends the queries in FILE over and over to the protected
# resolver, RATE a second, in the background. load_ends waits for its end.
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

# between NUMBER LEAST MOST
between() {
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
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
# the 5 seconds for which their SERVFAIL is kept, and by no more than all threads at once.
test_load_in_force() {
	local names=$lab_run/names hosted=$lab_run/hosted seconds=${LAB_SECONDS:-12}
	local threads=${LAB_THREADS:-2} before_it asked most refused took answered
	write_queries "$names" "$hosted"
	hijacked_all
	before_it=$(asked_of_com)
	took=$SECONDS
	load "$names" 3600 1000
	load "$hosted" "$seconds" 1000
	sleep "$seconds"
	asked=$(($(asked_of_com) - before_it))
	took=$((SECONDS - took + 1))
	# Times are whole seconds: the first may be one shorter.
	most=$((threads + (took + 1) / 2 + threads * 2 * (1 + (took + 1) / 5)))
	echo "     $((seconds * 2000)) queries, of which com. got $asked"
	between "$asked" $((seconds / 4)) $most ||
		complain "com. had $asked queries, expected $((seconds / 4)) to $most"
	registrar restore example.com.
	within 20 eval 'new_log | grep -q "pinbound: restored"' || complain "not restored"
	kill -INT "${loads[0]}" # the other has ended, or does
	load_ends
	asked 0 hijacker
	answered=$(sed -n 's/.*Queries completed: *\([0-9]*\).*/\1/p' "$hosted.said")
	[ "$answered" -gt $((seconds * 100)) ] || complain "few queries: $(cat "$hosted.said")"
	[ "$(counted "$hosted" SERVFAIL)" -gt $((answered * 9 / 10)) ] ||
		complain "hosted.example was not always refused: $(cat "$hosted.said")"
	logged 1 'pinbound: restored zone="example.com." after="'
	# A query that waits at the registry with another like it is refused once.
	refused=$(new_log | sed -n 's/.*restored.* refused="\([0-9]*\)".*/\1/p')
	asked=$(counted "$names" SERVFAIL)
	echo "     $asked answers were SERVFAIL; $refused refused, says the log"
	between "$refused" $((asked * 99 / 100)) $((asked * 101 / 100)) ||
		complain "refused $refused, but $asked answers were SERVFAIL"
	within 10 says protected n1.hosted.example A "NOERROR; 192.0.2.27; " ||
		complain "hosted.example is not answered: $(ask protected n1.hosted.example A)"
}

# write_cache: so many RRsets of filled.example, and answers with some of them, for
# load_cache. It reads them octet by octet: a second for 20000.
write_cache() {
	seq "${LAB_CACHED:-20000}" | awk '
		BEGIN { print "START_RRSET_CACHE" }
		{ print ";rrset 86400 1 0 8 0\nn" $1 ".filled.example. A 192.0.2.28" }
		END {
			print "END_RRSET_CACHE\nSTART_MSG_CACHE"
			for (i = 1; i <= NR; i += 4) {
				name = "n" i ".filled.example."
				print "msg " name " IN A 33152 1 86400 0 1 0 0 -1\n" name " IN A 0"
			}
			print "END_MSG_CACHE\nEOF"
		}'
}

# Queries for names that are pinned, lead to such, or are neither.
write_mixture() {
	local i
	printf 'example.com MX\npartner.example MX\nwww.alias.com A\nother.alias.com A\n'
	printf 'ns1.dns-host.example A\nwww.hosted.example A\nno-such.com A\n. NS\n'
	for ((i = 0; i < 200; i++)); do
		printf 'n%d.example.com A\nn%d.partner.example A\n' $i $i
		printf 'n%d.hosted.example A\nn%d.filled.example A\n' $i $i
	done
}

# protected_conf LINE...: lines for its server section, from the next reload on, beside
# those that it always has.
protected_conf() {
	local conf=$lab_run/protected/unbound.conf
	[ -f "$conf.always" ] || cp "$conf" "$conf.always"
	{
		cat "$conf.always"
		echo server:
		[ $# -eq 0 ] || printf '    %s\n' "$@"
	} > "$conf"
}

# The process that lab_start has started is still the one that answers.
same_process() {
	[ "$(unbound_control protected status &&
		sed -n 's/^unbound (pid \([0-9]*\)) is running.*/\1/p' \
			"$lab_run/protected/control-said")" = "${lab_pid[protected]}" ]
}

# enforced COMMAND ARGUMENT...: a change that is enforced. Under load, on a slow machine,
# that may take longer than the command waits.
enforced() {
	local said generation
	said=$(pinbound "$@" 2>&1) && return
	generation=$(sed -n 's/.*(generation \([0-9]*\)).*/\1/p' <<< "$said")
	[[ $said = *"has not enforced it within"* && -n $generation ]] &&
		within 60 enforces "$generation" && return
	echo "$said"
	return 1
}

# enforces GENERATION: that of the pins, or a later one.
enforces() {
	local generation
	generation=$(pinbound status | sed -n 's/^pins: generation \([0-9]*\) enforced$/\1/p')
	[ "${generation:-0}" -ge "$1" ]
}

# A reload with other cache sizes destroys the caches: with queries going on, and while
# a removal goes through them.
test_reload_with_other_sizes() {
	local i change mixture=$lab_run/mixture
	write_mixture > "$mixture"
	write_cache > "$lab_run/cache"
	load "$mixture" 3600 500
	for ((i = 0; i < ${LAB_RELOADS:-20}; i++)); do
		protected_conf "msg-cache-slabs: $((2 << (i % 4)))" \
			"rrset-cache-slabs: $((2 << ((i + 1) % 4)))" \
			"msg-cache-size: $((10 + i % 3))m" "rrset-cache-size: $((20 + i % 5))m"
		unbound_control protected load_cache < "$lab_run/cache"
		enforced add filled.example --ns ns1.dns-host.example &
		change=$!
		sleep "0.0$((RANDOM % 10))"
		unbound_control protected reload
		wait $change || complain "change $i has not been enforced"
		enforced remove filled.example || complain "removal $i has not been enforced"
		answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
		same_process || { complain "it is another process after reload $i"; break; }
	done
	kill "${loads[@]}"
	load_ends
	protected_conf
	reload
}

# RRsets in the cache that only write_cache can have put there.
cached_of_filled() {
	unbound_control protected dump_cache
	grep -c '^n1[0-9]\{4\}\.filled\.example\.	' "$lab_run/protected/control-said"
}

# How long until a change is enforced, when there is much to be looked through and
# queries go on: of a pin about nothing in the cache, and of one about nearly all of it.
test_enforced_with_full_cache() {
	local mixture=$lab_run/mixture zone begin
	write_mixture > "$mixture"
	write_cache > "$lab_run/cache"
	protected_conf "msg-cache-size: 200m" "rrset-cache-size: 200m"
	reload
	unbound_control protected load_cache < "$lab_run/cache"
	[ "$(cached_of_filled)" -ge 10000 ] || complain "filled.example is not in the cache"
	load "$mixture" 3600 1000
	for zone in unrelated.example filled.example; do
		begin=$(date +%s%N)
		[ "$(pinbound add $zone --ns ns1.dns-host.example | tail -n 1)" = enforced ] ||
			complain "the change of $zone has not been enforced"
		echo "     with ${LAB_CACHED:-20000} RRsets cached, enforced in" \
			"$((($(date +%s%N) - begin) / 1000000)) ms: $zone"
	done
	kill "${loads[@]}"
	load_ends
	unbound_control protected dump_cache
	! grep -q 'n20000\.filled\.example' "$lab_run/protected/control-said" ||
		complain "filled.example is still in the cache"
	protected_conf
	reload
}

change_pins() {
	enforced set filled.example --note "$RANDOM" &&
		enforced add alias.com --ns ns1.dns-host.example --ns ns2.dns-host.example &&
		enforced remove alias.com
}

change_delegations() {
	registrar hijack example.com. && registrar hijack partner.example. && sleep 0.5 &&
		registrar restore example.com. && registrar restore partner.example. &&
		sleep 0.5
}

# Queries from several programs, pins and delegations that change, removals, flushes and
# reloads, all at one time: nothing of the hijacker's gets in, and then all is well.
test_everything_at_once() {
	local mixture=$lab_run/mixture deadline=$((SECONDS + ${LAB_SECONDS:-12})) jobs=() i
	write_mixture > "$mixture"
	for i in 1 2 3; do
		shuf "$mixture" > "$mixture.$i"
		load "$mixture.$i" 3600 300
	done
	write_cache > "$lab_run/cache"
	enforced add filled.example --ns ns1.dns-host.example || complain "not enforced"
	count_from
	until_then change_pins &
	jobs+=($!)
	until_then change_delegations &
	jobs+=($!)
	while [ $SECONDS -lt "$deadline" ]; do
		unbound_control protected load_cache < "$lab_run/cache"
		sleep 0.3
		unbound_control protected flush_zone com
		sleep 0.3
		unbound_control protected reload
	done
	wait "${jobs[0]}" || complain "a change of a pin has not been enforced"
	wait "${jobs[1]}"
	kill "${loads[@]}"
	load_ends
	asked 0 hijacker
	same_process || complain "it is another process"
	for i in example.com partner.example; do
		within 10 says protected $i MX "NOERROR; 10 mail.$i.; " ||
			complain "$i is not answered: $(ask protected $i MX)"
	done
}

# What a reload makes anew has room for a hundred thousand zones, nearly all of it unused,
# and replaces what the one before has made.
test_memory_after_reloads() {
	local before after i
	reload
	before=$(resident protected)
	for ((i = 0; i < 8; i++)); do
		reload
	done
	after=$(resident protected)
	echo "     $before KiB before eight reloads, $after after them"
	[ "$after" -lt $((before + 8192)) ] || complain "it has grown"
}
