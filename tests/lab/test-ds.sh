# shellcheck shell=bash
# test-ds.sh - the DS set at the registry deviates from the pin. See run.sh.
#
# example.com. is signed and has its DS pinned; partner.example. is not, and its pin
# says that it has none.

ds_pins() {
	{
		printf 'pin:\n name: example.com\n mode: refuse\n ds: %s\n' \
			"$(ds provider example.com.)"
		printf ' ns: ns1.dns-host.example\n ns: ns2.dns-host.example\n'
		printf 'pin:\n name: partner.example\n mode: refuse\n ds: none\n'
		printf ' ns: ns1.dns-host.example\n ns: ns2.dns-host.example\n'
	} | pins
}

# registry VERB NAME: and both resolvers have forgotten what was before.
registry() {
	registrar "$1" "$2"
	forget com
	forget example
	count_from
}

test_ds_as_pinned() {
	ds_pins
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected example.com. DS "NOERROR; $(ds provider example.com.); "
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	answers protected partner.example. DS "NOERROR; ; "
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
	logged 0 "pinbound: deviation"
}

# Without its DS the zone is not validated any more: whoever answers is believed.
test_ds_stripped() {
	local refused="SERVFAIL; ; 15 pinbound: ds-removed example.com."
	ds_pins
	registry strip-ds example.com.
	answers protected example.com. MX "$refused"
	answers protected mail.example.com. A "$refused"
	answers protected www.alias.com. A "$refused"
	answers protected example.com. DS "$refused"
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	logged 1 'zone="example.com." reason="ds-removed" action="refused"'
	answers stock example.com. MX "NOERROR; 10 mail.example.com.; "
}

# What the hijacker signs validates at the stock resolver. That is what DS alone is
# worth against somebody who is in the registrar's account.
test_ds_replaced() {
	local refused="SERVFAIL; ; 15 pinbound: ns-unexpected,ds-unexpected example.com." got
	ds_pins
	registry replace-ds example.com.
	got=$(kdig +edns +timeout=5 +retry=0 @127.2.0.1 example.com. MX)
	grep -q '^;; Flags:.* ad' <<< "$got" ||
		complain "the stock resolver does not call it authentic: $got"
	answers stock example.com. MX "NOERROR; 10 mx.evil.example.; "
	count_from
	answers protected example.com. MX "$refused"
	answers protected mail.example.com. A "$refused"
	answers protected www.alias.com. A "$refused"
	asked 0 hijacker
}

# Only the DS is another: at the stock resolver the zone is gone, validation fails.
test_ds_swapped() {
	local refused="SERVFAIL; ; 15 pinbound: ds-unexpected example.com."
	ds_pins
	registry swap-ds example.com.
	answers protected example.com. MX "$refused"
	answers protected mail.example.com. A "$refused"
	logged 1 'zone="example.com." reason="ds-unexpected" action="refused"'
}

# Under an unsigned registry the DS is not to be validated. It counts all the same.
test_ds_appeared() {
	local refused="SERVFAIL; ; 15 pinbound: ds-appeared partner.example."
	ds_pins
	registry swap-ds partner.example.
	answers protected partner.example. MX "$refused"
	answers protected mail.partner.example. A "$refused"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	logged 1 'zone="partner.example." reason="ds-appeared" action="refused"'
	answers stock partner.example. MX "NOERROR; 10 mail.partner.example.; "
}

# The referral of an unsigned registry does not show the DS; the NS suffice.
test_ds_appeared_and_hijacked() {
	ds_pins
	registry replace-ds partner.example.
	answers protected partner.example. MX \
		"SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	answers stock partner.example. MX "NOERROR; 10 mx.evil.example.; "
}

test_ds_restored() {
	ds_pins
	registry strip-ds example.com.
	answers protected example.com. MX "SERVFAIL; ; 15 pinbound: ds-removed example.com."
	registrar restore example.com.
	sleep 2.1 # recheck
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected example.com. DS "NOERROR; $(ds provider example.com.); "
	logged 1 'pinbound: restored zone="example.com." after="'
}

# In mode log the answer goes out, and the log says why it should not.
test_ds_logged() {
	ds_pins
	pinbound -q set example.com --mode log
	registry strip-ds example.com.
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	logged 1 'zone="example.com." reason="ds-removed" action="logged" mode="log"'
}
