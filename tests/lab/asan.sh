#!/bin/bash
# asan.sh - runs lab tests with programs that AddressSanitizer and UBSan watch (BUILD,
# UNBOUND_BUILD), and fails if they have anything to say.
#
# Usage: asan.sh [TEST...]
#
# Without any, all but those about memory: they have another hand on what is allocated,
# or measure it. What is not freed at the end is not looked for: see "make cli-tests".
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 1777 "$work" # the lab has other users
export ASAN_OPTIONS="log_path=$work/report:detect_leaks=0"
export UBSAN_OPTIONS="log_path=$work/report:print_stacktrace=1"
LAB_EXCEPT='memory_.*' "$here/run.sh" "$@"
status=$?
for report in "$work"/report*; do
	[ -f "$report" ] || continue
	status=1
	cat "$report"
done
exit $status
