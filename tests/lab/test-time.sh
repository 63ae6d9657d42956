# shellcheck shell=bash disable=SC2154,SC2034
# test-time.sh - clocks that are wrong, that are set, and that run past the limits of
# their formats. To be sourced by run.sh, behind test-lifecycle.sh.
#
# The clock of the resolver "life" is what clock_is said last, and runs on from there.

clock_lib=/usr/lib/$(gcc -print-multiarch)/faketime/libfaketimeMT.so.1

# clock_is TIME: in UTC, as "2038-01-19 03:14:00".
clock_is() {
	printf '@%s\n' "$1" > "$life/clock.new"
	mv "$life/clock.new" "$life/clock"
}

# clock_make TIME [LINE...]: the resolver, not yet started, and its clock. Signatures
# have their own times, which are not what this is about.
clock_make() {
	life_make 'val-override-date: "-1"' "${@:2}"
	clock_is "$1"
	life_env=(TZ=UTC "LD_PRELOAD=$clock_lib" "FAKETIME_TIMESTAMP_FILE=$life/clock"
		FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1)
}

clock_end() {
	life_stop
	life_env=()
}

# becomes NAME TYPE EXPECTED: within a few seconds, which a recheck takes.
becomes() {
	local i got
	for ((i = 0; i < 30; i++)); do
		got=$(ask life "$1" "$2")
		[ "$got" != "$3" ] || return 0
		sleep 0.2
	done
	complain "life still says to $1 $2: $got; expected: $3"
}

# A hijack is refused, restored, and refused again.
clock_protects() {
	becomes example.com. MX "$life_good"
	life_hijack
	answers life example.com. MX "$life_hijacked"
	registrar restore example.com.
	becomes example.com. MX "$life_good"
	life_hijack
	answers life example.com. MX "$life_hijacked"
	registrar restore example.com.
	becomes example.com. MX "$life_good"
	life_runs
}

# A machine without a battery begins here.
test_clock_at_1970() {
	clock_make "1970-01-01 00:00:01"
	life_start || return
	clock_protects
	clock_status_is 1970-01-01
	clock_end
}

# clock_status_is DATE: what the resolver wrote of the zone is of that day.
clock_status_is() {
	within 5 eval "life_pinbound status --json example.com | grep -q '\"$1T'" ||
		complain "not of $1: $(life_pinbound status --json example.com)"
}

# What has 32 bits and a sign ends while it runs.
test_clock_passes_2038() {
	clock_make "2038-01-19 03:14:04"
	life_start || return
	clock_protects
	sleep 2
	clock_protects
	clock_status_is 2038-01-19
	clock_end
}

# And what has 32 bits without one.
test_clock_passes_2106() {
	clock_make "2106-02-07 06:28:12"
	life_start || return
	clock_protects
	sleep 2
	clock_protects
	clock_status_is 2106-02-07
	clock_end
}

# Set back or forth by years with a deviation in force: it stays in force, the registry
# is asked at once or a recheck later, and no warning is held back for years: each
# hijack is warned of by either clock.
test_clock_set_in_deviation() {
	local to
	clock_make "2027-03-01 12:00:00"
	life_start || return
	for to in "2027-02-28 12:00:00" "2017-03-01 12:00:00" "2037-03-01 12:00:00" \
		"2027-03-01 12:00:00"; do
		becomes example.com. MX "$life_good"
		life_hijack
		answers life example.com. MX "$life_hijacked"
		clock_is "$to"
		answers life example.com. MX "$life_hijacked"
		registrar restore example.com.
		becomes example.com. MX "$life_good"
	done
	life_logged 8 'pinbound: deviation zone="example.com."'
	life_logged 4 'pinbound: restored zone="example.com."'
	clock_end
}

# Set while all is well: what was judged is not good for the years in between, although
# the delegation stays in the cache for them.
test_clock_set_in_peace() {
	local to names=0
	clock_make "2027-03-01 12:00:00"
	life_start || return
	for to in "2027-02-28 12:00:00" "2017-03-01 12:00:00" "2037-03-01 12:00:00"; do
		becomes example.com. MX "$life_good"
		registrar hijack example.com.
		clock_is "$to"
		answers life "$((++names)).example.com." A "$life_hijacked"
		registrar restore example.com.
	done
	becomes example.com. MX "$life_good"
	clock_end
}

# With on-expiry: log the pin only logs from then on; before then, it refuses, and again
# if the clock is set back.
test_clock_across_expires() {
	clock_make "2029-12-31 23:59:00"
	life_pinbound -q set example.com --expires 2029-12-31 --on-expiry log
	life_start || return
	life_hijack
	answers life example.com. MX "$life_hijacked"
	registrar restore example.com.
	becomes example.com. MX "$life_good"
	clock_is "2030-01-01 00:01:00"
	life_hijack
	answers life example.com. MX "NOERROR; 10 mx.evil.example.; "
	life_logged 1 'action="logged"'
	clock_is "2029-12-31 23:59:00"
	unbound_control life flush_zone com
	answers life example.com. MX "$life_hijacked"
	clock_end
}

# With on-expiry: warn it goes on.
test_clock_across_expires_warned() {
	clock_make "2029-12-31 23:59:00"
	life_pinbound -q set example.com --expires 2029-12-31
	life_start || return
	answers life example.com. MX "$life_good"
	clock_is "2030-01-01 00:01:00"
	life_hijack
	answers life example.com. MX "$life_hijacked"
	clock_end
}
