#!/bin/bash
# run.sh - the lab's tests: the protected resolver beside the stock one, on real
# servers. Usage: run.sh [TEST...]
#
# The tests are the functions whose names begin with test_, here and in the files
# test-*.sh beside this one; all of them, but those that LAB_EXCEPT, an expression, has.
# Each begins with a registry that is as it should be,
# and with both_pins refuse.
set -u
. "$(dirname "$0")/lab.sh"
lab_enter "$@"

both_pins() {
	local mode=$1 name
	for name in example.com partner.example; do
		printf 'pin:\n name: %s\n mode: %s\n' $name "$mode"
		printf ' ns: ns1.dns-host.example\n ns: ns2.dns-host.example\n'
	done | pins
}

complain() {
	echo "    $*"
	fine=no
}

# lacks WHAT: this Unbound has not what the test is about; it is skipped.
lacks() {
	echo "    this Unbound has no $1"
	fine=skipped
}

# answers RESOLVER NAME TYPE EXPECTED
answers() {
	local got
	got=$(ask "$1" "$2" "$3")
	[ "$got" = "$4" ] || complain "$1 says to $2 $3: $got; expected: $4"
}

# The log lines since the test began.
new_log() {
	tail -n "+$((log_lines + 1))" "$lab_run/protected/log"
}

# logged TIMES TEXT
logged() {
	local times
	times=$(new_log | grep -cF -- "$2")
	[ "$times" -eq "$1" ] || complain "in the log $times times, expected $1: $2"
}

# asked TIMES SERVER...: all of them together, since count_from
asked() {
	local times=$1 total=0 server had of_each=
	shift
	for server; do
		had=$(($(queries "$server") - ${before[$server]}))
		total=$((total + had))
		of_each+=" $server $had"
	done
	[ "$total" -eq "$times" ] || complain "the servers had $total queries, expected $times:$of_each"
}

count_from() {
	local server
	for server in root com-a com-b example provider hijacker; do
		before[$server]=$(queries $server)
	done
}

# recheck SECONDS: from now on. What takes less is within one, however slow the machine.
recheck() {
	sed -i "s/^recheck: .*/recheck: $1/" "$PINBOUND_CONF"
	reload
}

hijacked_all() {
	registrar hijack example.com.
	registrar hijack partner.example.
	forget com
	forget example
	count_from
}

test_resolves() {
	answers stock example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected mail.example.com. A "NOERROR; 192.0.2.25; "
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
	logged 0 "pinbound: deviation"
}

test_hijack_refused() {
	recheck 600
	hijacked_all
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	sleep 0.3
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	answers protected mail.example.com. A "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	# All by the first.
	asked 1 root
	asked 1 com-a com-b
	asked 0 example provider hijacker
	answers protected partner.example. MX \
		"SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	answers protected www.alias.com. A "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	asked 0 hijacker
	logged 1 'pinbound: deviation zone="example.com." reason="ns-unexpected" action="refused" mode="refuse" observed-ns="ns1.evil.example. ns2.evil.example." pinned-ns="ns1.dns-host.example. ns2.dns-host.example." parent="com." server="127.1.1.'
	# And this is what it was about.
	answers stock example.com. MX "NOERROR; 10 mx.evil.example.; "
	answers stock partner.example. MX "NOERROR; 10 mx.evil.example.; "
	recheck "$lab_recheck"
}

test_hijack_logged() {
	both_pins log
	hijacked_all
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	logged 1 'pinbound: deviation zone="example.com." reason="ns-unexpected" action="logged" mode="log"'
}

test_override() {
	echo "override: yes" >> "$PINBOUND_CONF"
	reload
	hijacked_all
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	logged 1 'reason="ns-unexpected" action="logged" mode="log"'
	sed -i '/^override/d' "$PINBOUND_CONF"
}

test_hold() {
	registrar hold example.com.
	registrar hold partner.example.
	forget com
	forget example
	answers stock example.com. MX "NXDOMAIN; ; "
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: delegation-gone example.com."
	answers protected mail.partner.example. A \
		"SERVFAIL; ; 15 pinbound: delegation-gone partner.example."
	logged 1 'zone="example.com." reason="delegation-gone" action="refused"'
}

test_restore() {
	recheck 5
	hijacked_all
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	registrar restore example.com.
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	sleep 5.1
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	logged 1 'pinbound: restored zone="example.com." after="'
	logged 1 'refused="2"'
	recheck "$lab_recheck"
}

# The pin comes when the hijacker's data is in the cache already, and a question
# that nobody has asked before leads there: what is cached is not believed.
test_pin_on_cached_data() {
	pins < /dev/null
	registrar hijack example.com.
	forget com
	answers protected www.alias.com. A "NOERROR; 203.0.113.25; "
	pinbound -q add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example
	answers protected other.alias.com. A "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	answers protected mail.example.com. AAAA \
		"SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
}

# The same when nothing deviates: asked again, and answered.
test_pin_on_good_data() {
	pins < /dev/null
	set_options "cache-min-ttl: 60"
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
	count_from
	pinbound -q add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example
	answers protected other.alias.com. A "NOERROR; 192.0.2.25; "
	[ $(($(queries com-a) + $(queries com-b))) -gt $((before[com-a] + before[com-b])) ] ||
		complain "com. was not asked"
	logged 0 "pinbound: deviation"
	reset_options
}

# within SECONDS COMMAND...: true as soon as it is.
within() {
	local i
	for ((i = 0; i < $1 * 20; i++)); do
		"${@:2}" && return
		sleep 0.05
	done
	return 1
}

says() {
	[ "$(ask "$1" "$2" "$3")" = "$4" ]
}

# The pin comes when the hijacker's data is cached. Without a reload, what is cached
# of the zone is gone within half a second, and what leads there; nothing else is.
test_pin_without_reload() {
	local hijacked="SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	pins < /dev/null
	set_options "cache-min-ttl: 60"
	registrar hijack example.com.
	forget com
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	answers protected mail.example.com. A "NOERROR; 203.0.113.25; "
	answers protected www.alias.com. A "NOERROR; 203.0.113.25; "
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	count_from
	pinbound -q add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example
	answers protected mail.example.com. A "$hijacked"
	answers protected www.alias.com. A "$hijacked"
	answers protected example.com. MX "$hijacked"
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	asked 0 hijacker example root
	reset_options
}

# What is cached is a denial in the name of com., at the end of an alias.
test_pin_on_cached_hold() {
	pins < /dev/null
	set_options "cache-min-ttl: 60"
	registrar hold example.com.
	forget com
	answers protected www.alias.com. A "NXDOMAIN; ; "
	pinbound -q add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example
	answers protected www.alias.com. A \
		"SERVFAIL; ; 15 pinbound: delegation-gone example.com."
	reset_options
}

both_known() {
	[ "$(pinbound status | grep -cE '^(alias.com. +ok|example.com. +refused) ')" -eq 2 ]
}

# The command says when a change is enforced, what the resolver sees, and what has
# happened.
test_status_and_log() {
	local said
	said=$(pinbound add alias.com --ns ns1.dns-host.example --ns ns2.dns-host.example)
	[ "$(tail -n 1 <<< "$said")" = enforced ] || complain "add said: $said"
	said=$(pinbound set alias.com --note one --json)
	[ "$(jq .enforced <<< "$said")" = true ] || complain "set --json said: $said"
	hijacked_all
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	answers protected www.alias.com. A "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	within 10 both_known || complain "not both are known"
	said=$(pinbound status)
	grep -q '^resolver: runs' <<< "$said" || complain "no resolver runs: $said"
	grep -qE '^alias.com\. +ok ' <<< "$said" || complain "no alias.com: $said"
	grep -qE '^example.com\. +refused .* ns-unexpected$' <<< "$said" ||
		complain "no example.com: $said"
	said=$(pinbound log example.com | tail -n 1)
	[[ $said == *'pinbound: deviation zone="example.com." reason="ns-unexpected"'* ]] ||
		complain "log said: $said"
	[ "$(pinbound log --json example.com | grep -c '"verdict": "refused"')" -ge 1 ] ||
		complain "log --json has no refusal"
	pinbound -q remove alias.com
	! pinbound status | grep -q alias.com || complain "a pin that is gone has a status"
}

# One of the two servers of com. is hijacked: whoever is asked is judged. Asked at random,
# until it has been that one.
test_one_parent_server() {
	local i got met=no
	registrar hijack example.com. com-b
	forget com
	count_from
	for ((i = 0; i < 40; i++)); do
		[ $i -lt 6 ] || [ $met = no ] || break
		got=$(ask protected example.com. MX)
		case $got in
		"NOERROR; 10 mail.example.com.; ") ;;
		"SERVFAIL; ; 15 pinbound: ns-unexpected example.com.") met=yes ;;
		*) complain "neither the true answer nor a refusal: $got" ;;
		esac
		forget example.com
		sleep 0.5
	done
	[ $met = yes ] || complain "the hijacked server of com. has not been asked"
	asked 0 hijacker
}

test_canary() {
	answers protected canary.pinbound.invalid. A "SERVFAIL; ; 15 pinbound: canary"
	answers stock canary.pinbound.invalid. A "NXDOMAIN; ; "
}

test_bad_reload() {
	cp "$PINBOUND_CONF" "$lab_run/good.conf"
	echo "no-such: attribute" >> "$PINBOUND_CONF"
	reload
	logged 1 'unknown attribute "no-such"'
	hijacked_all
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	mv "$lab_run/good.conf" "$PINBOUND_CONF"
}

# Another build of Unbound must not load the module.
test_other_build() {
	mkdir -p "$lab_run/other"
	cp "$lab_unbound/unbound" "$lab_run/other/unbound"
	objcopy --remove-section .note.gnu.build-id "$lab_run/other/unbound" 2> /dev/null
	sed 's/127\.2\.0\.2/127.2.0.3/; s/protected/other/g' "$lab_run/protected/unbound.conf" \
		> "$lab_run/other/unbound.conf"
	if timeout 10 "$lab_run/other/unbound" -d -c "$lab_run/other/unbound.conf" \
		> "$lab_run/other/log" 2>&1; then
		complain "an Unbound of another build has loaded the module"
	fi
	grep -q "built for another Unbound" "$lab_run/other/log" ||
		complain "no word of another build: $(tail -n 2 "$lab_run/other/log")"
}

for file in "$lab_here"/test-*.sh; do
	# shellcheck source=/dev/null
	[ ! -f "$file" ] || . "$file"
done

run_test() {
	fine=yes
	registrar restore example.com.
	registrar restore partner.example.
	both_pins refuse
	log_lines=$(log_of protected | wc -l)
	declare -gA before
	declare -F "test_$1" > /dev/null || complain "there is no such test"
	"test_$1"
	case $fine in
	yes)
		passed=$((passed + 1))
		echo "ok   $1"
		;;
	skipped)
		skipped=$((skipped + 1))
		echo "skip $1"
		;;
	no)
		failed=$((failed + 1))
		echo "FAIL $1"
		new_log | grep pinbound
		;;
	esac
	kill -0 "${lab_pid[protected]}" || lab_die "the resolver has ended"
}

passed=0
failed=0
skipped=0
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(declare -F | sed -n 's/^declare -f test_//p' |
	grep -Evx "${LAB_EXCEPT:-}")
lab_start
echo "lab: it runs"
for name; do
	run_test "$name"
done
echo "lab: $passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
