# shellcheck shell=bash disable=SC2154
# test-doctor.sh - doctor, beside resolvers that run. To be sourced by run.sh.

# doctor_of RESOLVER NAMESERVER...: what it says of a machine that asks these, and has
# this Unbound. The lab's files lie below its root where they lie outside.
doctor_of() {
	local resolver=$1 root=$lab_run/machine directory
	shift
	mkdir -p "$root/etc"
	printf 'nameserver %s\n' "$@" > "$root/etc/resolv.conf"
	for directory in "$lab_run" "$lab_build"; do
		mkdir -p "$root$(dirname "$directory")"
		[ -e "$root$directory" ] || ln -s "$directory" "$root$directory"
	done
	pinbound doctor --json --root "$root" --path "$lab_unbound" \
		--unbound-conf "$lab_run/$resolver/unbound.conf" > "$lab_run/doctor-said"
	doctor_code=$?
}

# finds SEVERITY CHECK [TEXT]
finds() {
	grep -A 2 -F "\"name\": \"$2\"" "$lab_run/doctor-said" |
		grep -A 1 -F "\"severity\": \"$1\"" | grep -qF -- "${3:-}" ||
		complain "doctor does not find $2 $1 ${3:-}: $(grep -A 2 -F "\"$2\"" "$lab_run/doctor-said")"
}

test_doctor_protected() {
	local check
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	sleep 0.5
	doctor_of protected 127.2.0.2
	for check in canary order dynlib module-file build resolver pin-store pins zones \
		weak-settings clock sources; do
		finds ok $check
	done
	[ $doctor_code -lt 2 ] || complain "doctor exits with $doctor_code"
}

test_doctor_stock() {
	doctor_of stock 127.2.0.1
	finds critical canary "nameserver 127.2.0.1 is not protected"
	finds critical canary "NXDOMAIN"
	finds critical order "module-config has no dynlib"
	[ $doctor_code -eq 2 ] || complain "doctor exits with $doctor_code"
}

# The C library asks the second one after a SERVFAIL.
test_doctor_second_server() {
	doctor_of protected 127.2.0.2 127.2.0.1
	finds critical canary "nameserver 127.2.0.1 is not protected: the C library asks it"
	doctor_of protected 127.2.0.2 127.2.0.99
	finds unknown canary "nameserver 127.2.0.99 does not answer"
}

# Those of opendkim are asked, too.
test_doctor_opendkim() {
	local conf=$lab_run/machine/etc/opendkim.conf
	mkdir -p "$(dirname "$conf")"
	echo "Nameservers 127.2.0.2" > "$conf"
	doctor_of protected 127.2.0.2
	finds ok opendkim
	echo "Nameservers 127.2.0.1,127.2.0.2" > "$conf"
	doctor_of protected 127.2.0.2
	finds warning opendkim "opendkim asks 127.2.0.1, which is not protected"
	rm "$conf"
}

# A resolver may refuse the whole of invalid.
test_doctor_refused() {
	unbound_control stock local_zone invalid. always_refuse
	doctor_of protected 127.2.0.1
	finds critical canary "REFUSED"
	unbound_control stock local_zone_remove invalid.
}

test_doctor_weak() {
	unbound_control protected set_option serve-expired: yes
	unbound_control protected forward_add example.com. 127.1.3.1
	doctor_of protected 127.2.0.2
	finds warning weak-settings "serve-expired: yes (says the running Unbound)"
	finds warning zones "a forward-zone for example.com. (says the running Unbound)"
	unbound_control protected set_option serve-expired: no
	unbound_control protected forward_remove example.com.
	doctor_of protected 127.2.0.2
	finds ok weak-settings
	finds ok zones
}
