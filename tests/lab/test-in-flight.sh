# shellcheck shell=bash
# test-in-flight.sh - answers that were on their way when the pin came. It is part of
# run.sh.
# shellcheck disable=SC2154 # lab.sh sets them

# wait_for_keys: a client whose answer, the hijacker's, is there and cannot be validated,
# since the root is silent. False if it could, by keys that another query had asked for.
wait_for_keys() {
	local root=${lab_pid[root]} hijacker=${lab_pid[hijacker]} before_it
	registrar hijack shop.com.
	before_it=$(new_log | grep -c "pinbound: ready")
	unbound_control protected reload # it has no key of anybody, until somebody asks
	within 5 eval "[ \"\$(new_log | grep -c 'pinbound: ready')\" -gt $before_it ]" ||
		complain "it is not ready after a reload"
	kill -STOP "$hijacker"
	ask protected mail.shop.com. A > "$lab_run/in-flight" &
	waiting=$!
	sleep 0.3
	kill -STOP "$root"
	kill -CONT "$hijacker"
	sleep 0.7
	registrar restore shop.com.
	[ ! -s "$lab_run/in-flight" ] && return
	kill -CONT "$root"
	return 1
}

# While it waits, the domain is restored, pinned, and found to be as pinned by somebody
# else: that does not make the answer a good one.
test_answer_in_validation() {
	local root=${lab_pid[root]} waiting another
	# Unbound waits longer each time that the root is silent.
	# shellcheck disable=SC2034 # ask() reads it
	local patience=20
	pins < /dev/null
	within 5 wait_for_keys || complain "no client waits"
	pinbound -q add shop.com --ns ns1.dns-host.example --ns ns2.dns-host.example
	ask protected shop.com. MX > "$lab_run/another" &
	another=$!
	sleep 0.5
	kill -CONT "$root"
	wait "$waiting" "$another"
	[ "$(cat "$lab_run/another")" = "NOERROR; 10 mail.shop.com.; " ] ||
		complain "the client that came later has: $(cat "$lab_run/another")"
	[ "$(cat "$lab_run/in-flight")" = "NOERROR; 192.0.2.27; " ] ||
		complain "the client that had waited has: $(cat "$lab_run/in-flight")"
	answers protected mail.shop.com. A "NOERROR; 192.0.2.27; "
}
