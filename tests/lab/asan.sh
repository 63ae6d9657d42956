#!/bin/bash
# asan.sh - runs what goes by real servers with programs that AddressSanitizer and UBSan
# watch (BUILD, UNBOUND_BUILD), and fails if they have anything to say.
#
# Usage: asan.sh [TEST...]
#
# With tests, those of the lab. Without any, all but those about memory, which have another
# hand on what is allocated, or measure it, and that in which a resolver is meant to be
# ended by a signal; then random sequences, mail and the guide. What is left
# unfreed at the end is an error, too, but not where Unbound is another user or in a
# chroot: to look for that, it would have to look at itself.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 1777 "$work" # the lab has other users
export UBSAN_OPTIONS="log_path=$work/report:print_stacktrace=1"
status=0

# watch LEAKS PROGRAM ARGUMENT...    (the stories about time load a clock before all else)
watch() {
	ASAN_OPTIONS="log_path=$work/report:detect_leaks=$1:verify_asan_link_order=0" \
		"$here/$2" "${@:3}" || status=1
}

if [ $# -gt 0 ]; then
	watch 1 run.sh "$@"
else
	LAB_EXCEPT='memory_.*|pins_cut_short|user.*|chroot_.*' watch 1 run.sh
	# shellcheck disable=SC2046
	watch 0 run.sh $(sed -n 's/^test_\(user\|chroot_\)\([a-z_]*\)().*/\1\2/p' "$here"/test-*.sh)
	watch 1 random.sh --jobs 2 --seconds 300
	watch 1 ../mail/run.sh
	watch 1 ../guide.sh
fi
for report in "$work"/report*; do
	[ -f "$report" ] || continue
	status=1
	cat "$report"
done
exit $status
