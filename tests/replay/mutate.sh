#!/bin/bash
# mutate.sh - shows that each scenario fails without its defence: takes away one
# defence after the other (see the file "defences"), builds the module, and
# replays the scenarios that must fail then.
#
# Usage: mutate.sh [SCENARIO...]      (all of them, or the lines that name one of these)
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(cd "${BUILD:-$top/build}" && pwd)
unbound=$(cd "${UNBOUND_BUILD:-$build/unbound}" && pwd)
source=${UNBOUND_SRC:-$(cat "$build/unbound-src/source")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build_module() {
	make -s -C "$work" -j"$(nproc)" BUILD="$work/build" UNBOUND_BUILD="$unbound" UNBOUND_SRC="$source" \
		CFLAGS=-O0 "$work/build/pinbound" "$work/build/pinbound.so" > "$work/make.log" 2>&1
}

# Takes the defence out of the files. Fails if nothing was there to take.
take_away() {
	local file changed=no
	for file in $1; do
		sed -i "$2" "$work/$file"
		cmp -s "$work/$file" "$top/$file" || changed=yes
	done
	[ $changed = yes ]
}

put_back() {
	local file
	for file in $1; do
		cp "$top/$file" "$work/$file"
	done
}

# passes SCENARIO: a file here without its ending, or lab:TEST, or unit:PROGRAM.
passes() {
	local program
	export BUILD=$work/build UNBOUND_BUILD=$unbound
	case $1 in
	lab:*) timeout 180 "$here/../lab/run.sh" "${1#lab:}" ;; # it may hang, too
	unit:*)
		program=$BUILD/tests/test_${1#unit:}
		# One that does not compile shows nothing.
		! make -s -C "$work" BUILD="$BUILD" CFLAGS=-O0 "$program" || "$program"
		;;
	*) "$here/run.sh" "$here/$1.rpl" ;;
	esac
}

# wanted "SCENARIO...": is one of them among those that were asked for?
only=" $* "
wanted() {
	local scenario
	[ "$only" != "  " ] || return 0
	for scenario in $1; do
		[[ $only != *" $scenario "* ]] || return 0
	done
	return 1
}

complain() {
	echo "FAIL $*"
	failed=$((failed + 1))
}

cp -r "$top"/{Makefile,CHANGELOG.md,include,lib,cli,module,tests} "$work"
build_module || { tail "$work/make.log"; exit 1; }
passed=0
failed=0
while IFS='|' read -r files expression scenarios; do
	[[ $files = '#'* || -z $files ]] && continue
	wanted "$scenarios" || continue
	expression=${expression# }
	expression=${expression% }
	if ! take_away "$files" "$expression"; then
		complain "$files: there is nothing to take away by $expression"
	elif ! build_module; then
		tail -n 5 "$work/make.log"
		complain "$files: it does not compile after $expression"
	else
		for scenario in $scenarios; do
			if passes "$scenario" > "$work/log" 2>&1; then
				complain "$scenario passes without its defence: $expression"
			else
				echo "ok   $scenario fails without: $expression"
				passed=$((passed + 1))
			fi
		done
	fi
	put_back "$files"
done < "$here/defences"
echo "defences: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
