# shellcheck shell=bash
# test-state.sh - the state store and its commands: what is kept, what is counted, what
# is accepted, and that a store which cannot be written stops nothing. It is part of
# run.sh.
# shellcheck disable=SC2154 # lab.sh says what lab_... is

# says_within SECONDS TEXT COMMAND...: the command says so in time.
says_within() {
	local seconds=$1 text=$2
	shift 2
	within "$seconds" has "$text" "$@" ||
		complain "$*: not within $seconds seconds: $text; it says: $("$@" 2>&1)"
}

has() {
	local text=$1
	shift
	"$@" 2>&1 | grep -qF -- "$text"
}

# fails CODE TEXT COMMAND...: the command exits with that, and says so.
fails() {
	local code=$1 text=$2 said got
	shift 2
	said=$("$@" 2>&1 < /dev/null)
	got=$?
	[ $got -eq "$code" ] || complain "$*: exit $got, expected $code: $said"
	[[ $said == *"$text"* ]] || complain "$*: expected \"$text\": $said"
}

# logged_within SECONDS TEXT
logged_within() {
	within "$1" has "$2" new_log || complain "not in the log within $1 seconds: $2"
}

refused_example() {
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
}

answers_example() {
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
}

# number KEY: of a counter, or of what has been counted of example.com.
number() {
	pinbound status --json example.com | sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p" | tail -n 1
}

total() {
	pinbound status --json | sed -n "/\"counters\"/,/}/s/^ *\"$1\": \([0-9]*\),*$/\1/p"
}

# What has happened up to here is stored: it is once a second, if the disk is fast.
settle() {
	sleep 3
}

# --- what is kept -----------------------------------------------------------

# The packet itself, of whom it came; also after all is well again.
test_evidence() {
	local said
	hijacked_all
	refused_example
	says_within 3 ';; the response of com. at 127.1.1.' pinbound log --verbose example.com
	said=$(pinbound log --verbose example.com | sed -n '/^;; the response/,$p')
	for text in ' port 53 (udp):' ';; ->>HEADER<<- opcode: QUERY, rcode: NOERROR' \
		';; AUTHORITY SECTION:' 'ns1.evil.example.' 'ns2.evil.example.' ';; MSG SIZE'; do
		[[ $said == *"$text"* ]] || complain "not in the response: $text: $said"
	done
	[[ $said != *"Query time"* ]] || complain "a query time that nobody measured"
	[[ $(pinbound log example.com) != *";;"* ]] || complain "a response without --verbose"
	pinbound log --verbose --json example.com | tail -n 20 |
		sed -n 's/^ *"message": "\(.*\)"$/\1/p' | tail -n 1 | base64 -d > "$lab_run/message"
	grep -qa evil "$lab_run/message" || complain "the message in base64 is not it"
	registrar restore example.com.
	sleep 2.1
	answers_example
	says_within 3 "pinbound: restored" pinbound log example.com
	pinbound log --verbose example.com | grep -q '^;; the response of com\.' ||
		complain "the response is gone when the zone is restored"
}

# escapes COMMAND...: what it says of example.com has the name of the hijacker's server, and
# that neither steers a terminal nor begins a line.
escapes() {
	local said
	said=$("$@" example.com 2>&1 < /dev/null)
	! LC_ALL=C grep -q $'[^\t -~]' <<< "$said" ||
		complain "control characters of $*: $(cat -v <<< "$said")"
	grep -qE '\\+007\\+010\.evil\.example\.' <<< "$said" ||
		complain "$* does not name the server: $said"
}

# A registry may say anything. (knotc takes one backslash of two.)
test_evidence_escaped() {
	local server option asked=(--root-hints "$lab_run/root.hints")
	for server in com-a com-b; do
		delegate $server com. example.com. '\\027\\[31m\\007\\010.evil.example.' ''
	done
	forget com
	refused_example
	says_within 3 '\027[31m\007\010.evil.example.' pinbound log --verbose example.com
	escapes new_log
	escapes pinbound log
	escapes pinbound log --verbose
	for option in "" --json; do
		# shellcheck disable=SC2086 # none is none
		{
			escapes pinbound log $option
			escapes pinbound accept --dry-run $option
			escapes pinbound check --no-canary "${asked[@]}" $option
			escapes pinbound graph "${asked[@]}" $option
		}
	done
	pinbound -q remove example.com
	escapes pinbound add --yes --dry-run "${asked[@]}"
	escapes pinbound add --yes --dry-run --json "${asked[@]}"
}

test_evidence_of_hold() {
	registrar hold example.com.
	forget com
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: delegation-gone example.com."
	says_within 3 'rcode: NXDOMAIN' pinbound log --verbose example.com
}

# An answer that was validated first has no packet any more: it is put together again.
test_evidence_of_ds() {
	local said
	ds_pins
	registry swap-ds partner.example. # of which no referral tells
	answers protected partner.example. MX \
		"SERVFAIL; ; 15 pinbound: ds-appeared partner.example."
	says_within 3 ';; the response of the resolver:' pinbound log --verbose partner.example
	said=$(pinbound log --verbose partner.example | sed -n '/^;; the response of the resolver/,$p')
	for text in ';; ->>HEADER<<- opcode: QUERY, rcode: NOERROR' ';; partner.example.	IN	DS' \
		'ANSWER: 1'; do
		[[ $said == *"$text"* ]] || complain "not in the response: $text: $said"
	done
}

# --- what is counted --------------------------------------------------------

test_counts() {
	local refused queries deviations rechecks i all
	recheck 6
	answers_example
	settle
	refused=$(number refused) deviations=$(number deviations) rechecks=$(number rechecks)
	queries=$(total queries) all=$(total refused)
	hijacked_all
	for ((i = 0; i < 5; i++)); do
		refused_example
	done
	sleep 6.1
	refused_example
	settle
	[ "$(number refused)" -eq $((refused + 6)) ] || complain "refused: $(number refused)"
	[ "$(total refused)" -ge $((all + 6)) ] || complain "refused in all: $(total refused)"
	[ "$(total queries)" -ge $((queries + 6)) ] || complain "queries: $(total queries)"
	[ "$(number deviations)" -eq $((deviations + 1)) ] ||
		complain "deviations: $(number deviations)"
	[ "$(number rechecks)" -eq $((rechecks + 1)) ] || complain "rechecks: $(number rechecks)"
	# A reload counts on, and loses nothing.
	refused=$(number refused)
	refused_example
	reload
	settle
	[ "$(number refused)" -eq $((refused + 1)) ] ||
		complain "refused, after a reload: $(number refused)"
	! pinbound status | grep -E '.{81}' || complain "more than 80 columns"
	recheck "$lab_recheck"
}

test_counts_logged() {
	local logged all
	settle
	logged=$(number logged) all=$(total logged)
	both_pins log
	hijacked_all
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	answers protected mail.example.com. A "NOERROR; 203.0.113.25; "
	settle
	[ "$(number logged)" -eq $((${logged:-0} + 2)) ] || complain "logged: $(number logged)"
	[ "$(total logged)" -eq $((all + 2)) ] || complain "logged in all: $(total logged)"
}

# What is not pinned any more is not in the store either.
test_pruned() {
	pinbound -q add alias.com --ns ns1.dns-host.example --ns ns2.dns-host.example
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
	says_within 3 "alias.com." pinbound status
	pinbound -q remove alias.com
	settle
	mv "$lab_run/pins.mdb" "$lab_run/pins.away" # so that status cannot tell
	! has alias.com. pinbound status || complain "alias.com. is still in the store"
	mv "$lab_run/pins.away" "$lab_run/pins.mdb"
}

# --- accept -----------------------------------------------------------------

# A planned move: seen, shown, asked about, accepted, enforced.
test_accept() {
	local said
	answers_example
	settle
	fails 1 "nothing that deviates now" pinbound accept example.com
	fails 1 "is not pinned" pinbound accept other.example
	hijacked_all
	refused_example
	says_within 3 "OBSERVED" pinbound accept --dry-run example.com
	said=$(pinbound accept --dry-run example.com)
	grep -qE '^ns +ns1.dns-host.example. +-$' <<< "$said" || complain "pinned: $said"
	grep -qE '^ +- +ns1.evil.example.$' <<< "$said" || complain "observed: $said"
	grep -qE '^ns-unexpected, said by com. at 127.1.1.[12] port 53' <<< "$said" ||
		complain "who: $said"
	fails 1 "there is no terminal" pinbound accept example.com
	said=$(script -qec "$lab_build/pinbound accept example.com" /dev/null <<< n)
	[[ $said == *"repin as observed? [y/N]"*"nothing was changed"* ]] || complain "no: $said"
	refused_example
	said=$(script -qec "$lab_build/pinbound accept example.com" /dev/null <<< y)
	[[ $said == *"example.com. repinned as observed"*enforced* ]] || complain "yes: $said"
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	fails 1 "deviat" pinbound accept --yes example.com
	[ "$(pinbound show example.com | grep -c '    ns: ns[12].evil.example$')" -eq 2 ] ||
		complain "pinned: $(pinbound show example.com)"
	pinbound -q undo
	refused_example
}

test_accept_json() {
	local said
	hijacked_all
	refused_example
	says_within 3 '"observed"' pinbound accept --dry-run --json example.com
	said=$(pinbound accept --yes --json example.com)
	[ "$(sed -n 's/^  "\([a-z]*\)".*/\1/p' <<< "$said" | paste -sd ' ')" = \
		"generation added changed removed enforced" ] || complain "json: $said"
}

# DS as observed: none any more.
test_accept_ds() {
	local ds
	ds=$(ds provider example.com.)
	pinbound -q set example.com --ds "$ds"
	answers_example
	hijacked_all # the DS goes
	answers protected example.com. MX \
		"SERVFAIL; ; 15 pinbound: ns-unexpected,ds-removed example.com."
	says_within 3 "ds-removed" pinbound accept --dry-run example.com
	pinbound -q accept --yes example.com
	pinbound show example.com | grep -q '    ds: none' || complain "$(pinbound show example.com)"
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	pinbound -q undo
}

# There is no pin that allows this.
test_accept_hold() {
	registrar hold example.com.
	forget com
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: delegation-gone example.com."
	settle
	fails 1 "pinbound remove" pinbound accept --yes example.com
}

# The pin is changed while the deviation goes on: judged anew, and accepted then.
test_accept_after_change() {
	hijacked_all
	refused_example
	settle
	pinbound -q set example.com --note changed
	fails 1 "has been changed since" pinbound accept --yes example.com
	refused_example
	says_within 3 "OBSERVED" pinbound accept --dry-run example.com
}

# --- a store that cannot be written -----------------------------------------

# Taken away, it is said once; put back, all that waited comes.
test_state_missing() {
	mv "$lab_run/state.mdb" "$lab_run/state.away"
	hijacked_all
	refused_example
	logged_within 10 'state.mdb: No such file or directory; "pinbound init" makes it'
	sleep 6 # it has tried again
	logged 1 'state.mdb: No such file or directory'
	refused_example
	mv "$lab_run/state.away" "$lab_run/state.mdb"
	logged_within 10 "it can be written again"
	says_within 3 "deviation" pinbound log example.com
	says_within 3 "refused" pinbound status example.com
}

# Removed, it is made anew beside the pins, without a restart.
test_state_made_anew() {
	rm "$lab_run/state.mdb" "$lab_run/state.mdb-lock"
	fails 1 "state.mdb: it does not exist" pinbound status
	answers_example
	pinbound init | grep -q "state.mdb: made; the pins were there" || complain "init"
	hijacked_all
	refused_example
	says_within 10 "resolver: runs" pinbound status
	says_within 3 "deviation" pinbound log example.com
	pinbound -q set example.com --note anew || complain "a change is not enforced"
}

times_replaced() {
	new_log | grep -c "state.mdb: another file has taken its place"
}

# harm COMMAND...: what does that to the state store, while nothing is written: who has
# begun to does not look at the file again.
harm() {
	settle
	replaced=$(times_replaced)
	"$@"
}

seen_replaced() {
	[ "$(times_replaced)" -gt "$replaced" ]
}

# survives WHAT: the resolver answers, does not write to what is not as it has left it,
# and writes again to a file made anew.
survives() {
	hijacked_all
	refused_example
	if ! within 10 seen_replaced; then
		complain "$1: not in the log: another file"
		rm -f "$lab_run/state.mdb"
		pinbound -q init
		return 1
	fi
	registrar restore example.com.
	sleep 2.1
	answers_example
	sleep 2
	answers_example
	rm -f "$lab_run/state.mdb"
	pinbound -q init || complain "$1: init"
	says_within 15 "resolver: runs" pinbound status
}

test_state_cut_short() {
	local replaced
	harm truncate -s 0 "$lab_run/state.mdb"
	survives "emptied" || return
	harm truncate -s 8192 "$lab_run/state.mdb"
	survives "cut short"
}

test_state_damaged() {
	local replaced
	head -c 65536 /dev/urandom > "$lab_run/noise"
	harm cp "$lab_run/noise" "$lab_run/state.mdb"
	survives "noise over it" || return
	harm mv "$lab_run/noise" "$lab_run/state.mdb"
	survives "noise in its place"
}

test_state_older_copy() {
	local replaced
	hijacked_all
	refused_example
	settle
	cp "$lab_run/state.mdb" "$lab_run/copy"
	registrar restore example.com.
	sleep 2.1
	answers_example
	harm cp "$lab_run/copy" "$lab_run/state.mdb"
	hijacked_all
	refused_example
	survives "an older copy over it"
}

# A directory, which nobody can open for writing.
test_state_unusable() {
	mv "$lab_run/state.mdb" "$lab_run/state.away"
	mkdir "$lab_run/state.mdb"
	hijacked_all
	refused_example
	logged_within 10 "state.mdb: it is a directory"
	rmdir "$lab_run/state.mdb"
	mv "$lab_run/state.away" "$lab_run/state.mdb"
	logged_within 10 "it can be written again"
}

# The disk is full: no file of the process may grow, the log apart, which is a pipe.
test_state_full() {
	local dir=$lab_run/full pid said i
	mkdir -p "$dir"
	sed "s|state.mdb|full/state.mdb|" "$PINBOUND_CONF" > "$dir/pinbound.conf"
	pinbound -q -c "$dir/pinbound.conf" init
	sed 's/127\.2\.0\.2/127.2.0.3/; s/127\.3\.0\.2/127.3.0.3/; s|protected|full|g
		s|^ *logfile:.*|logfile: ""|' "$lab_run/protected/unbound.conf" > "$dir/unbound.conf"
	PINBOUND_CONF=$dir/pinbound.conf "$lab_unbound/unbound" -d -c "$dir/unbound.conf" \
		2> >(cat > "$dir/log") &
	pid=$!
	lab_pids+=("$pid")
	says_within 5 "resolver: runs" pinbound -c "$dir/pinbound.conf" status
	prlimit --pid $pid --fsize="$(stat -c %s "$dir/state.mdb"):" || lab_die "prlimit"
	registrar hijack example.com.
	for ((i = 0; i < 3; i++)); do
		pinbound -q -c "$dir/pinbound.conf" set example.com --note "$i" 2> /dev/null
		said=$(ask 127.2.0.3 example.com. MX)
		[ "$said" = "SERVFAIL; ; 15 pinbound: ns-unexpected example.com." ] ||
			complain "with a full disk: $said"
	done
	within 10 has "the file may not grow any further" cat "$dir/log" ||
		complain "not said: $(grep pinbound: "$dir/log")"
	registrar restore example.com.
	sleep 2.1
	said=$(ask 127.2.0.3 example.com. MX)
	[ "$said" = "NOERROR; 10 mail.example.com.; " ] || complain "with a full disk: $said"
	prlimit --pid $pid --fsize=unlimited:
	within 15 has "it can be written again" cat "$dir/log" ||
		complain "not written again: $(grep pinbound: "$dir/log")"
	kill $pid
	wait $pid 2> /dev/null
}
