# shellcheck shell=bash disable=SC2154
# test-bad-key.sh - what the validator keeps of a DS that was refused to it. To be sourced
# by run.sh.

# sign_anew DIRECTORY: the server there signs example.com. as its configuration says now.
sign_anew() {
	{
		knotc -c "$1/knot.conf" -b reload
		knotc -c "$1/knot.conf" -b zone-sign example.com.
	} > "$1/knotc" 2>&1
	[ "$(grep -c '^\(Reloaded\|OK\)$' "$1/knotc")" -eq 2 ] ||
		lab_die "knotc: $(cat "$1/knotc")"
}

# dnskey_ttl LINE: in the policy of the provider; empty: as it was.
dnskey_ttl() {
	local dir=$lab_run/provider
	sed -i "/dnskey-ttl/d" "$dir/knot.conf"
	[ -z "$1" ] || sed -i "s/^    single-type-signing: on\$/&\n    $1/" "$dir/knot.conf"
	sign_anew "$dir"
}

# Times of the DS and of the keys that are shorter than that of the delegation, so that
# the validator asks for them while the verdict is live.
short_keys() {
	local server
	dnskey_ttl "dnskey-ttl: 1"
	for server in com-a com-b; do
		printf 'zone-unset com. example.com. DS\nzone-set com. example.com. 1 DS %s\n' \
			"$(ds provider example.com.)" | edit_zone $server com.
	done
}

# validator_is_refused: the domain is put on hold while the verdict is live, so that it is
# the validator who asks for the DS, and not the gate. False if the verdict, good for five
# seconds, was not live any more; then all is as before.
validator_is_refused() {
	forget com
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	sleep 2.1 # a key that is good for a second is still used in the next
	registrar hold example.com.
	answers protected nosuch.example.com. A \
		"SERVFAIL; ; 15 pinbound: delegation-gone example.com."
	! new_log | grep -q 'query="example.com. DS"' || return 0
	registrar restore example.com.
	sleep 2.2 # recheck
	return 1
}

# A refused DS makes the validator take the keys for bad, for a minute, and keep what it
# calls bogus. That ends with the deviation.
test_restored_after_refused_ds() {
	pins < /dev/null
	pinbound -q add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example
	short_keys
	validator_is_refused || validator_is_refused || validator_is_refused ||
		complain "the validator has not asked for the DS"
	logged 1 'query="example.com. DS"'
	answers protected mail.example.com. AAAA \
		"SERVFAIL; ; 15 pinbound: delegation-gone example.com."
	registrar restore example.com.
	sleep 2.2 # recheck
	answers protected mail.example.com. A "NOERROR; 192.0.2.25; "
	answers protected nosuch.example.com. A "NXDOMAIN; ; "
	dnskey_ttl ''
}
