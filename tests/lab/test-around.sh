# shellcheck shell=bash disable=SC2154
# test-around.sh - ways around that need real signatures, or a resolver with other
# settings. To be sourced by run.sh.

# set_options LINE...: the protected resolver with these lines in its server: clause.
set_options() {
	local conf=$lab_run/protected/unbound.conf
	cp "$conf" "$conf.before"
	{
		echo "server:"
		printf '    %s\n' "$@"
	} >> "$conf"
	reload
}

reset_options() {
	mv "$lab_run/protected/unbound.conf.before" "$lab_run/protected/unbound.conf"
	reload
}

# in_com VERB ARGUMENT...: the same change to both copies of com.
in_com() {
	local server verb=$1
	shift
	for server in com-a com-b; do
		echo "zone-$verb com. $*" | edit_zone $server com.
	done
}

# The registry puts the domain on hold, and signs that there is nothing around it, for
# another name. From that Unbound concludes by itself, for an hour, that there is
# nothing at the end of an alias either. It is refused, since mail is not to bounce.
test_hold_at_the_end_of_an_alias() {
	set_options "cache-min-ttl: 60"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected www.alias.com. AAAA "NOERROR; ; "
	registrar hold example.com.
	answers protected exampld.com. A "NXDOMAIN; ; "
	answers protected www.alias.com. A \
		"SERVFAIL; ; 15 pinbound: delegation-gone example.com."
	reset_options
}

# The same conclusion from before the hold has ended: nothing is refused now, at the
# price of one question to com.
test_hold_that_has_ended() {
	set_options "cache-min-ttl: 60"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected www.alias.com. AAAA "NOERROR; ; "
	registrar hold example.com.
	answers protected exampld.com. A "NXDOMAIN; ; "
	registrar restore example.com.
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
	logged 0 "pinbound: deviation"
	reset_options
}

# The registry signs a wildcard instead: Unbound makes an address of it.
test_wildcard_at_the_end_of_an_alias() {
	set_options "cache-min-ttl: 60"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected www.alias.com. AAAA "NOERROR; ; "
	registrar hold example.com.
	in_com set '*.com.' 5 A 203.0.113.99
	answers protected exampld.com. A "NOERROR; 203.0.113.99; "
	answers protected www.alias.com. A \
		"SERVFAIL; ; 15 pinbound: answered-by-parent example.com."
	in_com unset '*.com.'
	reset_options
}

# All that is there to make Unbound ask more, or to make it answer from what it has.
test_many_options() {
	set_options "harden-referral-path: yes" "use-caps-for-id: yes" "prefetch: yes" \
		"prefetch-key: yes" "qname-minimisation-strict: yes" \
		"minimal-responses: no" "target-fetch-policy: \"3 2 1 1 1\"" \
		"serve-expired: yes" "serve-expired-client-timeout: 1800" \
		"fast-server-permil: 900" "outbound-msg-retry: 1" \
		"unwanted-reply-threshold: 10000" "cache-max-negative-ttl: 1"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected mail.example.com. A "NOERROR; 192.0.2.25; "
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	logged 0 "pinbound: deviation"
	hijacked_all
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	answers protected example.com. NS "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	answers protected example.com. ANY "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	answers protected www.alias.com. A "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	answers protected mail.partner.example. A \
		"SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	asked 0 hijacker
	registrar restore example.com.
	sleep 2.1 # recheck
	answers protected mail.example.com. A "NOERROR; 192.0.2.25; "
	logged 1 'pinbound: restored zone="example.com."'
	reset_options
}

# What is said to a running Unbound is the operator's own word as well; emptying its
# cache is not.
test_control() {
	hijacked_all
	answers protected mail.example.com. A \
		"SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	unbound_control protected flush mail.example.com.
	unbound_control protected flush_zone .
	unbound_control protected flush_infra all
	unbound_control protected flush_bogus
	unbound_control protected flush_negative
	answers protected mail.example.com. A \
		"SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	unbound_control protected local_data mail.example.com. A 192.0.2.99
	answers protected mail.example.com. A "NOERROR; 192.0.2.99; "
	unbound_control protected local_data_remove mail.example.com.
	unbound_control protected local_zone_remove mail.example.com.
	answers protected mail.example.com. A \
		"SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	asked 0 hijacker
}

# The hijacker is slow: his answer is on its way while the domain is restored, pinned,
# and found to be as pinned. It comes from servers that the pin does not know.
test_answer_in_flight() {
	local hijacker=${lab_pid[hijacker]} client
	pins < /dev/null
	registrar hijack partner.example.
	forget example
	answers protected partner.example. MX "NOERROR; 10 mx.evil.example.; "
	kill -STOP "$hijacker"
	ask protected mail.partner.example. A > "$lab_run/in-flight" &
	client=$!
	sleep 0.2
	registrar restore partner.example.
	pinbound -q add partner.example --ns ns1.dns-host.example --ns ns2.dns-host.example
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	kill -CONT "$hijacker"
	wait "$client"
	[ "$(cat "$lab_run/in-flight")" = "NOERROR; 192.0.2.26; " ] ||
		complain "the client that had waited has: $(cat "$lab_run/in-flight")"
	answers protected mail.partner.example. A "NOERROR; 192.0.2.26; "
}
