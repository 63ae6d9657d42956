#!/bin/bash
# run.sh - mail in the lab: Postfix that asks a resolver with Pinbound, and one that asks
# a stock resolver. Usage: run.sh [TEST...]
set -u
# shellcheck disable=SC2154 # what lab.sh sets
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lab/lab.sh"
. "$here/mail.sh"
mail_enter "$@"

complain() {
	echo "    $*"
	fine=no
}

# has LISTENER RCPT: a message to RCPT arrives there.
has() {
	within 20 is_at "$1" "$2" || complain "$1 has no message to $2: $(tail -n 3 "$lab_run/postfix-protected/log")"
}

has_not() {
	[ "$(at "$1" "$2")" -eq 0 ] || complain "$1 has a message to $2"
}

# deferred WHICH RCPT REASON
deferred() {
	within 20 waits_for "$@" || complain "$1 has no message to $2 that waits for: $3, but: $(waits "$1" "$2"); $(mail_log "$1" | tail -n 3)"
}

logged() {
	within 20 grep -qE "$2" "$lab_run/postfix-$1/log" ||
		complain "$1 does not log: $2; but: $(mail_log "$1" | tail -n 3)"
}

no_mx="Host or domain name not found. Name service error for name=example.com type=MX: Host not found, try again"

pin_example() {
	printf 'pin:\n name: example.com\n ns: ns1.dns-host.example\n ns: ns2.dns-host.example\n%s\n' "${1:-}" |
		pins
}

hijack() {
	registrar "$1" example.com.
	forget com
}

# doctor_names WORDS: about the settings that Postfix has now.
doctor_names() {
	local said
	said=$("$lab_build/pinbound" doctor --offline --path "$lab_run/postfix-protected/bin:/usr/bin:/bin" 2>&1)
	grep -qE "$1" <<< "$said" || complain "doctor does not name $1: $said"
}

# --- the proof -----------------------------------------------------------------

test_delivered() {
	send protected bob1@example.com
	has right bob1@example.com
	send stock bob2@example.com
	has right bob2@example.com
}

# The mail is with the hijacker, or it waits.
test_hijacked() {
	hijack hijack
	send stock carol1@example.com
	has wrong carol1@example.com
	send protected carol2@example.com
	deferred protected carol2@example.com "$no_mx"
	has_not wrong carol2@example.com
	hijack restore
	sleep 2.2 # recheck
	has_not right carol2@example.com
	flush protected
	has right carol2@example.com
	[ -z "$(waits protected carol2@example.com)" ] || complain "it is in the queue still"
}

# A domain on hold: the sender gets it back, or it waits.
test_on_hold() {
	hijack hold
	send stock dave1@example.com
	logged stock 'to=<dave1@example.com>.* status=bounced .*Host not found'
	send protected dave2@example.com
	deferred protected dave2@example.com "$no_mx"
	hijack restore
	sleep 2.2
	flush protected
	has right dave2@example.com
	! mail_log protected | grep -q 'to=<dave2@example.com>.* status=bounced' ||
		complain "Pinbound's bounces"
}

# Where the address of the first MX host is refused, the second has the mail.
test_second_mx() {
	local records=("@ 5 MX 5 mail.example.com." "@ 5 MX 7 second.partner.example."
		"second 5 A 192.0.2.25")
	hijack hijack
	printf 'zone-set partner.example. %s\n' "${records[@]}" | edit_zone provider partner.example.
	forget partner.example
	[[ $(ask 127.2.0.2 mail.example.com. A) = SERVFAIL* ]] || complain "the first is not refused"
	send protected ivan@partner.example
	has right ivan@partner.example
	has_not wrong ivan@partner.example
	# Without the TTL.
	printf 'zone-unset partner.example. %s\n' "${records[@]/ 5 / }" | edit_zone provider partner.example.
	forget partner.example
}

# --- a hundred messages ----------------------------------------------------------

# Twenty domains below com., and copies of the first five at the hijacker's.
many_domains() {
	local i names=() server
	for ((i = 1; i <= 20; i++)); do
		names+=("d$i.com.")
	done
	knot many 127.1.5.1 "${names[@]}"
	knot thief 127.6.6.7 "${names[@]:0:5}"
	for ((i = 1; i <= 20; i++)); do
		printf '@ NS ns.many.example.\n@ MX 10 mail\nmail A 192.0.2.25\n' | zone many "d$i.com."
		[ $i -gt 5 ] ||
			printf '@ NS ns.thief.example.\n@ MX 10 mail\nmail A 203.0.113.25\n' | zone thief "d$i.com."
	done
	serve knotd many -c "$lab_run/many/knot.conf"
	serve knotd thief -c "$lab_run/thief/knot.conf"
	wait_for 127.1.5.1 d20.com. SOA
	wait_for 127.6.6.7 d5.com. SOA
	printf 'zone-set example. ns.many 5 A 127.1.5.1\nzone-set example. ns.thief 5 A 127.6.6.7\n' |
		edit_zone example example.
	for server in com-a com-b; do
		for ((i = 1; i <= 20; i++)); do
			echo "zone-set com. d$i 5 NS ns.many.example."
		done | edit_zone $server com.
	done
	for ((i = 1; i <= 20; i++)); do
		printf 'pin:\n name: d%d.com\n ns: ns.many.example\n' $i
	done | pins
}

# Messages $1 to $2, the nth to domain n modulo 20.
send_some() {
	local i
	for ((i = $1; i <= $2; i++)); do
		send protected "n$i@d$((i % 20 + 1)).com"
	done
}

all_at() {
	cat "$lab_run/$1"/message.* 2> /dev/null | grep -c '^X-Rcpt-Args: <n[0-9]*@d'
}

all_waiting() {
	postqueue -c "$lab_run/postfix-protected/etc" -j | jq -r '.recipients[] | select(.delay_reason) | .address' |
		grep -c '^n[0-9]*@d'
}

accounted() {
	[ "$(all_at right)" -eq "$1" ] && [ "$(all_waiting)" -eq "$2" ]
}

test_hundred() {
	local server i
	many_domains
	send_some 1 50
	within 30 accounted 50 0 || complain "of 50: $(all_at right) arrived, $(all_waiting) wait"
	for server in com-a com-b; do
		for ((i = 1; i <= 5; i++)); do
			printf 'zone-unset com. d%d NS\nzone-set com. d%d 5 NS ns.thief.example.\n' $i $i
		done | edit_zone $server com.
	done
	forget com
	send_some 51 100
	# Of 51 to 100, those to the first five domains: 60 to 64, 80 to 84, and 100.
	within 30 accounted 89 11 || complain "of 100: $(all_at right) arrived, $(all_waiting) wait"
	[ "$(all_at wrong)" -eq 0 ] || complain "the hijacker has $(all_at wrong)"
	for server in com-a com-b; do
		for ((i = 1; i <= 5; i++)); do
			printf 'zone-unset com. d%d NS\nzone-set com. d%d 5 NS ns.many.example.\n' $i $i
		done | edit_zone $server com.
	done
	# While a domain is asked about again, a second message to it is refused once more.
	for ((i = 0; i < 20; i++)); do
		sleep 2.2
		flush protected
		! within 2 accounted 100 0 || break
	done
	accounted 100 0 || complain "in the end: $(all_at right) arrived, $(all_waiting) wait"
	[ "$(all_at wrong)" -eq 0 ] || complain "the hijacker has $(all_at wrong)"
}

# --- what leaks, and doctor names it ------------------------------------------------

test_leak_fallback_relay() {
	hijack hijack
	setting protected "smtp_fallback_relay = [198.51.100.25]"
	send protected erin@example.com
	has relay erin@example.com
	doctor_names 'postfix-leak: Postfix has smtp_fallback_relay = \[198.51.100.25\]'
}

test_leak_relayhost() {
	hijack hijack
	setting protected "relayhost = [198.51.100.25]"
	send protected frank@example.com
	has relay frank@example.com
	doctor_names 'postfix-relay: .*relayhost'
}

# The provider was broken into: the pinned MX is gone, and so is what keeps it from the
# domain's own address.
test_leak_ignore_mx_lookup_error() {
	pin_example " mx: mail.example.com"
	takeover example.com.
	echo "zone-set example.com. @ 5 A 203.0.113.25" | edit_zone provider example.com.
	forget com
	setting protected
	send protected grace1@example.com
	deferred protected grace1@example.com "$no_mx"
	setting protected "ignore_mx_lookup_error = yes"
	send protected grace2@example.com
	has wrong grace2@example.com
	has_not wrong grace1@example.com
	doctor_names 'postfix-leak: Postfix has ignore_mx_lookup_error = yes'
	echo "zone-unset example.com. @ A" | edit_zone provider example.com.
	give_back example.com.
	postsuper -c "$lab_run/postfix-protected/etc" -d ALL 2> /dev/null
}

# Postfix in its chroot reads a copy of resolv.conf, which may be of another day.
test_leak_chroot() {
	local conf=$lab_run/postfix-protected/etc
	hijack hijack
	mkdir -p "$lab_run/postfix-protected/queue/etc"
	echo "nameserver 127.2.0.1" > "$lab_run/postfix-protected/queue/etc/resolv.conf"
	cp /etc/services "$lab_run/postfix-protected/queue/etc/"
	awk '$1 == "smtp" && $2 == "unix" { $5 = "y" } { print }' "$conf/master.cf" > "$conf/master.new"
	cp "$conf/master.cf" "$conf/master.kept"
	mv "$conf/master.new" "$conf/master.cf"
	setting protected
	send protected heidi@example.com
	has wrong heidi@example.com
	doctor_names "cp /etc/resolv.conf $lab_run/postfix-protected/queue/etc/resolv.conf"
	mv "$conf/master.kept" "$conf/master.cf"
	rm -r "$lab_run/postfix-protected/queue/etc"
}

# --- inbound ---------------------------------------------------------------------

# smtp_says SENDER: what the protected Postfix says to RCPT, from 127.5.0.9.
smtp_says() {
	printf 'EHLO client.site.example\r\nMAIL FROM:<%s>\r\nRCPT TO:<alice@site.example>\r\nQUIT\r\n' "$1" |
		timeout 20 python3 -c '
import socket, sys
s = socket.create_connection(("127.5.0.2", 25), 10, ("127.5.0.9", 0))
f = s.makefile("rwb")
def reply():
	while True:
		line = f.readline()
		if line[3:4] != b"-":
			return line
reply()
for line in sys.stdin.buffer:
	f.write(line); f.flush()
	said = reply()
	if line.startswith(b"RCPT"):
		print(said.decode().strip())'
}

inbound() {
	local said
	said=$(smtp_says "$1")
	# shellcheck disable=SC2053 # a pattern
	[[ $said = $2 ]] || complain "a message of $1: $said; expected: $2"
}

# A refused domain is asked to come again, if Postfix is told to look.
test_inbound_sender() {
	hijack hijack
	setting protected "smtpd_sender_restrictions = reject_unknown_sender_domain"
	inbound mallory@example.com "450 4.1.8 *Domain not found*"
	inbound bob@partner.example "250 *"
	setting protected
	inbound mallory@example.com "250 *"
	doctor_names 'postfix-sender: '
}

# Where only the MX is refused, the domain's own address is enough for Postfix.
test_inbound_sender_with_address() {
	pin_example " mx: mail.example.com"
	takeover example.com.
	echo "zone-set example.com. @ 5 A 203.0.113.25" | edit_zone provider example.com.
	forget com
	setting protected "smtpd_sender_restrictions = reject_unknown_sender_domain"
	[[ $(ask 127.2.0.2 example.com. MX) = SERVFAIL* ]] || complain "the MX is not refused"
	inbound mallory@example.com "250 *"
	echo "zone-unset example.com. @ A" | edit_zone provider example.com.
	give_back example.com.
}

# A look at the sender's MX hosts, or at his name servers, finds none to object to.
test_inbound_sender_access() {
	local kind
	hijack hijack
	echo "203.0.113.25 REJECT" > "$lab_run/postfix-protected/etc/hosts"
	for kind in mx ns; do
		setting protected \
			"smtpd_sender_restrictions = check_sender_${kind}_access texthash:$lab_run/postfix-protected/etc/hosts"
		inbound mallory@example.com "250 *"
		logged protected "warning: Unable to look up ${kind^^} host for example.com: Host not found, try again"
		doctor_names 'postfix-access: '
	done
}

# An allowance by name is none while the name is refused: a partner is turned away for good.
test_inbound_client_by_name() {
	hijack hijack
	echo "mail.example.com OK" > "$lab_run/postfix-protected/etc/clients"
	setting protected \
		"smtpd_client_restrictions = check_client_access texthash:$lab_run/postfix-protected/etc/clients, reject"
	inbound mallory@example.com "554 5.7.1 *"
	doctor_names 'postfix-access: '
}

# A block list that is refused blocks nobody.
test_inbound_block_list() {
	pin_example
	hijack hijack
	setting protected "smtpd_client_restrictions = reject_rbl_client example.com"
	inbound bob@partner.example "250 *"
	logged protected 'RBL lookup error: .*example.com.*try again'
	doctor_names 'postfix-dnsbl: '
}

# --- logs --------------------------------------------------------------------------

# own_dev: /dev/log of ours is nobody else's.
own_dev() {
	local node
	mkdir -p "$lab_run/dev"
	mount -t tmpfs tmpfs "$lab_run/dev"
	for node in null zero full random urandom tty; do
		: > "$lab_run/dev/$node"
		mount --bind "/dev/$node" "$lab_run/dev/$node"
	done
	ln -s /proc/self/fd "$lab_run/dev/fd"
	mount --rbind "$lab_run/dev" /dev
}

no_own_dev() {
	umount -R /dev
	umount -R "$lab_run/dev"
}

# A resolver that logs to syslog, as Debian's does, meets a hijack and its end.
speaking_resolver() {
	resolver 127.2.0.8 "dynlib validator iterator" "    use-syslog: yes"
	hijack hijack
	ask 127.2.0.8 example.com. MX > /dev/null
	registrar restore example.com.
	sleep 2.2
	ask 127.2.0.8 example.com. MX > /dev/null
	stop_last
}

# has_line FILE EXPRESSION
has_line() {
	within 10 grep -qE "$2" "$1" || complain "no $2 in: $(grep -h pinbound "$1")"
}

test_rsyslog() {
	local dir=$lab_run/rsyslog
	mkdir -p "$dir"
	own_dev
	cat > "$dir/conf" <<- END
		global(workDirectory="$dir")
		module(load="imuxsock" SysSock.Use="off")
		input(type="imuxsock" Socket="/dev/log" CreatePath="off")
		template(name="lines" type="string"
		    string="%syslogfacility-text%.%syslogseverity-text% %programname% %msg%\\n")
		daemon.* action(type="omfile" file="$dir/daemon" template="lines")
		daemon.warning action(type="omfile" file="$dir/warnings" template="lines")
	END
	setsid rsyslogd -n -f "$dir/conf" -i "$dir/pid" > "$dir/output" 2>&1 &
	lab_pids+=($!)
	within 10 test -S /dev/log || lab_die "rsyslogd: $(cat "$dir/output")"
	speaking_resolver
	has_line "$dir/warnings" '^daemon.warning unbound .*pinbound: deviation zone="example.com."'
	has_line "$dir/daemon" '^daemon.info unbound .*pinbound: restored zone="example.com."'
	has_line "$dir/daemon" '^daemon.info unbound .*pinbound: ready pins="1"'
	! grep 'restored' "$dir/warnings" || complain "that it is restored is no warning"
	stop_last
	no_own_dev
}

# in_journal PRIORITY TEXT: among the lines of that priority and of graver ones.
in_journal() {
	journalctl --directory=/run/log/journal -q -o cat -t unbound -p "$1" \
		> "$lab_run/journald/said" 2>&1
	grep -qF "$2" "$lab_run/journald/said"
}

test_journald() {
	local dir=$lab_run/journald
	mkdir -p "$dir"
	own_dev
	mount -t tmpfs tmpfs /run
	mkdir -p /run/systemd/journal /run/log/journal
	setsid /lib/systemd/systemd-journald > "$dir/output" 2>&1 &
	lab_pids+=($!)
	within 10 test -S /run/systemd/journal/dev-log || lab_die "journald: $(cat "$dir/output")"
	ln -s /run/systemd/journal/dev-log /dev/log
	speaking_resolver
	within 10 in_journal warning "pinbound: deviation" ||
		complain "no warning: $(cat "$dir/said" "$dir/output")"
	! grep -q restored "$dir/said" || complain "that it is restored is no warning"
	within 10 in_journal info "pinbound: restored" ||
		complain "no notice: $(cat "$dir/said")"
	stop_last
	umount /run
	no_own_dev
}

run_test() {
	fine=yes
	registrar restore example.com.
	pin_example
	forget com
	setting protected
	declare -F "test_$1" > /dev/null || complain "there is no such test"
	"test_$1"
	if [ $fine = yes ]; then
		passed=$((passed + 1))
		echo "ok   $1"
	else
		failed=$((failed + 1))
		echo "FAIL $1"
	fi
	kill -0 "${lab_pid[protected]}" || lab_die "the resolver has ended"
}

passed=0
failed=0
mail_start
[ $# -gt 0 ] || mapfile -t tests < <(sed -n 's/^test_\([a-z0-9_]*\)() {$/\1/p' "$0")
for test in "${@:-${tests[@]}}"; do
	run_test "$test"
done
echo "mail: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
