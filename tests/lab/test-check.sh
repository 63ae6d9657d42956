# shellcheck shell=bash disable=SC2154
# test-check.sh - "pinbound check" against the lab's servers, and against servers that
# are dead, slow or lie. To be sourced by run.sh.

# check_says CODE TEXT [OPTION...]: what it writes, without what differs from run to
# run, is TEXT.
check_says() {
	local code=$1 expected=$2 said got
	shift 2
	said=$(timeout 120 "$lab_build/pinbound" check --root-hints "$lab_run/root.hints" \
		"$@" 2>&1 | sed 's/ | .*//'; exit "${PIPESTATUS[0]}")
	got=$?
	[ "$said" = "$expected" ] || complain "check $* says:
$said
expected:
$expected"
	[ $got -eq "$code" ] || complain "check $* exits with $got, expected $code"
}

# check_exits CODE [OPTION...]: what it writes is in "$lab_run/said".
check_exits() {
	local code=$1 got
	shift
	timeout 120 "$lab_build/pinbound" check --root-hints "$lab_run/root.hints" "$@" \
		> "$lab_run/said" 2>&1
	got=$?
	[ $got -eq "$code" ] ||
		complain "check $* exits with $got, expected $code: $(cat "$lab_run/said")"
}

# check_pin NAME OPTION...: one pin, and no others.
check_pin() {
	pins < /dev/null
	pinbound -q add "$@"
}

check_example() {
	check_pin example.com --ns ns1.dns-host.example --ns ns2.dns-host.example \
		--ds "$(ds provider example.com.)" --mx mail.example.com "$@"
}

check_ok="PINBOUND OK: 1 of 1 zone as pinned"
check_bad="PINBOUND CRITICAL: 0 of 1 zone as pinned, 1 critical"
check_hosts="ns1.dns-host.example. ns2.dns-host.example."
check_evil="ns1.evil.example. ns2.evil.example."

test_check_matches() {
	check_example
	check_says 0 "$check_ok" --no-canary
	check_says 0 "" --no-canary -q
	# An alarm of the run before does not stay in the file.
	echo "PINBOUND CRITICAL: an old alarm" > "$lab_run/last"
	check_says 0 "" --no-canary -q --output "$lab_run/last"
	[ "$(sed 's/ | .*//' "$lab_run/last")" = "$check_ok" ] ||
		complain "check -q --output leaves: $(cat "$lab_run/last")"
	check_says 0 "$check_ok" --no-canary -4 --rate 0 example.com
}

test_check_hijack() {
	local pinned observed
	check_example
	pinned=$(ds provider example.com.)
	registrar hijack example.com.
	count_from
	check_says 2 "$check_bad
CRITICAL example.com. ns-unexpected: 2 of 2 servers of com. say NS $check_evil, pinned $check_hosts; ds-removed: 2 of 2 servers of com. say DS none, pinned $pinned" --no-canary
	asked 0 hijacker
	# Whatever its mode is.
	pinbound -q set example.com --mode log --no-ds
	check_says 2 "$check_bad
CRITICAL example.com. ns-unexpected: 2 of 2 servers of com. say NS $check_evil, pinned $check_hosts" --no-canary
	# One of two.
	registrar restore example.com.
	registrar hijack example.com. com-b
	check_says 2 "$check_bad
CRITICAL example.com. ns-unexpected: 1 of 2 servers of com. says NS $check_evil, pinned $check_hosts" --no-canary
	registrar restore example.com.
	registrar swap-ds example.com.
	check_example
	observed=$(ds hijacker example.com.)
	check_says 2 "$check_bad
CRITICAL example.com. ds-unexpected: 2 of 2 servers of com. say DS $observed, pinned $pinned" --no-canary
}

test_check_hold() {
	check_pin partner.example --ns ns1.dns-host.example --ns ns2.dns-host.example
	registrar hold partner.example.
	check_says 2 "$check_bad
CRITICAL partner.example. delegation-gone: 1 of 1 server of example. says that there is no such domain" --no-canary
}

# What is only logged in refuse mode, what the zone's own servers say, and a pin that
# expires.
test_check_lesser() {
	check_example --ns ns3.dns-host.example
	check_says 1 "PINBOUND WARNING: 0 of 1 zone as pinned, 1 warning
WARNING example.com. ns-missing: 2 of 2 servers of com. say NS $check_hosts, pinned $check_hosts ns3.dns-host.example." --no-canary
	pinbound -q set example.com --ns ns1.dns-host.example --ns ns2.dns-host.example \
		--expires 2001-01-01
	check_says 1 "PINBOUND WARNING: 0 of 1 zone as pinned, 1 warning
WARNING example.com. the pin expires: 2001-01-01" --no-canary
	pinbound -q set example.com --no-expires
	takeover example.com.
	check_says 2 "$check_bad
CRITICAL example.com. mx-unexpected: 2 of 2 servers of example.com. say MX mx.evil.example., pinned mail.example.com." --no-canary
	give_back example.com.
	pinbound -q set example.com --address 'ns1.dns-host.example 192.0.2.1'
	check_says 2 "$check_bad
CRITICAL example.com. address-unexpected: 1 of 2 servers of example.com. says address ns1.dns-host.example. 127.1.3.1, pinned ns1.dns-host.example. 192.0.2.1" --no-canary
	check_pin hosted.example --ns ns1.example.com --ns ns2.example.com
	check_says 0 "$check_ok" --no-canary
	# What is only its own is pinned, too.
	check_pin example.com --ns ns1.dns-host.example --ns ns2.dns-host.example \
		--child-ns ns1.dns-host.example --child-ns ns3.dns-host.example
	echo "zone-set example.com. @ 5 NS ns4.dns-host.example." | edit_zone provider example.com.
	check_says 1 "PINBOUND WARNING: 0 of 1 zone as pinned, 1 warning
WARNING example.com. child-ns-unexpected: 2 of 2 servers of example.com. say its own NS $check_hosts ns4.dns-host.example., pinned $check_hosts ns3.dns-host.example." --no-canary
	echo "zone-unset example.com. @ NS ns4.dns-host.example." | edit_zone provider example.com.
}

# Parent and child on the same servers, a top-level domain, and the root.
test_check_places() {
	check_pin sub.example.com --ns ns1.other-host.example --mx mail.sub.example.com
	check_says 0 "$check_ok" --no-canary
	check_pin com --ns a.nic.com --ns b.nic.com --ds "$(ds com-a com.)"
	check_says 0 "$check_ok" --no-canary
	check_pin . --ns a.root
	check_says 0 "$check_ok" --no-canary
	check_pin . --ns b.root
	check_says 2 "$check_bad
CRITICAL . ns-unexpected: 1 of 1 server of . says NS a.root., pinned b.root." --no-canary
	check_pin mail.example.com --ns ns1.dns-host.example
	check_says 2 "$check_bad
CRITICAL mail.example.com. delegation-gone: 2 of 2 servers of example.com. say that there is no delegation" --no-canary
	check_pin www.nothing.here --ns ns1.dns-host.example
	check_says 2 "$check_bad
CRITICAL www.nothing.here. delegation-gone: 1 of 1 server of . says that there is no such domain" --no-canary
}

test_check_canary() {
	check_example
	printf 'nameserver 127.2.0.2\n' > "$lab_run/resolv.conf"
	check_says 0 "$check_ok" --resolv-conf "$lab_run/resolv.conf"
	printf '# first\nnameserver 127.2.0.2\nnameserver\t127.2.0.1 \nsearch example\n' \
		> "$lab_run/resolv.conf"
	check_says 2 "PINBOUND CRITICAL: 1 of 1 zone as pinned, 1 resolver not protected
CRITICAL resolver 127.2.0.1: not protected: it answers NXDOMAIN for canary.pinbound.invalid" \
		--resolv-conf "$lab_run/resolv.conf"
	printf 'nameserver 127.2.0.99\n' > "$lab_run/resolv.conf"
	check_says 3 "PINBOUND UNKNOWN: 1 of 1 zone as pinned, 1 resolver unknown
UNKNOWN resolver 127.2.0.99: connection refused" --resolv-conf "$lab_run/resolv.conf"
	# A link-local address is asked on its interface.
	ip address add fe80::53/64 dev lo nodad
	printf 'nameserver fe80::53%%lo\nnameserver fe80::53%%1\nnameserver fe80::1%%none\n' \
		> "$lab_run/resolv.conf"
	check_says 3 "PINBOUND UNKNOWN: 1 of 1 zone as pinned, 3 resolvers unknown
UNKNOWN resolver fe80::53%lo: connection refused
UNKNOWN resolver fe80::53%1: connection refused
UNKNOWN resolver: there is no interface \"none\"" --resolv-conf "$lab_run/resolv.conf"
	ip address del fe80::53/64 dev lo
	printf 'nameserver localhost\n' > "$lab_run/resolv.conf"
	check_says 3 "PINBOUND UNKNOWN: 1 of 1 zone as pinned, 1 resolver unknown
UNKNOWN resolver: localhost is not an IPv4 or IPv6 address" --resolv-conf "$lab_run/resolv.conf"
	check_says 3 "PINBOUND UNKNOWN: 1 of 1 zone as pinned, 1 resolver unknown
UNKNOWN resolver: /does/not/exist: No such file or directory" --resolv-conf /does/not/exist
}

test_check_not_pinned() {
	check_example
	check_says 3 "PINBOUND UNKNOWN: partner.example is not pinned" --no-canary \
		example.com partner.example
	pins < /dev/null
	check_says 3 "PINBOUND UNKNOWN: nothing is pinned" --no-canary
	check_says 3 "PINBOUND UNKNOWN: /does/not/exist: No such file or directory" \
		-c /does/not/exist
}

# --- servers that do not do what they should ----------------------------------

# com-b ends; VICE answers in its place, until check_restore.
check_vice() {
	local i
	[ -n "${check_pid:-}" ] || knotc -c "$lab_run/com-b/knot.conf" stop > /dev/null 2>&1
	[ -z "${check_pid:-}" ] || { kill "$check_pid" && wait "$check_pid"; } 2> /dev/null
	: > "$lab_run/com-b/ready"
	for ((i = 0; i < 100; i++)); do
		ss -lnuH "src 127.1.1.2" | grep -q . || break
		sleep 0.1
	done
	[ "$1" != dead ] || return 0
	setsid python3 "$lab_here/liar.py" "$1" 127.1.1.2 127.1.1.1 > "$lab_run/com-b/ready" \
		2> "$lab_run/com-b/liar" &
	check_pid=$!
	lab_pids+=("$check_pid")
	within 10 grep -q ready "$lab_run/com-b/ready" ||
		complain "$1 does not start: $(cat "$lab_run/com-b/liar")"
}

check_restore() {
	[ -z "${check_pid:-}" ] || { kill "$check_pid" && wait "$check_pid"; } 2> /dev/null
	check_pid=
	serve knotd com-b -c "$lab_run/com-b/knot.conf"
	wait_for 127.1.1.2 com. DNSKEY
}

# What is wrong with one server that the other makes up for is noted, no more.
test_check_dead_servers() {
	local row
	check_example
	for row in "dead:connection refused" "silent:no answer" "refuses:REFUSED" \
		"fails:SERVFAIL" "malformed:an answer that cannot be read" \
		"floods:an answer that cannot be read" \
		"cut:an answer that cannot be read" "upward:refers to ." \
		"sideways:refers to evil.example." "itself:refers to com." \
		"only-udp:TCP: connection refused"; do
		check_vice "${row%%:*}"
		check_says 0 "$check_ok
note: server b.nic.com. (127.1.1.2): ${row#*:} (1 zone)" --no-canary
	done
	check_restore
}

# And these are none the worse for it.
test_check_poor_servers() {
	local vice
	check_example
	for vice in none loses truncates spoofed no-edns; do
		check_vice $vice
		check_says 0 "$check_ok" --no-canary
	done
	check_restore
}

test_check_lying_servers() {
	check_example
	pinbound -q set example.com --no-ds
	check_vice alias
	check_says 2 "$check_bad
CRITICAL example.com. answered-by-parent: 1 of 2 servers of com. says an alias" --no-canary
	# What it plants is not used: nobody asks the hijacker.
	count_from
	check_vice planted
	check_says 0 "$check_ok" --no-canary
	asked 0 hijacker
	check_restore
}

# Nobody answers: that is no deviation, and not fine either.
test_check_nobody() {
	local row
	check_example
	knotc -c "$lab_run/com-a/knot.conf" stop > /dev/null 2>&1
	check_vice dead
	check_says 3 "PINBOUND UNKNOWN: 0 of 1 zone as pinned, 1 unknown
UNKNOWN example.com. could not be asked: none of 2 servers of com.: connection refused from 127.1.1.1
note: server a.nic.com. (127.1.1.1): connection refused (1 zone)
note: server b.nic.com. (127.1.1.2): connection refused (1 zone)" --no-canary
	serve knotd com-a -c "$lab_run/com-a/knot.conf"
	wait_for 127.1.1.1 com. DNSKEY
	check_restore
}

# Without a way out, all servers of the root are silent, which takes seconds to find out.
# They are asked one, two and four at a time: that is three turns, each of which begins when
# all before it have had their three tries, and not seven.
test_check_silent_roots() {
	local i addresses=() turns
	check_example
	for i in 1 2 3 4 5 6 7; do
		addresses+=("127.9.0.$i")
		printf '. 3600000 NS %s.root.\n%s.root. 3600000 A 127.9.0.%s\n' $i $i $i
	done > "$lab_run/silent.hints"
	setsid python3 "$lab_here/silent.py" "${addresses[@]}" > "$lab_run/silent" 2>&1 &
	check_pid=$!
	lab_pids+=("$check_pid")
	within 10 grep -q ready "$lab_run/silent" ||
		complain "no silent servers: $(cat "$lab_run/silent")"
	timeout 120 "$lab_build/pinbound" check --root-hints "$lab_run/silent.hints" --no-canary \
		> "$lab_run/said" 2>&1
	[ $? -eq 3 ] || complain "check says: $(cat "$lab_run/said")"
	{ kill "$check_pid" && wait "$check_pid"; } 2> /dev/null
	check_pid=
	turns=$(awk '/^127/ { if (n[$1] == 0 && waiting++ == 0) turns++; if (++n[$1] == 3) waiting-- }
		END { print turns, NR - 1 }' "$lab_run/silent")
	[ "$turns" = "3 21" ] || complain "turns and queries: $turns: $(cat "$lab_run/silent")"
}

# Zones whose servers depend on each other, for ever or on and on.
test_check_mazes() {
	local i server
	for server in com-a com-b; do
		{
			echo "zone-set com. loop-a 5 NS ns.loop-b"
			echo "zone-set com. loop-b 5 NS ns.loop-a"
			echo "zone-set com. self 5 NS ns.self"
			for ((i = 0; i < 30; i++)); do
				echo "zone-set com. chain$i 5 NS ns.chain$((i + 1))"
			done
			for ((i = 0; i < 200; i++)); do
				echo "zone-set com. crowd 5 NS ns$i.evil.example."
			done
		} | edit_zone $server com.
	done
	check_pin loop-a.com --ns ns.loop-b.com
	check_says 3 "PINBOUND UNKNOWN: 0 of 1 zone as pinned, 1 unknown
UNKNOWN loop-a.com. could not be asked: the zone's own NS: no server that is pinned has an address" --no-canary
	check_pin self.com --ns ns.self.com
	check_says 3 "PINBOUND UNKNOWN: 0 of 1 zone as pinned, 1 unknown
UNKNOWN self.com. could not be asked: the zone's own NS: no server that is pinned has an address" --no-canary
	check_pin chain0.com --ns ns.chain1.com
	check_says 3 "PINBOUND UNKNOWN: 0 of 1 zone as pinned, 1 unknown
UNKNOWN chain0.com. could not be asked: the zone's own NS: no server that is pinned has an address" --no-canary
	i=$("$lab_build/pinbound" check --root-hints "$lab_run/root.hints" --no-canary |
		sed -n 's/.*queries=\([0-9]*\).*/\1/p')
	[ "$i" -lt 30 ] || complain "a chain of servers takes $i queries"
	check_pin crowd.com --ns ns.chain1.com
	check_exits 2 --no-canary
	for server in com-a com-b; do
		{
			for i in loop-a loop-b self crowd; do
				echo "zone-unset com. $i NS"
			done
			for ((i = 0; i < 30; i++)); do
				echo "zone-unset com. chain$i NS"
			done
		} | edit_zone $server com.
	done
}

# Through resolvers, one of which goes by what the hijacked half of com. says.
test_check_via() {
	check_example
	forget com
	check_says 0 "$check_ok" --no-canary --via 127.2.0.1 --via 127.2.0.2
	pinbound -q set example.com --no-ds
	registrar hijack example.com.
	forget com
	ask stock example.com. NS > /dev/null
	registrar restore example.com.
	check_says 2 "$check_bad
CRITICAL example.com. ns-unexpected: 1 of 1 resolver says NS $check_evil, pinned $check_hosts" \
		--no-canary --via 127.2.0.1
	check_says 3 "PINBOUND UNKNOWN: 0 of 1 zone as pinned, 1 unknown
UNKNOWN example.com. could not be asked: via 127.2.0.99: connection refused" \
		--no-canary --via 127.2.0.99
	forget com
}

# One that has a certificate, and what it is worth to whom.
test_check_via_tls() {
	local dir=$lab_run/127.2.0.7
	check_example
	mkdir -p "$dir"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj /CN=dns.host.example -addext subjectAltName=DNS:dns.host.example \
		-keyout "$dir/key.pem" -out "$dir/cert.pem" 2> "$dir/openssl" ||
		lab_die "$(cat "$dir/openssl")"
	resolver 127.2.0.7 "validator iterator" "
    interface: 127.2.0.7@853
    tls-service-key: $dir/key.pem
    tls-service-pem: $dir/cert.pem"
	SSL_CERT_FILE=$dir/cert.pem check_says 0 "$check_ok" --no-canary \
		--via 127.2.0.7#dns.host.example
	SSL_CERT_FILE=$dir/cert.pem check_says 3 "PINBOUND UNKNOWN: 0 of 1 zone as pinned, 1 unknown
UNKNOWN example.com. could not be asked: via 127.2.0.7: hostname mismatch" --no-canary \
		--via 127.2.0.7#dns.evil.example
	check_says 3 "PINBOUND UNKNOWN: 0 of 1 zone as pinned, 1 unknown
UNKNOWN example.com. could not be asked: via 127.2.0.7: self-signed certificate" --no-canary \
		--via 127.2.0.7#dns.host.example
	check_says 3 "PINBOUND UNKNOWN: 0 of 1 zone as pinned, 1 unknown
UNKNOWN example.com. could not be asked: via 127.2.0.1 port 53: no answer over TLS" \
		--no-canary --via 127.2.0.1@53#dns.host.example
	stop_last
}

# A server of com. at an IPv6 address, where another delegation is to be had.
test_check_ipv6() {
	ip address add fd53::1/128 dev lo nodad || lab_die "no IPv6 on lo"
	knot com-six fd53::1 com.
	sed 's/^example .*/example NS ns1.evil.example./' "$lab_run/com-a/com.zone" \
		> "$lab_run/com-six/com.zone"
	serve knotd com-six -c "$lab_run/com-six/knot.conf"
	wait_for fd53::1 com. SOA
	echo "zone-set . b.nic.com. 5 AAAA fd53::1" | edit_zone root .
	check_example
	pinbound -q set example.com --no-ds
	check_says 2 "$check_bad
CRITICAL example.com. ns-unexpected: 1 of 3 servers of com. says NS ns1.evil.example., pinned $check_hosts" --no-canary
	check_says 0 "$check_ok" --no-canary -4
	# The root has no IPv6 address here.
	check_says 3 "PINBOUND UNKNOWN: 0 of 1 zone as pinned, 1 unknown
UNKNOWN example.com. could not be asked: the servers of .: IPv4 is not asked" --no-canary -6
	stop_last
	# It is nobody's fault that there is no way to it.
	ip address del fd53::1/128 dev lo
	check_says 0 "$check_ok" --no-canary
	echo "zone-unset . b.nic.com. AAAA" | edit_zone root .
}

# What programs read: all of it, but for what differs from run to run.
test_check_formats() {
	local said
	check_pin partner.example --ns ns1.dns-host.example --ns ns2.dns-host.example
	registrar hold partner.example.
	said=$("$lab_build/pinbound" check --root-hints "$lab_run/root.hints" --no-canary --json |
		sed -E 's/("(time|milliseconds|queries|generation)": ).*[^,]/\1X/' | tr -s ' \n' ' ')
	[ "$said" = '{ "status": "critical", "time": X, "milliseconds": X, "queries": X, "counts": { "zones": 1, "ok": 0, "warning": 0, "critical": 1, "unknown": 0 }, "zones": [ { "zone": "partner.example.", "status": "critical", "reasons": [ "delegation-gone" ], "parent": "example.", "findings": [ { "reasons": [ "delegation-gone" ], "status": "critical", "said-by": "parent", "type": "NS", "response": "nxdomain", "count": 1, "of": 1, "servers": [ "127.1.2.1" ], "observed": {} } ], "unasked": [], "pin": { "name": "partner.example.", "ns": [ "ns1.dns-host.example.", "ns2.dns-host.example." ], "child-ns": [], "address": [], "strict": false, "generation": X } } ], "resolvers": [], "failures": [] } ' ] ||
		complain "check --json says: $said"
	said=$("$lab_build/pinbound" check --root-hints "$lab_run/root.hints" --no-canary \
		--format prometheus | grep -v '^#' | sed -E 's/(queries|seconds) .*/\1 X/')
	[ "$said" = 'pinbound_check_zone_status{zone="partner.example."} 2
pinbound_check_zone_reason{zone="partner.example.",reason="delegation-gone"} 1
pinbound_check_zones 1
pinbound_check_status 2
pinbound_check_queries X
pinbound_check_duration_seconds X
pinbound_check_timestamp_seconds X' ] || complain "check --format prometheus says: $said"
	# A file is there whole, or not at all.
	check_exits 2 --no-canary --format prometheus --output "$lab_run/metrics"
	[ ! -s "$lab_run/said" ] || complain "check --output says: $(cat "$lab_run/said")"
	[ "$(echo "$lab_run"/metrics*)" = "$lab_run/metrics" ] ||
		complain "something was left beside metrics"
	grep -q '^pinbound_check_status 2$' "$lab_run/metrics" || complain "no metrics"
	# It is as bad as before if nobody can be told.
	"$lab_build/pinbound" check --root-hints "$lab_run/root.hints" --no-canary > /dev/full \
		2> /dev/null
	[ $? -eq 2 ] || complain "what cannot be written is not critical any more"
	pins < /dev/null
	said=$("$lab_build/pinbound" check --json | tr -s ' \n' ' ')
	[ "$said" = '{ "status": "unknown", "error": "nothing is pinned" } ' ] ||
		complain "check --json without pins says: $said"
}

# Not one query a second more than it may.
test_check_rate() {
	local i first last
	pins < /dev/null
	for ((i = 0; i < 40; i++)); do
		printf 'pin:\n name: none%d.com\n ns: ns1.dns-host.example\n' $i
	done | pinbound -q import -
	count_from
	first=$(date +%s%N)
	check_exits 2 --no-canary --rate 20
	last=$(date +%s%N)
	grep -q '^PINBOUND CRITICAL: 0 of 40' "$lab_run/said" ||
		complain "check says: $(cat "$lab_run/said")"
	asked 80 com-a com-b
	[ $(((last - first) / 1000000)) -ge 1950 ] || complain "40 queries in less than 2 seconds"
}

# The server of example. serves a zone below it, too: no referral is ever seen. It is
# one of the zone's own, or it answers by itself.
test_check_shared_servers() {
	cp "$lab_run/example/knot.conf" "$lab_run/example/knot.conf.kept"
	zone example shared.example. <<- END
		@ NS a.nic.example.
		@ MX 10 mail
	END
	printf '  - domain: "shared.example."\n' >> "$lab_run/example/knot.conf"
	echo "zone-set example. shared 5 NS a.nic.example." | edit_zone example example.
	knotc -c "$lab_run/example/knot.conf" reload > /dev/null
	wait_for 127.1.2.1 shared.example. MX
	check_pin shared.example --ns a.nic.example --mx mail.shared.example \
		--address 'a.nic.example 127.1.2.1'
	check_says 0 "$check_ok" --no-canary
	pinbound -q set shared.example --address 'a.nic.example 192.0.2.1'
	check_says 2 "$check_bad
CRITICAL shared.example. address-unexpected: 1 of 1 server of example. says address a.nic.example. 127.1.2.1, pinned a.nic.example. 192.0.2.1; address-unexpected: 1 of 1 server of shared.example. says address a.nic.example. 127.1.2.1, pinned a.nic.example. 192.0.2.1" --no-canary
	check_pin shared.example --ns ns1.dns-host.example
	check_says 2 "$check_bad
CRITICAL shared.example. answered-by-parent: 1 of 1 server of example. says data, without a referral" --no-canary
	mv "$lab_run/example/knot.conf.kept" "$lab_run/example/knot.conf"
	echo "zone-unset example. shared NS" | edit_zone example example.
	knotc -c "$lab_run/example/knot.conf" reload > /dev/null
}
