#!/bin/bash
# demo.sh - the story as the mail server lives it: the same message, with a resolver that
# believes the registry and with one that has Pinbound. What is shown is checked.
set -u
# shellcheck disable=SC2154 # what lab.sh sets
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lab/lab.sh"
. "$here/mail.sh"
mail_enter "$@"

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

# arrives WHICH RCPT LISTENER COLOUR WORDS
arrives() {
	send "$1" "$2"
	within 20 is_at "$3" "$2" || lab_die "that is not the story: $(mail_log "$1" | tail -n 3)"
	printf '  %-10s %s%s%s\n' "$1" "$4" "$5" "$plain"
}

# waiting RCPT: in the queue of the protected one, with the reason.
waiting() {
	send protected "$1"
	within 20 waits_for protected "$1" "try again" ||
		lab_die "that is not the story: $(mail_log protected | tail -n 3)"
	printf '  %-10s %sit waits in the queue%s:\n' protected "$good" "$plain"
	waits protected "$1" | fmt -w 64 | sed "s/^/             $dim/; s/\$/$plain/"
}

comes_after() {
	registrar restore example.com.
	forget com
	sleep 2.2 # recheck
	flush protected
	within 20 is_at right "$1" || lab_die "that is not the story: $(mail_log protected | tail -n 3)"
	printf '  %s$ postqueue -f%s\n  %-10s %sdelivered to mail.example.com%s\n' "$dim" "$plain" \
		protected "$good" "$plain"
}

say "Two mail servers write to bob@example.com. Both are Postfix; one asks an Unbound as" \
	"everybody runs it, the other one with Pinbound. Starting them all ..."
mail_start
printf 'pin:\n name: example.com\n ns: ns1.dns-host.example\n ns: ns2.dns-host.example\n' | pins

chapter "All is well"
arrives stock bob1@example.com right "$good" "delivered to mail.example.com"
arrives protected bob2@example.com right "$good" "delivered to mail.example.com"

chapter "Somebody gets into the account at the registrar"
say "The registry now names his servers, and these name his MX."
registrar hijack example.com.
forget com
arrives stock bob3@example.com wrong "$bad" "delivered to mx.evil.example: the hijacker has the mail"
waiting bob4@example.com
[ "$(at wrong bob4@example.com)" -eq 0 ] || lab_die "the hijacker has it"
say "The account is won back:"
comes_after bob4@example.com

chapter "The registry puts the domain on hold"
registrar hold example.com.
forget com
send stock bob5@example.com
within 20 grep -q 'to=<bob5@example.com>.* status=bounced' "$lab_run/postfix-stock/log" ||
	lab_die "that is not the story: $(mail_log stock | tail -n 3)"
printf '  %-10s %sbounced: the sender gets it back%s\n' stock "$bad" "$plain"
waiting bob6@example.com
say "The hold is lifted:"
comes_after bob6@example.com
printf '\n'
