# shellcheck shell=sh
# directory.sh - to be sourced: a directory in memory for the files of the targets, which
# goes when the program does.
if [ -w /dev/shm ]; then below=/dev/shm; else below=/tmp; fi
FUZZ_DIRECTORY=$(mktemp -d "$below/pinbound-fuzz.XXXXXX")
export FUZZ_DIRECTORY
trap 'rm -rf "$FUZZ_DIRECTORY"' EXIT
trap 'exit 130' HUP INT TERM
