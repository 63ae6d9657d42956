#!/bin/bash
# run.sh - replays scenarios in Unbound's own tester: whole resolutions against
# scripted servers and a fake clock, with the module in front.
#
# Usage: run.sh [-v] [-m MODULE] [SCENARIO...]
#
# A scenario is a file of testbound(1)'s format that tells a story. What it needs
# and expects beyond that stands in comments at its top:
#
#   ;pins: LINE        a line of the pin file (several make up the file)
#   ;conf: LINE        a line of pinbound.conf
#   ;unbound: LINE     a line of the server: clause of unbound.conf
#   ;log: TEXT         one log line has exactly this (as many ;log: as lines)
#   ;no-log: TEXT      no log line has this
#   ;log-times: N TEXT that many log lines have it
#   ;ede: N TEXT       that many answers carry EDE 15 with this text
#   ;asked: N ADDRESS  the server there was asked so many times, answered or not
#   ;qmin: yes|no      only with QNAME minimisation on, or off (else both)
#
# A line "INCLUDE NAME" stands for the file parts/NAME.
#
# UNDER is a command under which the tester is run, such as valgrind with its options.
#
# Every scenario runs twice, with QNAME minimisation and without.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
build=$(cd "$build" && pwd)
module=$build/pinbound.so
testbound=${UNBOUND_BUILD:-$build/unbound}/testbound
verbose=no
while getopts vm: option; do
	case $option in
	v) verbose=yes ;;
	m) module=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- "$here"/*.rpl

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# directive FILE NAME: what stands behind each ";NAME:" at the top.
directive() {
	sed -n "s/^;$2: \{0,1\}//p" "$1"
}

# assemble FILE QMIN: the scenario as testbound reads it.
assemble() {
	awk -v parts="$here/parts/" -v qmin="$2" -v module="$module" '
		function include(name,    line, words) {
			while ((getline line < (parts name)) > 0)
				if (split(line, words) == 2 && words[1] == "INCLUDE")
					include(words[2])
				else
					print line
			close(parts name)
		}
		/^INCLUDE / { include($2); next }
		/^;unbound:/ { sub(/^;unbound: ?/, ""); extra = extra "\t" $0 "\n"; next }
		/^CONFIG_END/ {
			print "server:"
			print "\tqname-minimisation: " qmin
			printf "%s", extra
			if (extra !~ /module-config/)
				print "\tmodule-config: \"dynlib validator iterator\""
			print "dynlib:"
			print "\tdynlib-file: \"" module "\""
		}
		{ print }' "$1"
}

complain() {
	echo "    $*"
	fine=no
}

# count TEXT: the lines of the log that have it.
count() {
	grep -cF -- "$1" "$work/log"
}

check_log() {
	local text times
	while IFS= read -r text; do
		[ "$(count "$text")" -eq 1 ] ||
			complain "expected once in the log, is there $(count "$text") times: $text"
	done < <(directive "$1" log)
	while IFS= read -r text; do
		[ "$(count "$text")" -eq 0 ] || complain "not expected in the log: $text"
	done < <(directive "$1" no-log)
	while read -r times text; do
		[ "$(count "$text")" -eq "$times" ] ||
			complain "expected $times times in the log, is there $(count "$text") times: $text"
	done < <(directive "$1" log-times)
}

check_ede() {
	local times text hex found
	while read -r times text; do
		hex=$(printf '%s' "$text" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F)
		# Older testers print it in hex, newer ones as text.
		found=$(($(grep -c "; EDE: 000F$hex\b" "$work/log") +
			$(grep -cF "; EDE: Blocked \"$text\"" "$work/log")))
		[ "$found" -eq "$times" ] ||
			complain "expected $times answers with EDE 15 \"$text\", found $found"
	done < <(directive "$1" ede)
}

check_asked() {
	local times address found
	while read -r times address; do
		# Queries that a script answered, and those that nothing answered.
		found=$(grep -cE "(matched ip|pending to) $address port 53" "$work/log")
		[ "$found" -eq "$times" ] ||
			complain "$address was asked $found times, expected $times"
	done < <(directive "$1" asked)
}

replay() {
	local file=$1 qmin=$2
	local name
	name="$(basename "$file" .rpl) (QNAME minimisation $qmin)"
	rm -f "$work"/pins.mdb*
	{
		echo "pins: \"$work/pins.mdb\""
		echo "state: \"$work/state.mdb\""
		directive "$file" conf
	} > "$work/pinbound.conf"
	export PINBOUND_CONF=$work/pinbound.conf
	directive "$file" pins > "$work/pins"
	fine=yes
	if ! { "$build/pinbound" -q init && "$build/pinbound" -q import "$work/pins"; } \
		> "$work/setup" 2>&1; then
		complain "the pins cannot be stored: $(cat "$work/setup")"
	fi
	assemble "$file" "$qmin" > "$work/scenario.rpl"
	# shellcheck disable=SC2086
	${UNDER:-} "$testbound" -p "$work/scenario.rpl" > "$work/log" 2>&1 ||
		complain "testbound: $(grep -E 'error:|fatal' "$work/log" | tail -n 2 | tr '\n' ' ')"
	check_log "$file"
	check_ede "$file"
	check_asked "$file"
	if [ $fine = yes ]; then
		passed=$((passed + 1))
		echo "ok   $name"
	else
		failed=$((failed + 1))
		echo "FAIL $name"
		[ $verbose = no ] || cat "$work/log"
	fi
}

for file; do
	for qmin in yes no; do
		only=$(directive "$file" qmin)
		[ "${only:-$qmin}" != $qmin ] || replay "$file" $qmin
	done
done
echo "replay: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
