#!/bin/bash
# random.sh - random sequences of what can happen, and what the resolver makes of it.
#
#   random.sh [--sequences N] [--seed S] [--only K] [--jobs J] [--seconds BUDGET]
#             [--without ACTION]... [-v]
#
# Each sequence is six actions out of: query, below (a query below a pinned name, or
# through an alias), hijack (or replace-ds, strip-ds, swap-ds, or the provider is
# broken into), partial (the same at one server of two), hold, restore, pin (a
# change of pins), reload, flush, load (unbound-control load_cache), time (passes).
# After it, everything is asked; then, after every second one, all is restored, and
# everything is asked again. The seed and its number make a sequence, so --only K
# repeats it.
#
# What is demanded (random-model.sh has it):
#
# Safety. While a pin in mode refuse is enforced, which is from when the command
# said so, an answer has data at or below the name only if some server of the
# registry, at some time since then, said what the pin says, and its data can be
# had through that. With the pin as it should be, no data of the hijacker (his
# addresses, his hosts, his SOA) is ever right; with a pin that says his servers,
# none of the legitimate provider. A DS set is right if the pin says so. A denial
# is right in the name of the zone itself, never of one above, which is a hold.
# Where no pin refuses, anything goes.
#
# Liveness. When no server of the registry deviates from the pin, nor has for
# recheck and one more second, the true answer must come, and no refusal. Until
# then: an answer from before may be in the cache (it was clean, so it may be
# given), a deviation is refused until recheck is over, and one that was restored
# is let through or not. What is not demanded:
#   - With a sign of the past that no pin is about (no pin, or mode log): the cache
#     may have the hijacker's data, and the validator what it calls bogus.
#   - The question for the DS set does not ask about a deviation of the delegation,
#     and may be refused until another has. So it may be asked a second time.
#   - What load_cache loaded, and reload_keep_cache kept, was not judged. The first
#     answer from it is refused as unverified, and it is asked again until it is right:
#     half a second later, or, while the machine is slow, up to five.
#   - A name below two pins needs both; and if the zone above was another's, the
#     zone below could not be seen.
# A change of the pin voids its verdict, a reload all of them: nothing to wait for.
#
# The stock resolver is asked the same. It must have been fooled.
set -u
here=$(cd "$(dirname "$0")" && pwd)
arguments=("$@")
sequences=200 seed=1 only='' jobs=4 seconds=0 verbose=no worker='' without=' '
while [ $# -gt 0 ]; do
	case $1 in
	-v) verbose=yes ;;
	--sequences | --seed | --only | --jobs | --seconds | --worker)
		declare "${1#--}=${2:?}"
		shift
		;;
	--without)
		without+="${2:?} "
		shift
		;;
	*)
		echo "random.sh: what is \"$1\"?" >&2
		exit 2
		;;
	esac
	shift
done

# Fewer than that say nothing, whatever the time.
minimum=$((sequences / 10 > 0 ? sequences / 10 : 1))
[ -z "$only" ] || jobs=1 minimum=1

# --- many labs at once: most of the time is spent waiting -------------------

if [ -z "$worker" ]; then
	results=$(mktemp -d "${TMPDIR:-/tmp}/pinbound-random.XXXXXX")
	trap 'rm -rf "$results"' EXIT
	pids=()
	trap 'kill "${pids[@]}" 2> /dev/null; exit 130' INT TERM
	for ((i = 0; i < jobs; i++)); do
		"$0" "${arguments[@]}" --worker $i --jobs $jobs > "$results/$i" &
		pids+=($!)
	done
	crashed=0
	for pid in "${pids[@]}"; do
		wait "$pid" || crashed=$((crashed + 1))
	done
	grep -hv '^totals ' "$results"/*
	grep -h '^totals ' "$results"/* | awk -v wanted="$sequences" -v minimum="$minimum" \
		-v crashed="$crashed" -v only="$only" -v seed="$seed" '
		{ for (i = 2; i <= NF; i++) sum[i] += $i }
		END {
			printf "random: seed %d, %d sequences, %d questions, %d answers, ", seed, sum[2], sum[3], sum[4]
			printf "%d refusals (%d of them expected), %d had to be true; ", sum[5], sum[6], sum[7]
			printf "%d asked twice; the stock resolver was fooled %d times; %d failures\n", sum[8], sum[9], sum[10]
			if (only == "" && sum[2] < wanted)
				printf "random: the time was over after %d of %d sequences\n", sum[2], wanted
			if (sum[2] < minimum) { print "random: that is too few"; exit 1 }
			if (only == "" && sum[9] == 0) { print "random: the hijacks did not work"; exit 1 }
			if (crashed > 0) print "random: " crashed " labs ended badly"
			exit sum[10] > 0 || crashed > 0
		}'
	exit
fi

export LAB_TTL=2 LAB_NEGATIVE_TTL=2 LAB_RECHECK=1
# shellcheck source=tests/lab/lab.sh
. "$here/lab.sh"
# shellcheck source=tests/lab/random-model.sh
. "$here/random-model.sh"
# shellcheck source=tests/lab/random-actions.sh
. "$here/random-actions.sh"
lab_enter "${arguments[@]}"

# --- chance -----------------------------------------------------------------

# draw N: sets drawn to one of 0 to N - 1.
draw() {
	random=$(((random * 1103515245 + 12345) & 0x7fffffff))
	drawn=$(((random >> 12) % $1))
}

# pick WORD...: sets picked to one of them.
pick() {
	draw $#
	picked=${*:drawn+1:1}
}

# --- questions --------------------------------------------------------------

# put RESOLVER: the question in qname, qtype, flag. Sets rcode, answers, soa, ede.
put() {
	local line
	echo "$(resolver_address "$1") $qname $qtype $flag" >&"${asker[1]}"
	IFS= read -r line <&"${asker[0]}" || lab_die "the asker is gone"
	rcode=${line%%; *} line=${line#*; }
	answers=${line%%; *} line=${line#*; }
	soa=${line%%; *} ede=${line#*; }
	line_said="$rcode; $answers; $soa; $ede"
}

ask_stock() {
	put stock
	[[ "$answers" != *@(203.0.113.|evil.example.)* ]] || fooled=$((fooled + 1))
}

# put_and_judge: and what it says if that is wrong.
put_and_judge() {
	now
	asked_at=$now
	questions=$((questions + 1))
	put protected
	judge
	[ $verbose = no ] || echo "    $qname $qtype $flag: $line_said${wrong:+  WRONG: $wrong}"
}

# question ZONE NAME TYPE [cd]
question() {
	local first
	qzone=$1 qname=$2 qtype=$3 flag=${4:-}
	[ "$stock_too" = no ] || ask_stock
	put_and_judge
	first=$now
	if [ -n "$wrong" ] && [ $foreign = yes ] && [[ "$ede" = *" unverified "* ]]; then
		foreign=no
		while [ -n "$wrong" ] && [[ "$ede" = *" unverified "* ]] &&
			[ $((now - first)) -lt 5000 ]; do
			again=$((again + 1))
			sleep 0.6
			put_and_judge
		done
	elif [ -n "$wrong" ] && [ "$qtype" = DS ] && [ "$rcode" = SERVFAIL ]; then
		again=$((again + 1))
		qtype=A
		put protected
		qtype=DS
		put_and_judge
	fi
	[ -z "$wrong" ] || complain
}

# In full once a sequence: what comes after may only follow from it.
complain() {
	echo "FAIL sequence $number: $wrong"
	echo "    asked: $qname $qtype $flag"
	echo "    came:  $line_said"
	[ $failed = no ] || return
	failed=yes
	echo "    after: ${acts[*]}"
	declare -p asked_at registry_at pin_mode pin_ns pin_mx mx_host seen seen_ds \
		last_bad last_other | sed 's/^declare -[-aA]* /    /'
	tail -c "+$((log_start + 1))" "$lab_run/protected/log" | grep pinbound: |
		sed 's/^/    /'
}

ask_own() {
	local type
	pick "${model_zones[@]}"
	zone=$picked
	pick MX MX A NS DS ANY
	type=$picked
	pick '' '' '' cd
	stock_too=yes question "$zone" "$zone" "$type" "$picked"
}

ask_below() {
	pick "${model_zones[@]}"
	zone=$picked
	pick mail mail nx alias alias AAAA
	case $picked in
	alias) set -- "${alias_of[$zone]}.alias.com." A ;;
	AAAA) set -- "mail.$zone" AAAA ;;
	*) set -- "$picked.$zone" A ;;
	esac
	pick '' '' '' cd
	stock_too=yes question "$zone" "$1" "$2" "$picked"
}

ask_all() {
	local zone stock_too=no
	for zone in "${model_zones[@]}"; do
		question "$zone" "mail.$zone" A
		stock_too=yes question "$zone" "$zone" MX
		question "$zone" "${alias_of[$zone]}.alias.com." A
		question "$zone" "nx.$zone" A cd
		question "$zone" "$zone" NS
		question "$zone" "$zone" DS
	done
}

# --- sequences --------------------------------------------------------------

kinds=(query query query below below below hijack hijack hijack partial hold restore
	restore pin pin reload flush load time time)

choose_kind() {
	while :; do
		pick "${kinds[@]}"
		[[ $without = *" $picked "* ]] || return
	done
}

act() {
	acts+=("$1")
	[ $verbose = no ] || echo "  $1"
	case $1 in
	query) ask_own ;;
	below) ask_below ;;
	*) "act_$1" ;;
	esac
	[ $verbose = no ] || echo "  = ${acts[-1]}"
}

base_pins() {
	local zone i
	for zone in "${model_zones[@]}"; do
		pin_options "$zone" L
		printf 'pin:\n name: %s\n mode: refuse\n' "$zone"
		for ((i = 0; i < ${#options[@]}; i += 2)); do
			printf ' %s: %s\n' "${options[i]#--}" "${options[i + 1]}"
		done
	done
}

# Everything is as it should be, and no resolver knows of anything else.
reset() {
	restore_all
	unbound_control stock reload
	reload_protected reload
	wake
	base_pins > "$lab_run/base"
	change_pin import --replace "$lab_run/base"
	reload_protected reload
	model_begin
	log_start=$(stat -c %s "$lab_run/protected/log")
}

run_sequence() {
	number=$1 failed=no foreign=no acts=()
	random=$(((seed * 1000003 + number * 7919 + 12345) & 0x7fffffff))
	draw 2
	draw 2
	reset
	[ $verbose = no ] || echo "sequence $number"
	for ((step = 0; step < 6; step++)); do
		choose_kind
		act "$picked"
	done
	ask_all
	if [ $((number % 2)) = 0 ]; then
		acts+=(all-restored)
		restore_all
		[ $verbose = no ] || echo "  all restored"
		sleep 2.2
		ask_all
	fi
	ran=$((ran + 1))
	[ $failed = no ] || failures=$((failures + 1))
}

# Caches of the stock resolver, to be loaded: as they were in a hijack, in a hold, and
# before; and the same with a longer life.
make_dump() {
	local verb=$1 name=$2
	for zone in "${model_zones[@]}"; do
		registrar "$verb" "$zone"
	done
	unbound_control stock reload
	for zone in "${model_zones[@]}"; do
		for qname in "$zone" "mail.$zone" "${alias_of[$zone]}.alias.com." "nx.$zone"; do
			for qtype in A MX NS DS; do
				put stock
			done
		done
	done
	unbound_control stock dump_cache
	cp "$lab_run/stock/control-said" "$lab_run/$name.dump"
	sed -E 's/^(;rrset) [0-9]+/\1 600/
		s/^(msg [^ ]+ [^ ]+ [^ ]+ [^ ]+ [^ ]+) [0-9]+/\1 600/
		s/^([^ \t]+\t)[0-9]+\t/\1600\t/' "$lab_run/$name.dump" > "$lab_run/$name-long.dump"
}

lab_start
# shellcheck disable=SC2034 # its name is what is used
coproc asker { exec "$lab_build/tests/lab-ask"; }
declare -A true_ds=([example.com.]=$(ds provider example.com. | tr '[:upper:]' '[:lower:]'))
questions=0 answered=0 refused=0 fair=0 live=0 again=0 fooled=0 failures=0 ran=0 waker=0
flag='' stock_too=no number=-1 failed=no foreign=no
acts=()
model_begin
make_dump hijack hijacked
make_dump hold held
make_dump restore good
began=$SECONDS
for ((k = worker; k < sequences; k += jobs)); do
	[ -z "$only" ] || k=$only
	[ "$seconds" = 0 ] || [ $((SECONDS - began)) -lt "$seconds" ] ||
		[ $((ran * jobs)) -lt "$minimum" ] || break
	run_sequence $k
	[ -z "$only" ] || break
done
echo "totals $ran $questions $answered $refused $fair $live $again $fooled $failures"
