#!/bin/bash
# demo.sh - the story, told with real servers: a pinned domain, a hijack at the
# registrar, the MX refused. Each answer shown is checked against the story.
set -u
. "$(dirname "$0")/lab.sh"
lab_enter "$@"

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' good=$'\e[32m' bad=$'\e[31m' dim=$'\e[2m' plain=$'\e[0m'
else
	bold='' good='' bad='' dim='' plain=''
fi

chapter() {
	printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

say() {
	printf '%s\n' "$*" | fmt -w 76
}

shown() {
	printf '%s  $ %s%s\n' "$dim" "$1" "$plain"
}

# tells RESOLVER NAME TYPE COLOUR EXPECTED: asks, shows, and checks the answer.
tells() {
	local got
	got=$(ask "$1" "$2" "$3")
	printf '  %-10s %s %s? ' "$1" "$2" "$3"
	printf '%s%s%s\n' "$4" "$(told "$got")" "$plain"
	[ "$got" = "$5" ] || lab_die "that is not the story; it should be: $5"
}

# told "RCODE; DATA; EDE": as a sentence.
told() {
	local rcode data ede
	IFS=';' read -r rcode data ede <<< "$1"
	data=${data# }
	ede=${ede# }
	if [ -n "$data" ]; then
		echo "$data"
	else
		echo "$rcode${ede:+$(printf '\n%26sEDE %s' '' "$ede")}"
	fi
}

# warned TEXT: shows the newest line of the log about Pinbound, and checks it.
warned() {
	local line
	line=$(log_of protected | grep 'pinbound: ' | tail -n 1 | sed 's/.*\(pinbound: \)/\1/')
	echo "  log of the protected resolver:"
	fmt -w 72 <<< "$line" | sed "s/^/    /"
	[[ $line = *$1* ]] || lab_die "that is not the story; the log should say: $1"
}

change_mode() {
	shown "pinbound set example.com --mode $1"
	pinbound -q set example.com --mode "$1" || lab_die "the pin cannot be changed"
	shown "unbound-control reload"
	reload
}

true_mx="NOERROR; 10 mail.example.com.; "
evil_mx="NOERROR; 10 mx.evil.example.; "

chapter "A small internet"
say "A root, two registries (com. signed, example. not), a DNS provider and a" \
	"hijacker, each a Knot DNS server. Two Unbounds: stock, as everyone runs it," \
	"and protected, with Pinbound."
lab_start
shown "pinbound add example.com --mode refuse \\"
shown "    --ns ns1.dns-host.example --ns ns2.dns-host.example"
pinbound -q add example.com --mode refuse --ns ns1.dns-host.example \
	--ns ns2.dns-host.example || lab_die "the pin cannot be stored"
shown "unbound-control reload"
reload
shown "pinbound list"
pinbound list | sed 's/^/    /'

chapter "1. All is well"
tells stock example.com. MX "$good" "$true_mx"
tells protected example.com. MX "$good" "$true_mx"

chapter "2. The registrar's account is taken over"
say "The NS of example.com. now point to the hijacker, and its DS is gone, so that" \
	"DNSSEC has nothing to object."
shown "registrar hijack example.com."
registrar hijack example.com.
forget example.com
tells stock example.com. MX "$bad" "$evil_mx"
say "The stock resolver hands out the hijacker's MX: mail goes to him."
tells protected example.com. MX "$good" \
	"SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
say "The protected one refuses: mail waits in the queue."
warned 'deviation zone="example.com." reason="ns-unexpected" action="refused"'

chapter "3. The same pin in log mode"
say "For a trial, a pin only logs: the answer passes, and is warned of."
change_mode log
tells protected example.com. MX "$bad" "$evil_mx"
warned 'deviation zone="example.com." reason="ns-unexpected" action="logged"'
change_mode refuse

chapter "4. The domain is put on hold"
say "The registry takes the delegation away: NXDOMAIN. Mail would bounce at once."
shown "registrar hold example.com."
registrar hold example.com.
forget com
tells stock example.com. MX "$bad" "NXDOMAIN; ; "
tells protected example.com. MX "$good" \
	"SERVFAIL; ; 15 pinbound: delegation-gone example.com."
warned 'deviation zone="example.com." reason="delegation-gone" action="refused"'

chapter "5. The registrar puts it right"
shown "registrar restore example.com."
registrar restore example.com.
say "Within \"recheck\" (2 seconds here, a minute by default) the protected resolver" \
	"asks the parent again, and mail's MX is back."
sleep 2.1
forget com
tells stock example.com. MX "$good" "$true_mx"
tells protected example.com. MX "$good" "$true_mx"
warned 'restored zone="example.com."'

printf '\n%sThat is all: nothing is left running.%s\n' "$bold" "$plain"
