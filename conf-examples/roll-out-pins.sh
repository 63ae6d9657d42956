#!/bin/sh
# roll-out-pins.sh - one file of pins, kept in git, on several resolvers.
#
# Usage: roll-out-pins.sh [--yes] PINS HOST...
#
# Shows what would change on each host, asks once, and changes one host after the other.
# If one cannot say what would change, none is changed. It stops at the first that fails, or
# that does not enforce the change: those behind it keep their pins. Run "git commit"
# before, and roll the commit before out again to take it back; "pinbound undo" does that
# on one host.
set -eu
yes=no
[ "${1:-}" != --yes ] || { yes=yes; shift; }
[ $# -ge 2 ] || { sed -n 's/^# Usage: /usage: /p' "$0" >&2; exit 2; }
pins=$1
shift

for host; do
	echo "$host:"
	changes=$(ssh "$host" pinbound import --replace --dry-run - < "$pins") ||
		{ echo "$host: stopped here, and no host was changed" >&2; exit 1; }
	echo "$changes" | sed 's/^/  /'
done
if [ $yes = no ]; then
	printf 'change them? [y/N] ' >&2
	read -r answer
	[ "$answer" = y ] || exit 1
fi
for host; do
	echo "$host:"
	ssh "$host" pinbound import --replace - < "$pins" ||
		{ echo "$host: stopped here" >&2; exit 1; }
done
