#!/bin/bash
# run.sh - what must not harm: memory that runs out, disks that fail, kill -9,
# power that fails, bits that flip.
#
# Usage: run.sh [quick] [TEST...]
#
# Each test is said with what it did and found. How much of each, as variables:
#
#   FAULTS_SHARE      of the allocations and writes of the command, one in so many fails
#                     (1: all)
#   FAULTS_MODULE     the same for the allocations of the module
#   FAULTS_STATE      the same for its writes
#   FAULTS_KILLS      how many commands are killed (1000)
#   FAULTS_CHANGES    in how many changes the power fails, everywhere within (60)
#   FAULTS_FLIPS      how many bits are flipped (10000)
#
# "quick" is less of each.
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" = quick ]; then
	shift
	: "${FAULTS_SHARE:=40}" "${FAULTS_MODULE:=60}" "${FAULTS_STATE:=20}" \
		"${FAULTS_KILLS:=20}" "${FAULTS_CHANGES:=3}" "${FAULTS_FLIPS:=150}"
fi
: "${FAULTS_SHARE:=1}" "${FAULTS_MODULE:=1}" "${FAULTS_STATE:=1}" "${FAULTS_KILLS:=1000}" \
	"${FAULTS_CHANGES:=60}" "${FAULTS_FLIPS:=10000}"
[ $# -gt 0 ] || set -- alloc module disk state kill power flips
failed=0

# What is written to a disk is not what is tested here, and takes its time.
[ -n "${TMPDIR:-}" ] || [ ! -w /dev/shm ] || export TMPDIR=/dev/shm

for test; do
	case $test in
	alloc) "$here/alloc.py" "$FAULTS_SHARE" ;;
	module) "$here/module.py" "$FAULTS_MODULE" ;;
	disk) "$here/disk.py" "$FAULTS_SHARE" ;;
	state) "$here/state.py" "$FAULTS_STATE" ;;
	kill) "$here/kill.py" "$FAULTS_KILLS" ;;
	power)
		"$here/power.py" "$FAULTS_CHANGES" && FAULT_NOSYNC=yes "$here/power.py" 3
		;;
	flips) "$here/flips.sh" "$FAULTS_FLIPS" ;;
	*)
		echo "run.sh: there is no test \"$test\"" >&2
		exit 2
		;;
	esac || {
		echo "FAIL $test"
		failed=$((failed + 1))
	}
done
echo "faults: $(($# - failed)) tests passed, $failed failed"
[ $failed -eq 0 ]
