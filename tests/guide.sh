#!/bin/bash
# guide.sh - runs each command of doc/guide.md, in order, where it would be run: on a mail
# server in the lab. Between them, what the lines "<!-- lab: ... -->" say happens.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lab/lab.sh"
. "$here/mail/mail.sh"
# shellcheck disable=SC2154 # what lab.sh sets
mail_enter "$@"

# The commands that the guide's blocks find, for this machine.
commands() {
	local bin=$lab_run/bin conf=$lab_run/postfix-protected/etc
	mkdir -p "$bin"
	cat > "$bin/pinbound" <<- END
		#!/bin/sh
		command=\$1
		case \$* in
		*--no-canary*) exit 64 ;; # whether it is on is what the guide asks
		check*) set -- "\$@" --resolv-conf "$lab_run/postfix-protected/resolv.conf" ;;
		esac
		case \$command in
		add | check | graph | accept) set -- "\$@" --root-hints "$lab_run/root.hints" ;;
		doctor) set -- "\$@" --offline --path "$bin:/usr/bin:/bin" ;;
		esac
		"$lab_build/pinbound" "\$@"
		code=\$?
		# What is wrong with this machine is no mistake of the guide.
		[ \$command != doctor ] || [ \$code -ge 64 ] || code=0
		exit \$code
	END
	printf '#!/bin/sh\nexec /usr/sbin/postqueue -c "%s" "$@"\n' "$conf" > "$bin/postqueue"
	printf '#!/bin/sh\nexec /usr/sbin/postconf -c "%s" "$@"\n' "$conf" > "$bin/postconf"
	printf '#!/bin/sh\nexec /usr/sbin/postfix -c "%s" "$@"\n' "$conf" > "$bin/postfix"
	chmod 755 "$bin"/*
}

mail_start
commands
mkdir -p "$lab_run/work" "$lab_run/blocks"
send protected bob@example.com
within 20 is_at right bob@example.com || lab_die "no mail"
# Blocks may set $old for each other.
awk -v dir="$lab_run/blocks" '
	/^ *```sh$/ { n++; file = sprintf("%s/%03d.sh", dir, n); inside = 1; next }
	/^ *```$/ { inside = 0; next }
	/^<!-- lab: / { n++; sub(/^<!-- lab: /, ""); sub(/ -->$/, ""); print > sprintf("%s/%03d.lab", dir, n); next }
	inside { print > file }' "$here/../doc/guide.md"
passed=0
failed=0
for block in "$lab_run"/blocks/*; do
	cp "$lab_run/postfix-protected/log" "$lab_run/mail.log"
	case $block in
	*.lab)
		# shellcheck source=/dev/null
		. "$block" > /dev/null
		continue
		;;
	esac
	if (cd "$lab_run/work" && touch kept && PATH=$lab_run/bin:$PATH LOG=$lab_run/mail.log \
		bash -eu -c '. ./kept; . "$1"; declare -p old >> kept 2> /dev/null || true' sh "$block") \
		> "$lab_run/said" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $(head -n 1 "$block"): $(tail -n 5 "$lab_run/said")"
	fi
done
# The first came, and the second was refused, waited, and came.
both_came() {
	[ "$(at right bob@example.com)" -eq 2 ]
}
within 20 both_came || { echo "FAIL the mail has not come"; failed=$((failed + 1)); }
[ "$(at wrong bob@example.com)" -eq 0 ] || { echo "FAIL the hijacker has it"; failed=$((failed + 1)); }
echo "guide: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 20 ]
