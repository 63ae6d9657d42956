# shellcheck shell=bash
# test-tell.sh - who reads along while it happens, and what cannot be told. It is part
# of run.sh.
# shellcheck disable=SC2154 # lab.sh sets them

# followed TIMES TEXT: so many lines that "log --follow" has written since $told have it.
followed() {
	[ "$(tail -n +$((told + 1)) "$lab_run/followed" | grep -cF -- "$2")" -eq "$1" ]
}

followed_within() {
	within "$1" followed "$2" "$3" ||
		complain "log --follow has not written $2 times: $3: $(tail -n 5 "$lab_run/followed")"
}

# Each event as it comes, once, and only what is asked for. A state store that is taken
# away and made anew is followed as well.
test_log_follow() {
	local pid told
	"$lab_build/pinbound" log --follow example.com > "$lab_run/followed" &
	pid=$!
	lab_pids+=("$pid")
	sleep 0.5
	told=$(wc -l < "$lab_run/followed")
	hijacked_all
	answers protected partner.example. MX \
		"SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	followed_within 3 1 'pinbound: deviation zone="example.com." reason="ns-unexpected"'
	registrar restore example.com.
	sleep 2.1 # recheck
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	followed_within 3 1 'pinbound: restored zone="example.com."'
	rm "$lab_run/state.mdb" "$lab_run/state.mdb-lock"
	sleep 1
	# When it looks again, the new one has events already.
	kill -STOP $pid
	pinbound -q init
	hijacked_all
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	within 10 eval 'pinbound log example.com 2> /dev/null | grep -qF "pinbound: deviation"' ||
		complain "the new state store has no event"
	kill -CONT $pid
	followed_within 3 2 'pinbound: deviation zone="example.com." reason="ns-unexpected"'
	followed_within 1 1 'pinbound: restored zone="example.com."'
	followed_within 1 0 partner.example
	kill -0 $pid || complain "it has ended"
	kill $pid
	wait $pid 2> /dev/null
}

has_dropped() {
	[ "$(total dropped)" -ge "$1" ]
}

# The state store is away, and more happens than can wait to be told. All is refused as
# ever, and afterwards it is known how much nobody will hear of.
test_dropped() {
	local names=$lab_run/dropped pins=600 before_it
	within 5 eval 'pinbound status > /dev/null' || complain "there is no status"
	before_it=$(total dropped)
	seq $pins | sed 's/.*/pin:\n name: held&.com\n ns: ns1.dns-host.example/' |
		pinbound -q import - || complain "the pins are not stored"
	seq $pins | sed 's/.*/held&.com MX/' > "$names"
	mv "$lab_run/state.mdb" "$lab_run/state.away"
	logged_within 10 'state.mdb: No such file or directory'
	dnsperf -s "$(resolver_address protected)" -d "$names" -n 1 -c 20 > "$names.said" 2>&1
	[ "$(counted "$names" SERVFAIL)" -eq $pins ] || complain "not all are refused: $(cat "$names.said")"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	mv "$lab_run/state.away" "$lab_run/state.mdb"
	logged_within 10 "it can be written again"
	within 5 has_dropped $((before_it + 1)) || complain "nothing has been dropped"
	before_it=$(($(total dropped) - before_it))
	# 512 can wait, and what was there before is among them.
	[[ $before_it -ge $((pins - 512)) && $before_it -le $((pins - 500)) ]] ||
		complain "$before_it dropped of $pins"
	pinbound status | grep -q "^events dropped: $(total dropped)$" || complain "status"
	both_pins refuse
}
