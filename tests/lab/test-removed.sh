# shellcheck shell=bash
# test-removed.sh - what a change of the pins takes out of the caches, and what it
# leaves there. It is part of run.sh.
# shellcheck disable=SC2154 # lab.sh sets them

pin_example() {
	pinbound -q add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example ||
		complain "the pin of example.com is not enforced"
}

# Expired, the hijacker's data is still there, and could be given out. Pinned, it is
# not, whatever is set: neither while com. says so, nor while it says nothing.
test_pin_on_expired_data() {
	local refused="SERVFAIL; ; 15 pinbound: ns-unexpected example.com." setting lines
	for setting in "client-timeout: 0" "client-timeout: 1800" \
		"client-timeout: 0, ttl: 3600, ttl-reset: yes, reply-ttl: 7" \
		"client-timeout: 1800, ttl: 86400, ttl-reset: no, reply-ttl: 60"; do
		mapfile -t lines < <(printf '%s\n' "$setting" | tr ',' '\n' |
			sed 's/^ */serve-expired-/')
		pins < /dev/null
		set_options "serve-expired: yes" "cache-max-ttl: 1" "prefetch: yes" "${lines[@]}"
		registrar hijack example.com.
		answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
		answers protected mail.example.com. A "NOERROR; 203.0.113.25; "
		answers protected www.alias.com. A "NOERROR; 203.0.113.25; "
		answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
		sleep 2.1
		pin_example
		answers protected example.com. MX "$refused"
		answers protected mail.example.com. A "$refused"
		answers protected www.alias.com. A "$refused"
		answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
		registrar restore example.com.
		reset_options
	done
}

# com. is silent: what expired before the pin came does not help out.
test_pin_on_expired_data_of_silent_registry() {
	local name
	pins < /dev/null
	set_options "serve-expired: yes" "cache-max-ttl: 1"
	registrar hijack example.com.
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	answers protected www.alias.com. A "NOERROR; 203.0.113.25; "
	answers protected shop.com. MX "NOERROR; 10 mail.shop.com.; "
	sleep 1.1
	kill -STOP "${lab_pid[com-a]}" "${lab_pid[com-b]}"
	pin_example
	for name in "example.com. MX" "www.alias.com. A" "mail.example.com. A"; do
		# shellcheck disable=SC2086 # two words
		never protected $name evil
		# shellcheck disable=SC2086
		never protected $name 203.0.113
	done
	answers protected shop.com. MX "NOERROR; 10 mail.shop.com.; "
	kill -CONT "${lab_pid[com-a]}" "${lab_pid[com-b]}"
	registrar restore example.com.
	reset_options
}

# Nothing but the changed zone, and what leads there, has to be asked about again.
test_pin_leaves_the_rest() {
	pins < /dev/null
	set_options "cache-min-ttl: 60" # that alias.com. has no DS is good for a second else
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	answers protected mail.partner.example. A "NOERROR; 192.0.2.26; "
	answers protected partner.alias.com. A "NOERROR; 192.0.2.26; "
	answers protected shop.com. MX "NOERROR; 10 mail.shop.com.; "
	answers protected no-such.shop.com. A "NXDOMAIN; ; "
	answers protected com. DS "NOERROR; $(ds com-a com.); "
	count_from
	pin_example
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	answers protected mail.partner.example. A "NOERROR; 192.0.2.26; "
	answers protected partner.alias.com. A "NOERROR; 192.0.2.26; "
	answers protected shop.com. MX "NOERROR; 10 mail.shop.com.; "
	answers protected com. DS "NOERROR; $(ds com-a com.); "
	asked 0 root com-a com-b example provider hijacker
	# And the delegations on the way are there as well.
	answers protected alias.com. NS "NOERROR; ns1.dns-host.example. ns2.dns-host.example.; "
	asked 0 root com-a com-b example hijacker
	reset_options
}

# The hijacker has signed what is cached, and has proved what is not there. His key, and
# what follows from his proofs, is gone with the rest.
test_pin_on_signed_hijack() {
	pins < /dev/null
	set_options "cache-min-ttl: 60" "aggressive-nsec: yes"
	registrar replace-ds example.com.
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	answers protected no-such.example.com. A "NXDOMAIN; ; "
	answers protected zzz.example.com. A "NXDOMAIN; ; "
	count_from
	answers protected ns1.example.com. A "NXDOMAIN; ; " # by his proof: nobody is asked
	asked 0 root com-a com-b example provider hijacker
	registrar restore example.com.
	pin_example
	answers protected ns1.example.com. A "NOERROR; 127.1.3.1; "
	answers protected ns2.example.com. A "NOERROR; 127.1.3.2; "
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
	asked 0 hijacker
	reset_options
}

# com. has proved, for another name, that there is no example.com. It has one again, and
# whoever asks for it by its own name is told so, at once.
test_denial_at_the_gate() {
	set_options "cache-min-ttl: 60" "aggressive-nsec: yes"
	registrar hold example.com.
	answers protected exampld.com. A "NXDOMAIN; ; "
	registrar restore example.com.
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected mail.example.com. A "NOERROR; 192.0.2.25; "
	logged 0 "pinbound: deviation"
	reset_options
}

# The same while what was judged of the delegation still holds: nothing is concluded
# about its names.
test_denial_beside_a_live_verdict() {
	set_options "cache-min-ttl: 60" "aggressive-nsec: yes"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	registrar hold example.com.
	answers protected exampld.com. A "NXDOMAIN; ; "
	answers protected mail.example.com. A "NOERROR; 192.0.2.25; "
	answers protected example.com. A "NOERROR; ; "
	logged 0 "pinbound: deviation"
	registrar restore example.com.
	reset_options
}

# An alias of a whole tree (DNAME) leads above the pinned name, and only by the name that
# is asked for into it. What was cached there is gone, data and denial alike.
test_pin_on_data_behind_dname() {
	pins < /dev/null
	echo "zone-set alias.com. tree.alias.com. 60 DNAME com." | edit_zone provider alias.com.
	set_options "cache-min-ttl: 60"
	registrar hijack example.com.
	answers protected mail.example.tree.alias.com. A "NOERROR; 203.0.113.25; "
	answers protected mail.example.tree.alias.com. AAAA "NOERROR; ; "
	answers protected mail.shop.tree.alias.com. A "NOERROR; 192.0.2.27; "
	registrar restore example.com.
	pin_example
	count_from
	never protected mail.example.tree.alias.com. AAAA evil
	answers protected mail.example.tree.alias.com. A "NOERROR; 192.0.2.25; "
	answers protected mail.shop.tree.alias.com. A "NOERROR; 192.0.2.27; "
	asked 0 hijacker
	reset_options
	echo "zone-unset alias.com. tree.alias.com." | edit_zone provider alias.com.
}

# A denial in the name of com., at the end of such an alias.
test_pin_on_hold_behind_dname() {
	pins < /dev/null
	echo "zone-set alias.com. tree.alias.com. 60 DNAME com." | edit_zone provider alias.com.
	set_options "cache-min-ttl: 60"
	registrar hold example.com.
	answers protected mail.example.tree.alias.com. A "NXDOMAIN; ; "
	pin_example
	answers protected mail.example.tree.alias.com. A \
		"SERVFAIL; ; 15 pinbound: delegation-gone example.com."
	reset_options
	echo "zone-unset alias.com. tree.alias.com." | edit_zone provider alias.com.
}

# While the pin only logged, the hijacker's data went out and into the caches. From when
# the pin refuses, it does not.
test_pin_from_log_to_refuse() {
	local refused="SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	pinbound -q set example.com --mode log
	set_options "cache-min-ttl: 60"
	registrar hijack example.com.
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	answers protected www.alias.com. A "NOERROR; 203.0.113.25; "
	pinbound -q set example.com --mode refuse || complain "not enforced"
	answers protected example.com. MX "$refused"
	answers protected www.alias.com. A "$refused"
	registrar restore example.com.
	reset_options
}

# The pin followed the hijack, by mistake, and that is taken back: so is what was cached
# under it.
test_undo_after_accept() {
	set_options "cache-min-ttl: 60"
	registrar hijack example.com.
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	pinbound -q set example.com --ns ns1.evil.example --ns ns2.evil.example
	answers protected example.com. MX "NOERROR; 10 mx.evil.example.; "
	answers protected www.alias.com. A "NOERROR; 203.0.113.25; "
	pinbound -q undo || complain "not enforced"
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	answers protected www.alias.com. A "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	registrar restore example.com.
	reset_options
}

# The zone above the pinned one does not exist, says the cache. It does again.
test_pin_below_cached_denial() {
	pins < /dev/null
	set_options "cache-min-ttl: 60" "harden-below-nxdomain: yes"
	registrar hold example.com.
	answers protected example.com. A "NXDOMAIN; ; "
	answers protected sub.alias.com. A "NXDOMAIN; ; "
	registrar restore example.com.
	registrar restore sub.example.com.
	pinbound -q add sub.example.com --ns ns1.other-host.example || complain "not enforced"
	answers protected sub.example.com. MX "NOERROR; 10 mail.sub.example.com.; "
	answers protected mail.sub.example.com. A "NOERROR; 192.0.2.28; "
	answers protected sub.alias.com. A "NOERROR; 192.0.2.28; "
	logged 0 "pinbound: deviation"
	reset_options
}
