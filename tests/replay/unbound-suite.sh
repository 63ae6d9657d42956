#!/bin/bash
# unbound-suite.sh - replays every scenario of Unbound's own source tree, without
# the module and with it in front, and a store of pins that they have nothing to do
# with. What passes without it must pass with it.
#
# Usage: unbound-suite.sh [SCENARIO...]
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd)
unbound=$(cd "${UNBOUND_BUILD:-$build/unbound}" && pwd)
source=$(cd "${UNBOUND_SRC:-$(cat "$build/unbound-src/source")}" && pwd)
export testbound=$unbound/testbound module=$build/pinbound.so

# with_module FILE: the scenario with the module in front. It comes behind dns64.
with_module() {
	awk -v module="$module" '
		/^[ \t]*module-config:/ {
			found = 1
			if (sub(/"dns64 /, "\"dns64 dynlib ") == 0)
				sub(/"/, "\"dynlib ")
		}
		/^CONFIG_END/ {
			if (!found)
				print "server:\n\tmodule-config: \"dynlib validator iterator\""
			print "dynlib:\n\tdynlib-file: \"" module "\""
		}
		{ print }' "$1"
}

# replay FILE: says "ok", "FAIL", or "skip" for what fails without the module.
replay() {
	local name
	name=$(basename "$1")
	if ! "$testbound" -p "$1" > "$work/$name.without" 2>&1; then
		echo "skip $name fails without the module"
	elif with_module "$1" > "$work/$name" &&
		! "$testbound" -p "$work/$name" > "$work/$name.with" 2>&1; then
		echo "FAIL $name passes only without the module"
		tail -n 3 "$work/$name.with"
	elif ! grep -q 'init module .: dynlib' "$work/$name.with" &&
		! grep -q 'verbosity: 0' "$1"; then
		echo "FAIL $name ran without the module"
	else
		echo "ok   $name"
	fi
	rm -f "$work/$name"*
}

# One pin for each of a thousand domains that no scenario knows.
pins() {
	local i
	echo "# pinbound-pins 1"
	for ((i = 0; i < 1000; i++)); do
		printf 'pin:\n    name: unrelated-%d.pinbound.test\n    mode: refuse\n' $i
		printf '    ns: ns1.pinbound.test\n    ns: ns2.pinbound.test\n'
	done
}

if [ "${1:-}" = --one ]; then
	replay "$2"
	exit
fi
[ $# -gt 0 ] || set -- "$source"/testdata/*.rpl
work=$(mktemp -d)
export work
trap 'rm -rf "$work"' EXIT
printf 'pins: "%s"\nstate: "%s"\n' "$work/pins.mdb" "$work/state.mdb" > "$work/pinbound.conf"
export PINBOUND_CONF=$work/pinbound.conf
pins > "$work/pins"
"$build/pinbound" -q init && "$build/pinbound" -q import "$work/pins" || exit 1
printf '%s\0' "$@" | xargs -0 -n 1 -P "$(nproc)" "$0" --one > "$work/results"
grep -A3 -E '^FAIL' "$work/results"
grep '^skip' "$work/results"
echo "unbound's own scenarios: $(grep -c '^ok' "$work/results") passed," \
	"$(grep -c '^FAIL' "$work/results") failed," \
	"$(grep -c '^skip' "$work/results") that fail anyway"
! grep -q '^FAIL' "$work/results" && grep -q '^ok' "$work/results"
