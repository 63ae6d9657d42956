# shellcheck shell=bash disable=SC2154
# test-memory.sh - "add", "check" and "graph", which ask servers, while an allocation
# fails: the first, then the second, and so on; and again with all behind it. To be
# sourced by run.sh, behind test-graph.sh.
#
#   LAB_MEMORY   of these allocations, one in so many fails (200)

# memory_run N FURTHER COMMAND...: with the N-th failing. What it writes is in
# "$lab_run/said" and "$lab_run/errors"; where it failed, in "$lab_run/hit".
memory_run() {
	local further=()
	[ -z "$2" ] || further=(FAULT_ON=yes)
	rm -f "$lab_run/hit"
	{ timeout -k 1 60 env LD_PRELOAD="$lab_build/tests/fault-alloc.so" FAULT_AT="$1" \
		FAULT_HIT="$lab_run/hit" "${further[@]}" "$lab_build/pinbound" "${@:3}" --root-hints "$lab_run/root.hints" --rate 0 \
		> "$lab_run/said" 2> "$lab_run/errors" < /dev/null; } 2> /dev/null # bash's own word
	memory_got=$?
}

# Within ldns and getpwuid() a lack of memory may end the process.
memory_excused() {
	[ "$memory_got" -ge 128 ] && "$lab_here/../faults/fragile.py" "$lab_run/hit" > /dev/null
}

# memory_fails RIGHT COMMAND...: RIGHT is a function that says what is wrong with how it
# ended, which it finds in memory_got; without a fault, it ends with 0 or as it should.
memory_fails() {
	local right=$1 share=${LAB_MEMORY:-200} further number tried=0 wrong
	shift
	memory_run 0 '' "$@"
	cp "$lab_run/said" "$lab_run/reference"
	wrong=$($right) || complain "$* without a fault: $wrong"
	for further in '' yes; do
		number=$((RANDOM % share + 1))
		while memory_run "$number" "$further" "$@"; [ -e "$lab_run/hit" ]; do
			tried=$((tried + 1))
			memory_excused || wrong=$(
				[ "$memory_got" -lt 124 ] || echo "ended by itself or a signal: $memory_got"
				$right
			)
			[ -z "$wrong" ] || complain "$*, allocation $number$further: $wrong; exit code \
$memory_got, said $(head -c 400 "$lab_run/said" "$lab_run/errors") $(sed '1,/^signal$/d' "$lab_run/hit" | grep -v 'libc\.so' | head -n 8)"
			wrong=
			number=$((number + RANDOM % (2 * share - 1) + 1))
		done
	done
	[ $tried -gt 0 ] || complain "$*: no allocation failed"
	echo "    $tried allocations of: pinbound $*"
}

# Without when, how long it took, and how often it had to ask again.
memory_plain() {
	sed 's/ | .*//; /"time":/d; /"milliseconds":/d; /"queries":/d' "$lab_run/$1"
}

memory_same() {
	cmp -s <(memory_plain reference) <(memory_plain said) ||
		echo "it says something else than without a fault"
}

memory_says_why() {
	[ -s "$lab_run/errors" ] || [ -s "$lab_run/said" ] || echo "it does not say why"
}

# Of a zone that is as pinned: OK, or that it could not be asked.
memory_of_good() {
	case $memory_got in
	0) memory_same ;;
	3 | 1) memory_says_why ;;
	*) [ "$memory_got" -ge 124 ] || echo "an alarm" ;;
	esac
}

# Of one that is not: an alarm, or that it could not be asked.
memory_of_bad() {
	case $memory_got in
	2 | 3) memory_says_why ;;
	1) [ "$number" -le 2 ] || echo "a warning only" ;; # it does not know yet what to do
	0) echo "OK" ;;
	esac
}

test_memory_check() {
	check_example
	memory_fails memory_of_good check --no-canary
	memory_fails memory_of_good check --no-canary --format json
	registrar hijack example.com.
	memory_fails memory_of_bad check --no-canary
	registrar restore example.com.
}

# What is pinned is what was seen, or nothing.
memory_of_add() {
	local now
	now=$(pinbound export | sed '/^#/d')
	echo '# pinbound-pins 1' | pinbound -q import --replace -
	case $memory_got in
	0)
		[ -e "$lab_run/hit" ] || echo "$now" > "$lab_run/added"
		[ "$now" = "$(cat "$lab_run/added")" ] || echo "pinned is $now"
		;;
	*)
		[ -z "$now" ] || [ "$now" = "$(cat "$lab_run/added")" ] || echo "pinned is $now"
		memory_says_why
		;;
	esac
}

memory_of_refused() {
	[ "$memory_got" -ne 0 ] || echo "done"
	memory_says_why
	[ -z "$(pinbound export | sed '/^#/d')" ] || echo "it was pinned"
}

test_memory_add() {
	pins < /dev/null
	memory_fails memory_of_add add example.com --mx --addresses --yes
	pins < /dev/null
	# One of two servers of com. is the hijacker's.
	registrar hijack example.com. com-b
	memory_fails memory_of_refused add example.com --yes
	registrar restore example.com.
}

memory_of_graph() {
	[ "$memory_got" -ne 0 ] || memory_same
	[ "$memory_got" -eq 0 ] || memory_says_why
}

test_memory_graph() {
	graph_begin
	memory_fails memory_of_graph graph firm.com
	graph_end
}
