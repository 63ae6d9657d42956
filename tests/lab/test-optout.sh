# shellcheck shell=bash
# test-optout.sh - a registry that leaves out of its proofs what is not signed (NSEC3
# with opt-out, RFC 5155), as large ones do. It is part of run.sh.
# shellcheck disable=SC2154 # lab.sh sets them

# denies_by TYPE: each server of com. proves with this that a name does not exist.
denies_by() {
	local address
	for address in 127.1.1.1 127.1.1.2; do
		kdig +dnssec +timeout=1 +retry=0 "@$address" no-such-name.com. A |
			grep -q "	$1	" || return
	done
}

# opt_out yes|no: com. is signed anew.
opt_out() {
	local server conf how=NSEC
	for server in com-a com-b; do
		conf=$lab_run/$server/knot.conf
		sed -i '/^    nsec3/d' "$conf"
		if [ "$1" = yes ]; then
			how=NSEC3
			sed -i 's/^    manual: on$/&\n    nsec3: on\n    nsec3-opt-out: on\n    nsec3-iterations: 0\n    nsec3-salt-length: 0/' \
				"$conf"
		fi
		{ knotc -c "$conf" reload && knotc -c "$conf" -b zone-sign com.; } \
			> "$lab_run/$server/knotc" 2>&1 || lab_die "$(cat "$lab_run/$server/knotc")"
	done
	within 10 denies_by "$how" || lab_die "com. does not deny by $how"
}

opt_out_pins() {
	{
		printf 'pin:\n name: example.com\n mode: refuse\n ds: %s\n' \
			"$(ds provider example.com.)"
		printf ' ns: ns1.dns-host.example\n ns: ns2.dns-host.example\n'
		printf 'pin:\n name: shop.com\n mode: refuse\n ds: none\n'
		printf ' ns: ns1.dns-host.example\n ns: ns2.dns-host.example\n'
	} | pins
}

# example.com. is signed, shop.com. is not: what com. proves of that one is only that
# there may be something which is not signed.
test_ds_opt_out() {
	opt_out yes
	opt_out_pins
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected shop.com. MX "NOERROR; 10 mail.shop.com.; "
	answers protected shop.com. DS "NOERROR; ; "
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
	answers protected shop.alias.com. A "NOERROR; 192.0.2.27; "
	logged 0 "pinbound: deviation"
	opt_out no
}

# The DS is taken away, and with it the name is gone from all that com. proves.
test_ds_opt_out_stripped() {
	local refused="SERVFAIL; ; 15 pinbound: ds-removed example.com."
	opt_out yes
	opt_out_pins
	registrar strip-ds example.com.
	forget com
	answers protected example.com. MX "$refused"
	answers protected www.alias.com. A "$refused"
	answers protected shop.com. MX "NOERROR; 10 mail.shop.com.; "
	logged 1 'zone="example.com." reason="ds-removed" action="refused"'
	answers stock example.com. MX "NOERROR; 10 mail.example.com.; "
	opt_out no
}

test_ds_opt_out_appeared() {
	opt_out yes
	opt_out_pins
	registrar swap-ds shop.com.
	forget com
	answers protected shop.com. MX "SERVFAIL; ; 15 pinbound: ds-appeared shop.com."
	answers protected shop.alias.com. A "SERVFAIL; ; 15 pinbound: ds-appeared shop.com."
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	logged 1 'zone="shop.com." reason="ds-appeared" action="refused"'
	registrar restore shop.com.
	opt_out no
}
