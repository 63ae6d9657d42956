#!/bin/bash
# asan.sh - runs lab tests with programs that AddressSanitizer and UBSan watch (BUILD,
# UNBOUND_BUILD), and fails if they have anything to say.
#
# Usage: asan.sh [TEST...]
#
# Without any, all but those about memory, which have another hand on what is allocated, or
# measure it, and that in which a resolver is meant to be ended by a signal. What is left
# unfreed at the end is an error, too, but not where Unbound is another user or in a
# chroot: to look for that, it would have to look at itself.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 1777 "$work" # the lab has other users
export UBSAN_OPTIONS="log_path=$work/report:print_stacktrace=1"

# run LEAKS TEST...    (the stories about time load a clock before all else)
run() {
	ASAN_OPTIONS="log_path=$work/report:detect_leaks=$1:verify_asan_link_order=0" \
		"$here/run.sh" "${@:2}"
}

status=0
if [ $# -gt 0 ]; then
	run 1 "$@" || status=1
else
	LAB_EXCEPT='memory_.*|pins_cut_short|user.*|chroot_.*' run 1 || status=1
	# shellcheck disable=SC2046
	run 0 $(sed -n 's/^test_\(user\|chroot_\)\([a-z_]*\)().*/\1\2/p' "$here"/test-*.sh) || status=1
fi
for report in "$work"/report*; do
	[ -f "$report" ] || continue
	status=1
	cat "$report"
done
exit $status
