#!/bin/bash
# hard.sh - what must not harm the pin store: an import that is killed, that runs out
# of room or is one of several, and files that are very large.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
printf 'pins: "%s/pins.mdb"\nstate: "%s/state.mdb"\n' "$work" "$work" > pinbound.conf
export PINBOUND_CONF=$work/pinbound.conf
passed=0
failed=0

pinbound() {
	"$build/pinbound" "$@" 2>> said
}

# result NAME COMMAND...
result() {
	if "${@:2}"; then
		passed=$((passed + 1))
	else
		echo "FAIL $1: $(tail -n 3 said)"
		failed=$((failed + 1))
	fi
}

# A pin file of so many pins.
pins() {
	awk -v count="$1" 'BEGIN { for (i = 0; i < count; i++)
		printf "pin:\n name: d%d.example\n ns: ns1.dns-host.example\n", i }'
}

# The store is sound, and exports what is in the file.
is_as_in() {
	pinbound -q verify && pinbound export | cmp -s - "$1"
}

says() {
	grep -qF -- "$1" said
}

: > said
pinbound -q init
pinbound -q add kept.example --ns ns1.dns-host.example
pinbound export > before
pins 100000 > large

# It has all of the file in its transaction, and waits for more.
killed_while_it_reads() {
	mkfifo feed
	"$build/pinbound" import - < feed &
	local import=$!
	exec 3> feed
	cat large >&3
	kill -KILL $import
	wait $import 2> /dev/null
	exec 3>&-
	is_as_in before
}

# The kernel ends it within the commit, at this many KiB.
killed_while_it_writes() {
	local room
	for room in 64 200 1000 5000 12000; do
		(ulimit -f $room && ulimit -c 0 && pinbound -q import large) 2> /dev/null && return 1
		is_as_in before || return 1
	done
}

# The same as an error that it sees.
out_of_room() {
	(trap '' XFSZ && ulimit -f 1000 && pinbound -q import large) && return 1
	is_as_in before && says "pins.mdb: "
}

large_files() {
	pinbound -q import large && pinbound -q verify &&
		[ "$(pinbound export | grep -c '^pin:')" -eq 100001 ] &&
		pinbound export > all && pinbound -q import --replace all && is_as_in all &&
		pinbound -q undo && is_as_in before
}

# Each of these waits for the one before it; none is lost.
many_at_once() {
	local i import imports=()
	for i in 1 2 3 4 5 6 7 8; do
		printf 'pin:\n name: n%d.example\n ns: ns1.dns-host.example\n' $i |
			pinbound -q import - &
		imports+=($!)
	done
	for import in "${imports[@]}"; do
		wait "$import" || return 1
	done
	[ "$(pinbound list | grep -c '^n[1-8]\.example')" -eq 8 ] && pinbound -q verify
}

# One that does not end is named.
held() {
	local import code
	rm -f held
	mkfifo held
	"$build/pinbound" -q import - < held &
	import=$!
	exec 9> held
	while flock -n pins.mdb true; do
		kill -0 $import || return 1
		sleep 0.05
	done
	: > said
	pinbound -q add late.example --ns ns1.dns-host.example 9>&-
	code=$?
	kill $import
	exec 9>&-
	wait $import 2> /dev/null
	[ $code -eq 1 ] && says "process $import (pinbound) has been changing it" &&
		! pinbound -q show late.example
}

result "killed while it reads" killed_while_it_reads
result "killed while it writes" killed_while_it_writes
result "out of room" out_of_room
result "large files" large_files
result "many at once" many_at_once
result "held" held
echo "hard: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
