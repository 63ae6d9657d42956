# shellcheck shell=bash disable=SC2154
# test-add.sh - "pinbound add" of what all servers say, against the lab's servers and
# against what hijackers do. To be sourced by run.sh, behind test-check.sh.

# add_says CODE TEXT [OPTION...]: what it writes is TEXT. DS stands for the digest of the
# example's own.
add_says() {
	local code=$1 expected=$2 said got digest
	shift 2
	digest=$(ds provider example.com. | awk '{ print $4 }')
	said=$(timeout 120 "$lab_build/pinbound" add --root-hints "$lab_run/root.hints" \
		"$@" 2>&1 < /dev/null | sed -E "s/${digest^^}/DIGEST/; s/^( +ds +)[0-9]+ /\1TAG /
			s/generation [0-9]+/generation N/"
		exit "${PIPESTATUS[0]}")
	got=$?
	[ "$said" = "$expected" ] || complain "add $* says:
$said
expected:
$expected"
	[ $got -eq "$code" ] || complain "add $* exits with $got, expected $code"
	case " $* " in
	*" --via "*) return ;;
	esac
	[ "$(awk 'length > 80' <<< "$said" | grep -v '^pinbound: ')" = "" ] ||
		complain "add $* writes lines of more than 80 columns"
}

# add_remarks CODE TEXT [OPTION...]: the remarks alone.
add_remarks() {
	local code=$1 expected=$2 said got
	shift 2
	timeout 120 "$lab_build/pinbound" add --root-hints "$lab_run/root.hints" --json \
		--dry-run "$@" > "$lab_run/said" 2>&1 < /dev/null
	got=$?
	said=$(jq -r '.zones[0].remarks[] | (if .alarming then "ALARM " else "" end) + .text' \
		"$lab_run/said" 2>&1)
	[ "$said" = "$expected" ] || complain "add $* remarks:
$said
expected:
$expected"
	[ $got -eq "$code" ] || complain "add $* exits with $got, expected $code"
}

# pinned TEXT: these pins are stored, and no others.
pinned() {
	local said
	said=$(pinbound export | sed '/^#/d; s/^ *//; /^$/d' | paste -sd ' ')
	[ "$said" = "$1" ] || complain "pinned is: $said
expected: $1"
}

add_example="example.com. as delegated by com.

  ns         ns1.dns-host.example.
             ns2.dns-host.example.
  ds         TAG 13 2
             DIGEST"
add_agree="  2 of 2 servers of com. say so; 2 of 2 servers of the zone answer, 2 with a key
  of the DS"

test_add_learns() {
	local signed
	pins < /dev/null
	signed=$(ds provider example.com.)
	add_says 0 "$add_example

  Not pinned, but with --mx:

  mx         mail.example.com.

$add_agree" example.com --dry-run
	pinned ""
	add_says 1 "$add_example
  mode       log
  mx         mail.example.com.

$add_agree

pinbound: there is no terminal to ask \"pin it?\" on; --yes answers it" \
		--mx example.com --mode log
	pinned ""
	add_says 0 "$add_example
  address    ns1.dns-host.example. 127.1.3.1
             ns2.dns-host.example. 127.1.3.2
  mx         mail.example.com.

$add_agree

example.com. pinned in mode refuse (generation N)
enforced" --mx --addresses --yes example.com
	pinned "pin: name: example.com mode: refuse ns: ns1.dns-host.example ns: ns2.dns-host.example ds: ${signed^^} address: ns1.dns-host.example 127.1.3.1 address: ns2.dns-host.example 127.1.3.2 mx: mail.example.com"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	add_says 1 "pinbound: example.com is pinned already; \"pinbound show\" shows the pin, \"pinbound set\" changes it" example.com
	# What the options say counts more.
	pinbound -q remove example.com
	add_says 0 "" -q --yes --mode log --ds none --mx mx.other.example --note "by hand" \
		example.com
	pinned "pin: name: example.com mode: log ns: ns1.dns-host.example ns: ns2.dns-host.example ds: none mx: mx.other.example note: \"by hand\""
}

test_add_finds_no_zone() {
	pins < /dev/null
	add_says 1 "pinbound: mail.example.com. is not a zone, but a name in example.com.; pin that" \
		--yes mail.example.com
	add_says 1 "pinbound: nosuch.com. does not exist, say the servers of com." --yes nosuch.com
	registrar hold example.com.
	add_says 1 "pinbound: example.com. does not exist, say the servers of com." --yes example.com
	registrar restore example.com.
	add_says 1 "pinbound: nosuch.hints: No such file or directory" example.com \
		--root-hints nosuch.hints
	add_says 2 "pinbound: with --ns, nobody is asked, and --via means nothing; see \"pinbound help add\"" \
		example.com --ns ns1.example --via 127.0.0.1
	pinned ""
}

# As it was in 2018: a signed zone, with NS moved and DS gone. Or some of it.
test_add_in_a_hijack() {
	pins < /dev/null
	registrar hijack example.com.
	add_says 1 "example.com. as delegated by com.

  ns         ns1.evil.example.
             ns2.evil.example.

  Not pinned, but with --mx:

  mx         mx.evil.example.

  2 of 2 servers of com. say so; 1 of 1 server of the zone answers
  warning: the zone is signed, but com. has no DS for it; somebody may have
    removed it

pinbound: nothing was pinned: it looks like a hijack, see the warnings; --despite-warnings pins it all the same" \
		--yes example.com
	pinned ""
	registrar strip-ds example.com.
	add_remarks 0 "ALARM the zone is signed, but com. has no DS for it; somebody may have removed it" \
		example.com
	registrar swap-ds example.com.
	add_remarks 0 "ALARM on 2 of 2 servers of the zone, no key that is good now matches the DS" \
		example.com
	registrar restore example.com.
	registrar hijack example.com. com-b
	add_remarks 0 "ALARM 1 of 2 servers of com. says otherwise, NS ns1.evil.example. ns2.evil.example. (b.nic.com. (127.1.1.2))
ALARM 1 of 2 servers of com. says otherwise, DS none (b.nic.com. (127.1.1.2))" example.com --mx
	[ "$(jq -c '.zones[0].pin | [.["child-ns"], .mx]' "$lab_run/said")" = '[[],["mail.example.com."]]' ] ||
		complain "what few say is pinned: $(cat "$lab_run/said")"
	registrar hold example.com. com-b
	add_remarks 0 "ALARM 1 of 2 servers of com. says otherwise, that it does not exist (b.nic.com. (127.1.1.2))
ALARM 1 of 2 servers of com. says otherwise, DS none (b.nic.com. (127.1.1.2))" example.com
	registrar restore example.com.
	registrar hijack example.com.
	"$lab_build/pinbound" add --root-hints "$lab_run/root.hints" --yes --despite-warnings \
		--mode log example.com > /dev/null || complain "it does not despite warnings"
	pinned "pin: name: example.com mode: log ns: ns1.evil.example ns: ns2.evil.example"
}

# What its own servers say of the zone.
test_add_child_differs() {
	pins < /dev/null
	echo "zone-set partner.example. @ 5 NS ns3.dns-host.example." |
		edit_zone provider partner.example.
	add_remarks 0 "the zone itself also names ns3.dns-host.example." partner.example
	[ "$(jq -r '.zones[0].pin["child-ns"][]' "$lab_run/said")" = ns3.dns-host.example. ] ||
		complain "it is no child-ns: $(cat "$lab_run/said")"
	# Gandi, 2017: the attacker's zone has other names at its apex.
	{
		echo "zone-unset partner.example. @ NS"
		echo "zone-set partner.example. @ 5 NS ns.elsewhere.example."
	} | edit_zone provider partner.example.
	add_remarks 0 "ALARM the zone itself names none of these servers, but ns.elsewhere.example." \
		partner.example
	{
		echo "zone-unset partner.example. @ NS"
		echo "zone-set partner.example. @ 5 NS ns1.dns-host.example."
		echo "zone-set partner.example. @ 5 NS ns2.dns-host.example."
	} | edit_zone provider partner.example.
	add_remarks 0 "" partner.example
	# "Sitting Ducks": it is delegated to who does not serve it.
	delegate example example. lame.example. "ns1.dns-host.example. ns.nowhere.example." ''
	add_remarks 0 "ALARM none of the servers that example. names answers for the zone
1 of 1 server of the zone: REFUSED (ns1.dns-host.example. (127.1.3.1))
ns.nowhere.example. has no address" lame.example
	echo "zone-unset example. lame.example. NS" | edit_zone example example.
}

# The server of example. serves a zone below it, too, under another name. The resolver
# knows it again by a pinned address.
test_add_parent_serves_child() {
	pins < /dev/null
	cp "$lab_run/example/knot.conf" "$lab_run/example/knot.conf.kept"
	zone example both.example. <<- END
		@ NS ns
		@ MX 10 mail
		ns A 127.1.2.1
		mail A 127.0.0.25
	END
	printf '  - domain: "both.example."\n' >> "$lab_run/example/knot.conf"
	delegate example example. both.example. ns.both.example. ''
	knotc -c "$lab_run/example/knot.conf" reload > /dev/null
	wait_for 127.1.2.1 both.example. MX
	add_remarks 0 "ALARM 1 of 1 server of example. serves the zone itself, under another name (a.nic.example. (127.1.2.1)); unless its addresses are pinned (--addresses), the resolver refuses what it says" both.example
	add_remarks 0 "" both.example --addresses
	# It is as it says.
	pinbound -q add both.example --yes --despite-warnings --root-hints "$lab_run/root.hints" \
		> "$lab_run/said" 2>&1 || complain "it is not pinned: $(cat "$lab_run/said")"
	answers protected mail.both.example. A \
		"SERVFAIL; ; 15 pinbound: delegation-gone both.example."
	pinbound -q set both.example --address 'ns.both.example 127.1.2.1'
	answers protected mail.both.example. A "NOERROR; 127.0.0.25; "
	pinbound -q remove both.example
	mv "$lab_run/example/knot.conf.kept" "$lab_run/example/knot.conf"
	echo "zone-unset example. both.example. NS" | edit_zone example example.
	knotc -c "$lab_run/example/knot.conf" reload > /dev/null
}

# One server of com. is dead, or worse; others make up for it.
test_add_dead_servers() {
	local row
	pins < /dev/null
	for row in "dead:connection refused" "silent:no answer" "fails:SERVFAIL" \
		"malformed:an answer that cannot be read" "upward:refers to ."; do
		check_vice "${row%%:*}"
		add_remarks 0 "1 of 2 servers of com.: ${row#*:} (b.nic.com. (127.1.1.2))" example.com
	done
	for row in none loses truncates spoofed no-edns; do
		check_vice $row
		add_remarks 0 "" example.com
	done
	check_vice alias
	add_remarks 0 "ALARM 1 of 2 servers of com. says otherwise, data without delegating it (b.nic.com. (127.1.1.2))
ALARM 1 of 2 servers of com. says otherwise, DS none (b.nic.com. (127.1.1.2))" example.com
	check_restore
}

# Another resolver has not heard of the hijack yet.
test_add_via() {
	pins < /dev/null
	forget com
	add_remarks 0 "" example.com --via 127.2.0.1
	ask stock partner.example. NS > /dev/null
	registrar hijack partner.example.
	add_remarks 0 "ALARM the zone is signed, but example. has no DS for it; somebody may have removed it
ALARM the resolver 127.2.0.1 says otherwise, NS ns1.dns-host.example. ns2.dns-host.example." \
		partner.example --via 127.2.0.1
	registrar restore partner.example.
	add_remarks 0 "via 127.2.0.99: connection refused" partner.example --via 127.2.0.99
	forget example
}

# A third server of com., at an IPv6 address, says otherwise.
test_add_ipv6() {
	ip address add fd53::1/128 dev lo nodad || lab_die "no IPv6 on lo"
	knot com-six fd53::1 com.
	sed 's/^example .*/example NS ns1.evil.example./' "$lab_run/com-a/com.zone" \
		> "$lab_run/com-six/com.zone"
	serve knotd com-six -c "$lab_run/com-six/knot.conf"
	wait_for fd53::1 com. SOA
	echo "zone-set . b.nic.com. 5 AAAA fd53::1" | edit_zone root .
	pins < /dev/null
	add_remarks 0 "ALARM 1 of 3 servers of com. says otherwise, NS ns1.evil.example. (b.nic.com. (fd53::1))
ALARM 1 of 3 servers of com. says otherwise, DS none (b.nic.com. (fd53::1))" example.com
	add_remarks 0 "" example.com -4
	stop_last
	ip address del fd53::1/128 dev lo
	echo "zone-unset . b.nic.com. AAAA" | edit_zone root .
}

# A person decides on a terminal.
test_add_on_a_terminal() {
	local command="$lab_build/pinbound add --root-hints $lab_run/root.hints partner.example"
	local said
	pins < /dev/null
	said=$(script -qec "$command" /dev/null <<< n)
	[[ $said = *"pin it? [r/l/N]"*"nothing was changed"* ]] || complain "it says: $said"
	pinned ""
	said=$(script -qec "$command" /dev/null <<< l)
	[[ $said = *"l: only log it"*"partner.example. pinned"* ]] || complain "it says: $said"
	pinned "pin: name: partner.example mode: log ns: ns1.dns-host.example ns: ns2.dns-host.example"
	pinbound -q remove partner.example
	said=$(script -qec "$command --mode refuse" /dev/null <<< y)
	[[ $said = *"pin it? [y/N]"*"partner.example. pinned"* ]] || complain "it says: $said"
	registrar strip-ds example.com.
	said=$(script -qec "${command/partner.example/example.com}" /dev/null <<< "")
	[[ $said = *"pin it ALL THE SAME? [r/l/N]"*"nothing was changed"* ]] ||
		complain "it says: $said"
	registrar restore example.com.
}

# What it depends on is pinned with it, in one change.
test_add_with_dependencies() {
	pins < /dev/null
	add_says 0 "$add_example
  mode       log

  Not pinned, but with --mx:

  mx         mail.example.com.

$add_agree

example.com. depends on

  NS  dns-host.example.                        2 NS, not signed

example.com. and what it depends on: 2 pinned in mode log (generation N)
enforced" --with-dependencies --yes --mode log example.com
	[ "$(pinbound list | awk 'NR > 1 { printf "%s ", $1 }')" = "example.com dns-host.example " ] ||
		complain "pinned is: $(pinbound list)"
	# It is one change; and what is pinned already stays.
	pinbound -q undo
	pinned ""
	pinbound -q add dns-host.example --ns ns9.dns-host.example --mode log
	"$lab_build/pinbound" add -q --root-hints "$lab_run/root.hints" --yes --mx \
		--with-dependencies partner.example
	pinned "pin: name: dns-host.example mode: log ns: ns9.dns-host.example pin: name: partner.example mode: refuse ns: ns1.dns-host.example ns: ns2.dns-host.example mx: mail.partner.example"
}

# Where the hijacked half of com. leads is nothing that it depends on.
test_add_dependencies_in_a_hijack() {
	pins < /dev/null
	registrar hijack example.com. com-b
	"$lab_build/pinbound" add -q --root-hints "$lab_run/root.hints" --yes --despite-warnings \
		--with-dependencies example.com > /dev/null
	[ "$(pinbound list | awk 'NR > 1 { printf "%s ", $1 }')" = "example.com dns-host.example " ] ||
		complain "pinned is: $(pinbound list)"
}

# Zones that depend on each other, and a chain of more than there may be.
test_add_mazes() {
	local i server
	for server in com-a com-b; do
		{
			echo "zone-set com. loop-a 5 NS ns.loop-b"
			echo "zone-set com. loop-a 5 NS ns1.dns-host.example."
			echo "zone-set com. loop-b 5 NS ns.loop-a"
			echo "zone-set com. loop-b 5 NS nosuch.example.com."
			for ((i = 0; i < 110; i++)); do
				echo "zone-set com. chain$i 5 NS ns.chain$((i + 1))"
			done
		} | edit_zone $server com.
	done
	pins < /dev/null
	add_says 0 "loop-a.com. as delegated by com.

  ns         ns.loop-b.com.
             ns1.dns-host.example.

  2 of 2 servers of com. say so; 0 of 1 server of the zone answer
  warning: none of the servers that com. names answers for the zone
  note: 1 of 1 server of the zone: REFUSED (ns1.dns-host.example. (127.1.3.1))
  note: ns.loop-b.com. has no address

loop-a.com. depends on

  NS  loop-b.com.                              2 NS, not signed
    NS  example.com.                           2 NS, signed
      NS  dns-host.example.                    2 NS, not signed
    NS  loop-a.com.                            see above
  NS  dns-host.example.                        see above

  warning: loop-b.com.: none of the servers that com. names answers for the zone
  note: loop-b.com.: nosuch.example.com. has no address
  note: loop-b.com.: ns.loop-a.com. has no address" --with-dependencies --dry-run loop-a.com
	"$lab_build/pinbound" add --root-hints "$lab_run/root.hints" --with-dependencies \
		--dry-run chain0.com > "$lab_run/said" 2>&1
	grep -q '^  and more: the walk ends at 100 zones$' "$lab_run/said" ||
		complain "a chain of zones: $(tail -n 5 "$lab_run/said")"
	for server in com-a com-b; do
		{
			echo "zone-unset com. loop-a NS"
			echo "zone-unset com. loop-b NS"
			for ((i = 0; i < 110; i++)); do
				echo "zone-unset com. chain$i NS"
			done
		} | edit_zone $server com.
	done
}
