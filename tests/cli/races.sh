#!/bin/bash
# races.sh - commands at the same time, and links that somebody has put in their way.
#
# Usage: races.sh
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd)
export PATH=$build:$PATH LC_ALL=C.UTF-8 NO_COLOR=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
store=$work/store
export PINBOUND_CONF=$work/pinbound.conf
printf 'pins: "%s/pins.mdb"\nstate: "%s/state.mdb"\n' "$store" "$store" > "$PINBOUND_CONF"
passed=0
failed=0

complain() {
	echo "    $*"
	fine=no
}

# at_once NUMBER COMMAND...: so many of it, each with its own number behind. What they said
# is in "$work"/said.*, and how many ended with 0 in done_well.
at_once() {
	local i pids=()
	done_well=0
	for ((i = 1; i <= $1; i++)); do
		"${@:2}" $i > "$work/said.$i" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" && done_well=$((done_well + 1))
	done
}

make_store() {
	pinbound init
}

# One of them makes the stores; the others say that they are there. All are whole.
test_init() {
	local round
	for ((round = 0; round < 20; round++)); do
		rm -rf "$store"
		at_once 8 make_store
		[ $done_well -eq 1 ] || complain "$done_well of 8 have made it: $(cat "$work"/said.*)"
		[ "$(cat "$work"/said.* | grep -c 'it exists already')" -eq 7 ] ||
			complain "they say: $(cat "$work"/said.*)"
		pinbound -q verify || complain "the store is not sound"
		[ "$(ls "$store")" = $'pins.mdb\npins.mdb-lock\nstate.mdb\nstate.mdb-lock' ] ||
			complain "there is $(ls "$store")"
	done
}

take() {
	pinbound import --replace "$work/pins.$1"
}

# Each of them is stored, one after the other: the last one is there, whole, and the
# others can be had back.
test_import() {
	local i round
	rm -rf "$store"
	pinbound -q init
	for i in {1..6}; do
		printf 'pin:\n    name: %s.example\n    ns: ns'"$i"'.dns-host.example\n' {a..z} > "$work/pins.$i"
	done
	for round in {1..5}; do
		at_once 6 take
		[ "$done_well" -eq 6 ] || complain "$done_well of 6 are stored: $(cat "$work"/said.*)"
		[ "$(pinbound export | grep '^    ns' | sort | uniq -c | awk '{ print $1 }')" = 26 ] ||
			complain "after $round rounds, the pins are of several files"
	done
	for i in {1..5}; do
		pinbound -q undo || complain "the change before cannot be had back"
		[ "$(pinbound export | grep '^    ns' | sort | uniq -c | awk '{ print $1 }')" = 26 ] ||
			complain "undone $i times, the pins are of several files"
	done
	pinbound -q verify || complain "the store is not sound"
}

report() {
	pinbound check --output "$work/report" "none$1.example" || [ $? -eq 3 ]
}

# Each of them writes all of its report, and leaves nothing else.
test_output() {
	local round
	rm -rf "$store"
	pinbound -q init
	for ((round = 0; round < 20; round++)); do
		at_once 8 report
		[ "$done_well: $(cat "$work"/said.*)" = "8: " ] ||
			complain "$done_well of 8 are written: $(cat "$work"/said.*)"
		grep -qxE 'PINBOUND UNKNOWN: none[1-8].example is not pinned' "$work/report" ||
			complain "the report is: $(cat "$work/report")"
		[ "$(echo "$work"/report*)" = "$work/report" ] ||
			complain "there is $(echo "$work"/report*)"
	done
}

# A link where a file is going to be made leads nowhere.
test_links() {
	local name
	rm -rf "$store"
	mkdir "$store"
	for name in pins.mdb pins.mdb-lock state.mdb state.mdb-lock pins.mdb.new; do
		echo mine > "$work/mine"
		ln -s "$work/mine" "$store/$name"
		pinbound -q init > "$work/said" 2>&1
		[ "$(cat "$work/mine")" = mine ] || complain "init has followed $name"
		rm -rf "${store:?}"/*
	done
	rm -rf "$store"
	pinbound -q init
	printf 'pin:\n    name: a.example\n    ns: ns.b.example\n' | pinbound -q import -
	ln -s "$work/mine" "$work/out"
	printf '. NS a.root.example.\na.root.example. A 127.0.0.1\n' > "$work/hints"
	pinbound check --root-hints "$work/hints" --no-canary --output "$work/out" a.example \
		> "$work/said" 2>&1
	[ "$(cat "$work/mine")" = mine ] || complain "check has followed out"
	if [ ! -s "$work/out" ] || [ -L "$work/out" ]; then
		complain "check has written $(ls -l "$work/out")"
	fi
}

for name in init import output links; do
	fine=yes
	test_$name
	if [ $fine = yes ]; then
		passed=$((passed + 1))
		echo "ok   $name"
	else
		failed=$((failed + 1))
		echo "FAIL $name"
	fi
done
echo "races: $passed passed, $failed failed"
[ $failed -eq 0 ]
