#!/bin/bash
# soak.sh - everything at once, for long: questions as fast as they are answered, hijacks
# and restores every few seconds, eight writers of pins, a reload every minute.
#
# Usage: soak.sh [MINUTES]      (30; may be a fraction)
#
# Every answer is classified: none may be the hijacker's, or lack data that is there, none
# about a name that is not pinned may be refused, nearly none be missing or failed, and the
# hijacker must not have been asked. The resident memory is
# sampled; its median in the last quarter of the time may be a twentieth above the one in
# the second. With SOAK_OUT=DIRECTORY the samples and a plot of them are left there.
set -u
# A delegation is read again within each hijack, and between two: both last longer.
export LAB_TTL=2
# shellcheck disable=SC2154 # what lab.sh sets
. "$(dirname "$0")/lab.sh"
lab_enter "$@"

seconds=$(awk -v minutes="${1:-30}" 'BEGIN { print int(minutes * 60) }')
failed=no

complain() {
	echo "    $*"
	failed=yes
}

questions() {
	local i
	for i in {1..200}; do
		printf 'n%d.example.com A pinned none\nn%d.partner.example A pinned none\n' "$i" "$i"
		printf 'n%d.shop.com A open none\nn%d.alias.com A open none\n' "$i" "$i"
		((i % 10)) || printf '%s pinned data\n' 'example.com MX' 'mail.example.com A' \
			'partner.example MX'
		((i % 10)) || printf 'shop.com MX open data\nalias.com MX open none\n'
	done | shuf
}

hijack_and_restore() {
	registrar hijack "$1" && sleep $((lab_ttl + 1 + RANDOM % 3)) &&
		registrar restore "$1" && sleep $((lab_ttl + 1 + RANDOM % 3))
}

# Each has a pin of its own, which is there or not, as it has been told.
write_pins() {
	local name=w$1.example
	pinbound -q add "$name" --ns ns1.dns-host.example &&
		pinbound -q set "$name" --note "$RANDOM" &&
		pinbound -q remove "$name" && sleep 0.5
}

# Each minute, or four times in all.
reload_often() {
	sleep $((seconds / 4 < 60 ? seconds / 4 : 60))
	unbound_control "$1" reload && echo reloaded >> "$lab_run/reloads.$1"
}

# sample RESOLVER BEGIN: its resident memory, in KiB, behind the seconds since then.
sample() {
	echo "$((SECONDS - $2)) $(resident "$1")" >> "$lab_run/memory.$1"
	sleep 1
}

# quarter N: the median of the samples in that quarter of the time.
quarter() {
	awk -v n="$1" -v all="$seconds" '$1 >= all * (n - 1) / 4 && $1 < all * n / 4 { print $2 }' \
		"$lab_run/memory.protected" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

check_memory() {
	local before after
	before=$(quarter 2)
	after=$(quarter 4)
	echo "resident memory: $before KiB in the second quarter, $after in the last"
	[ "$after" -le $((before + before / 20)) ] || complain "it has grown"
}

keep() {
	mkdir -p "$SOAK_OUT" && cp "$lab_run/memory.protected" "$SOAK_OUT/memory.txt"
	gnuplot <<- END
		set terminal svg size 800,400
		set output "$SOAK_OUT/memory.svg"
		set xlabel "seconds"
		set ylabel "resident memory, MiB"
		set yrange [0:*]
		plot "$SOAK_OUT/memory.txt" using 1:(\$2/1024) with lines notitle
	END
}

# flood RESOLVER SECONDS: a line of the table for each kind of name.
flood() {
	"$lab_build/tests/lab-flood" "$(resolver_address "$1")" "$2" 100 < "$lab_run/questions" \
		> "$lab_run/flood.$1" || [ "$1" = stock ] ||
		complain "an answer is wrong"
	awk -v resolver="$1" '$2 != "good" { print "    " resolver, $0; next }
	{
		printf "%-9s %-6s", resolver, $1
		for (i = 3; i <= 11; i += 2)
			printf " %9s", $i
		for (i = 13; i <= NF; i += 2)
			printf i == 15 ? "" : " %6.1f", $i / 1000
		print ""
	}' "$lab_run/flood.$1"
}

# Those that go on until the end: what had ended before has failed, or the time is over.
end_others() {
	local pid
	for pid; do
		kill "$pid" 2> /dev/null
		wait "$pid"
		[[ $? = @(0|143) ]] || complain "a reload, or a look at its memory, has failed"
	done
}

# check_flood RESOLVER: none is lost, and none fails, as a rule. But a reload may drop what
# is under way, a hundred questions, and on a machine with too much to do a server seems
# not to answer. So of each kind a twentieth may be lost, and another fail: in half a
# minute, with its four reloads, that is enough if three hundred a second are answered, a
# tenth of what two busy processors do.
check_flood() {
	awk '$2 == "good" {
		all = $3 + $5 + $7 + $9 + $11
		if (all == 0 || $7 > all / 20 || $11 > all / 20)
			exit 1
	}' "$lab_run/flood.$1" || complain "$1: too many answers are missing, or have failed"
	[ -s "$lab_run/reloads.$1" ] || complain "$1: it was never reloaded"
}

# soak RESOLVER SECONDS: the questions, with all that happens meanwhile.
soak() {
	local deadline=$((SECONDS + $2)) i zone changes=() others=()
	for ((i = 1; i <= 8; i++)); do
		until_then write_pins $i &
		changes+=($!)
	done
	for zone in example.com. partner.example.; do
		until_then hijack_and_restore $zone &
		changes+=($!)
	done
	until_then reload_often "$1" &
	others+=($!)
	until_then sample "$1" $SECONDS &
	others+=($!)
	flood "$1" "$2"
	for i in "${!changes[@]}"; do
		wait "${changes[i]}" || complain "a writer or the registrar ($((i + 1))) has failed"
	done
	end_others "${others[@]}"
}

lab_start
for name in example.com partner.example; do
	printf 'pin:\n name: %s\n ns: ns1.dns-host.example\n ns: ns2.dns-host.example\n' $name
done | pins
questions > "$lab_run/questions"
asked=$(queries hijacker)
printf '%-16s %9s %9s %9s %9s %9s %6s %6s %6s %6s\n' "" good refused failed hijacked lost \
	p50 p99 p99.9 "max ms"
soak protected "$seconds"
asked=$(($(queries hijacker) - asked))
[ "$asked" -eq 0 ] || complain "the hijacker was asked $asked times"
grep -q '^open .* refused 0 .* hijacked 0 ' "$lab_run/flood.protected" ||
	complain "names without a pin were refused, or hijacked"
grep -q '^pinned good [1-9].* refused [1-9]' "$lab_run/flood.protected" ||
	complain "nothing was answered, or nothing was refused"
check_flood protected
kill -0 "${lab_pid[protected]}" || complain "the resolver has ended"
[ "$(pinbound list --json | grep -c '"name":')" -eq 2 ] || complain "a writer's pin is left"

# What the same costs without Pinbound, in a tenth of the time; and is there a hijack that
# Pinbound has been tried with?
soak stock $((seconds / 10 < 20 ? 20 : seconds / 10))
grep -q '^pinned .* hijacked [1-9]' "$lab_run/flood.stock" || complain "nothing was hijacked at all"
check_memory
[ -z "${SOAK_OUT:-}" ] || keep
if [ $failed = yes ]; then
	echo "soak: failed"
	exit 1
fi
echo "soak: passed"
