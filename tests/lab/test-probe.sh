# shellcheck shell=bash
# test-probe.sh - many clients at the time when a deviation is due to be asked about. It
# is part of run.sh.
# shellcheck disable=SC2154 # lab.sh sets them

# ask_at_once FILE: sixteen clients, each with a question of its own, in the background.
# asked_at_once waits for them.
clients=()
ask_at_once() {
	local i
	for ((i = 0; i < 16; i++)); do
		ask protected "at-once-$i.example.com." A &
		clients+=($!)
	done > "$1"
}

asked_at_once() {
	wait "${clients[@]}"
	clients=()
}

refused_at_once() {
	[ "$(grep -c "^$refused$" "$answers")" -ge "$1" ]
}

# Whoever comes first asks com., and waits for it as long as that is silent. All the
# others are refused meanwhile.
test_probe_of_many_clients() {
	local answers=$lab_run/at-once refused="SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	hijacked_all
	answers protected example.com. MX "$refused"
	sleep 2.1 # recheck
	kill -STOP "${lab_pid[com-a]}" "${lab_pid[com-b]}"
	ask_at_once "$answers"
	within 4 refused_at_once 15 || complain "not 15 were refused at once"
	sleep 0.3 # for a sixteenth, which there must not be
	[ "$(grep -c "^$refused$" "$answers")" -eq 15 ] ||
		complain "while one asks: $(sort "$answers" | uniq -c)"
	kill -CONT "${lab_pid[com-a]}" "${lab_pid[com-b]}"
	asked_at_once
	[ "$(grep -c "^$refused$" "$answers")" -eq 16 ] ||
		complain "then: $(sort "$answers" | uniq -c)"
	asked 0 hijacker
}

# It is over: said once, with how long it was and how many were refused.
test_restored_for_many_clients() {
	local answers=$lab_run/at-once refused
	hijacked_all
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	answers protected mail.example.com. A "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	registrar restore example.com.
	sleep 2.1 # recheck
	ask_at_once "$answers"
	asked_at_once
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	logged 1 "pinbound: restored"
	logged 1 'pinbound: restored zone="example.com." after="'
	refused=$(new_log | sed -n 's/.*restored.* after="[2-9]" refused="\([0-9]*\)".*/\1/p')
	# Some of the sixteen may have come while the one was asking.
	[[ $refused -ge 2 && $refused -le 17 ]] ||
		complain "restored, it said: $(new_log | grep restored)"
	[ "$((refused - 2))" -eq "$(grep -c SERVFAIL "$answers")" ] ||
		complain "$refused refused; of the sixteen: $(sort "$answers" | uniq -c)"
}
