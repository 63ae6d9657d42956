#!/bin/bash
# malformed.sh - imports every malformed pin file of test_pinfile.c, one mistake
# each: refused with file, line and reason, and the store is what it was, octet for
# octet.
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

complain() {
	echo "FAIL $1: $2"
	failed=$((failed + 1))
}

"$build/tests/test_pinfile" "$work" || exit 1
"$build/pinbound" -q init &&
	"$build/pinbound" -q add example.org --ns ns1.host --mode refuse || exit 1
cp pins.mdb before
for file in [0-9]*.pins; do
	for options in "" "--replace" "--dry-run"; do
		# shellcheck disable=SC2086
		"$build/pinbound" import $options "$file" > out 2> said
		code=$?
		expected="pinbound: $file:$(cat "${file%.pins}.says")"
		if [ $code -ne 1 ]; then
			complain "$file" "import $options ended with $code"
		elif { [ -s out ] && [ "$options" != --dry-run ]; } || ! grep -qF -- "$expected" said; then
			complain "$file" "expected \"$expected\", said \"$(cat out said)\""
		elif ! cmp -s before pins.mdb; then
			complain "$file" "the store is not what it was"
		else
			passed=$((passed + 1))
		fi
	done
done
echo "malformed pin files: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -ge 180 ]
