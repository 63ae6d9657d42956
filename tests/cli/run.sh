#!/bin/bash
# run.sh - runs the command as a user would, and compares what it says.
#
# Usage: run.sh [TEST...]
#
# A test is a file of commands and what they say:
#
#   $ pinbound list          a command, run by bash in an empty directory
#   | text                   what it writes, output and errors in one
#   = 1                      its exit code, if it is not 0
#
# Any other line is a comment. With ACCEPT=1 in the environment, what the command
# says becomes what is expected: read the change before you commit it.
#
# In what is compared, DIR stands for the directory, TIME for a time of now, USER
# for who runs it.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd)
export PATH=$build:$PATH LC_ALL=C.UTF-8 NO_COLOR=1
export TESTS=$here PROGRAMS=$build/tests TZ=UTC
[ $# -gt 0 ] || set -- "$here"/*.test
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

normal() {
	sed -E "s|$dir|DIR|g; s/\"when\": \"[^\"]*\"/\"when\": \"TIME\"/
		s/\"who\": \"[^\"]*\"/\"who\": \"USER\"/
		s/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z, by [^:]*:/TIME, by USER:/"
}

# Runs the commands of a test, and writes it again with what they really said.
replay() {
	local line command said code
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		'$ '*)
			command=${line#'$ '}
			printf '%s\n' "$line"
			said=$(eval "$command" 2>&1 < /dev/null)
			code=$?
			[ -z "$said" ] || printf '%s\n' "$said" | normal |
				sed 's/^/| /; s/ *$//'
			[ $code -eq 0 ] || printf '= %s\n' $code
			;;
		'|'* | '= '*) ;;
		*) printf '%s\n' "$line" ;;
		esac
	done
}

passed=0
failed=0
for test; do
	name=$(basename "$test" .test)
	dir=$work/$name
	mkdir "$dir"
	printf 'pins: "%s/store/pins.mdb"\nstate: "%s/store/state.mdb"\n' "$dir" "$dir" \
		> "$dir/pinbound.conf"
	export PINBOUND_CONF=$dir/pinbound.conf
	if (cd "$dir" && replay) < "$test" > "$work/said" && { [ -z "${ACCEPT:-}" ] || cp "$work/said" "$test"; diff -u "$test" "$work/said"; }; then
		echo "ok   $name"
		passed=$((passed + 1))
	else
		echo "FAIL $name"
		failed=$((failed + 1))
	fi
done
echo "cli: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
