#!/bin/bash
# mutate.sh - shows that each scenario fails without its defence: takes away one
# defence after the other (see the file "defences"), builds the module, and
# has the scenarios run that must fail then.
#
# Usage: mutate.sh [SCENARIO...]      (all of them, or the lines that name one of these)
#
# DEFENCES_JOBS is how many are taken away at the same time, each in a copy of its own.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(cd "${BUILD:-$top/build}" && pwd)
unbound=$(cd "${UNBOUND_BUILD:-$build/unbound}" && pwd)
source=${UNBOUND_SRC:-$(cat "$build/unbound-src/source")}
work=$(mktemp -d)
chmod 755 "$work" # the lab's Unbound may be another user's
trap 'rm -rf "$work"' EXIT

build() {
	make -s -C "$work" -j"$(nproc)" BUILD="$work/build" UNBOUND_BUILD="$unbound" \
		UNBOUND_SRC="$source" CFLAGS=-O0 "$@" > "$work/make.log" 2>&1
}

build_module() {
	build "$work/build/pinbound" "$work/build/pinbound.so"
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

# passes SCENARIO: a file here without its ending, or unit:PROGRAM.
passes() {
	local program
	case $1 in
	unit:*)
		program=$BUILD/tests/test_${1#unit:}
		# One that does not compile shows nothing.
		! make -s -C "$work" BUILD="$BUILD" CFLAGS=-O0 "$program" || "$program"
		;;
	*) "$here/run.sh" "$here/$1.rpl" ;;
	esac
}

# lab TEST...: what becomes of each of them, all in one lab: "TEST ok", "TEST FAIL", or
# "TEST skip" if this Unbound lacks what it is about. One that does not start, even the
# second time, shows nothing: "TEST unstarted".
lab() {
	local said i
	for i in 1 2; do
		said=$(timeout $((90 + 15 * $#)) "$here/../lab/run.sh" "$@" 2>&1)
		! grep -q '^lab: it runs' <<< "$said" || break
	done
	awk -v tests="$*" '
		/^lab: it runs/ { runs = 1 }
		/^(ok|FAIL|skip) / { print $2, $1 }
		END {
			count = runs ? 0 : split(tests, test)
			for (i = 1; i <= count; i++)
				print test[i], "unstarted"
		}' <<< "$said"
}

# try SCENARIO...: likewise. A lab that does not come to an end of them has each tried
# in one of its own, where not to come to an end (it may hang, too) is to fail.
try() {
	local scenario said
	local labs=()
	for scenario; do
		case $scenario in
		lab:*) labs+=("${scenario#lab:}") ;;
		*) passes "$scenario" > "$work/log" 2>&1 && echo "$scenario ok" || echo "$scenario FAIL" ;;
		esac
	done
	[ ${#labs[@]} -gt 0 ] || return
	said=$(lab "${labs[@]}")
	for scenario in "${labs[@]}"; do
		if [ ${#labs[@]} -gt 1 ] && ! grep -q "^$scenario " <<< "$said"; then
			said+=$'\n'$(lab "$scenario")
		fi
		grep "^$scenario " <<< "$said" || echo "$scenario FAIL"
	done | sed 's/^/lab:/'
}

# What does not work at all fails everything, and shows nothing.
works() {
	[[ " $1 " = *" unpinned "* ]] || passes unpinned > "$work/log" 2>&1
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

# each_defence COMMAND: has it run for each line that is wanted, with the files, the
# expression and the scenarios, and the files put back behind it.
each_defence() {
	local files expression scenarios number=0
	while IFS='|' read -r files expression scenarios; do
		[[ $files = '#'* || -z $files ]] && continue
		wanted "$scenarios" || continue
		number=$((number + 1))
		# Of several workers, the first that comes to a line has it.
		[ -z "$claims" ] || mkdir "$claims/$number" 2> /dev/null || continue
		expression=${expression# }
		expression=${expression% }
		"$1" "$files" "$expression" "$scenarios" < /dev/null
		put_back "$files"
	done < "${DEFENCES:-$work/tests/replay/defences}"
}

# A line whose code has moved on is found in seconds, not when its turn comes. Each of
# its expressions is tried alone: what one of them leaves may be all of the defence.
is_there() {
	local one scenario lines=$'\n'
	for scenario in $3; do
		case $scenario in
		unit:*) [ -f "$work/tests/unit/test_${scenario#unit:}.c" ] ;;
		lab:*) grep -q "^test_${scenario#lab:}()" "$here"/../lab/*.sh ;;
		*) [ -f "$here/$scenario.rpl" ] ;;
		esac || complain "there is no $scenario, which $1 names"
	done
	while read -r one; do
		take_away "$1" "$one" || complain "$1: there is nothing to take away by $one"
		put_back "$1"
	done <<< "${2//; s\//${lines}s/}"
}

# judge EXPRESSION SCENARIO WHAT: what became of one without its defence. One that passed
# is tried once more, with more time, and if it fails then, that is told: hundreds of labs,
# on whatever machine this is, have one in which nothing came in time to be missed.
judge() {
	local what=$3 again=
	if [ "$what" = ok ]; then
		what=$(LAB_SECONDS=$((4 * LAB_SECONDS)) try "$2" < /dev/null | sed 's/.* //')
		again=' (the second time)'
	fi
	case $what in
	ok) complain "$2 passes without its defence: $1" ;;
	unstarted) complain "$2: the lab does not start without $1" ;;
	skip)
		echo "skip $2: this Unbound has not what it is about"
		skipped=$((skipped + 1))
		;;
	*)
		echo "ok   $2 fails without: $1$again"
		passed=$((passed + 1))
		;;
	esac
}

fails_without() {
	local scenario what
	take_away "$1" "$2"
	if ! build_module; then
		tail -n 5 "$work/make.log"
		complain "$1: it does not compile after $2"
	elif ! works "$3"; then
		complain "$1: nothing works after $2"
	else
		# shellcheck disable=SC2086
		while read -r scenario what; do
			judge "$2" "$scenario" "$what"
		done < <(try $3)
	fi
}

# One worker: its lines, one after the other.
take_each_away() {
	if ! build_module || ! build lab-programs; then
		tail "$work/make.log"
		exit 1
	fi
	export BUILD=$work/build UNBOUND_BUILD=$unbound LAB_SECONDS=${LAB_SECONDS:-4}
	each_defence fails_without
	echo "defences: $passed passed, $failed failed, $skipped skipped"
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
}

# All of them at once, and the sum of what they say at their ends. One that comes to no
# end says nothing.
share() {
	local i
	mkdir "$work/claims"
	for ((i = 0; i < jobs; i++)); do
		DEFENCES_CLAIMS=$work/claims "$0" "$@" 2>&1 | tee "$work/said.$i" |
			grep --line-buffered -v '^defences: ' &
	done
	wait
	awk -v jobs="$jobs" '
		/^defences: / { ended++; passed += $2; failed += $4; skipped += $6 }
		END {
			printf "defences: %d passed, %d failed, %d skipped\n", passed, failed, skipped
			exit ended < jobs || failed > 0 || passed == 0
		}' "$work"/said.*
}

cp -r "$top"/{Makefile,install.mk,CHANGELOG.md,include,lib,cli,module,tests} "$work"
jobs=${DEFENCES_JOBS:-1}
claims=${DEFENCES_CLAIMS:-}
passed=0
failed=0
skipped=0
if [ -n "$claims" ]; then
	take_each_away
	exit
fi
each_defence is_there
[ $failed -eq 0 ] || exit 1
share "$@"
