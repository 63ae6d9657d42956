# shellcheck shell=bash disable=SC2154
# test-vouch.sh - does the zone vouch for a change, under the key that is pinned? The
# last part of "pinbound accept". To be sourced by run.sh, behind test-bad-key.sh and test-time.sh.

# vouched EXPECTED: of example.com., as soon as the resolver has told what it sees.
vouched() {
	within 5 vouched_now "$1" || complain "vouched: $(cat "$lab_run/said"); expected: $1"
}

vouched_now() {
	env "${vouch_env[@]}" "$lab_build/pinbound" accept --json --dry-run example.com \
		--root-hints "$lab_run/root.hints" 2>&1 | jq -c .vouched > "$lab_run/said" 2>&1
	[ "$(cat "$lab_run/said")" = "$1" ]
}

# cds SERVER none|always|delete-dnssec: what that server publishes for example.com.
# (Knot keeps no CDS of a zone file.)
cds() {
	local dir=$lab_run/$1
	sed -i "/cds-cdnskey-publish/d; s/^    single-type-signing: on\$/&\n    cds-cdnskey-publish: $2/" \
		"$dir/knot.conf"
	sign_anew "$dir"
}

csync() {
	echo "zone-set example.com. @ 5 CSYNC 1 3 $1" | edit_zone provider example.com.
}

no_csync() {
	echo "zone-unset example.com. @ CSYNC" | edit_zone provider example.com.
}

# deviates DS...: the registry has these DS of example.com. now, and the resolver has
# seen that.
deviates() {
	local server ds
	for server in com-a com-b; do
		{
			echo "zone-unset com. example.com. DS"
			for ds; do
				echo "zone-set com. example.com. 5 DS $ds"
			done
		} | edit_zone $server com.
	done
	forget com
	ask protected www.example.com. MX > /dev/null
}

vouch_begin() {
	own_ds=$(ds provider example.com.)
	vouch_env=()
	pins < /dev/null
	pinbound -q add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example \
		"$@"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
}

vouch_end() {
	registrar restore example.com.
	forget com
	pins < /dev/null
}

# A key that is pinned for later is withdrawn; another comes that nobody knows.
test_vouch_ds() {
	local standby
	standby="4711 13 2 $(printf 'AB%.0s' {1..32})"
	vouch_begin --ds "$(ds provider example.com.)" --ds "$standby"
	deviates "$own_ds"
	vouched '{"ds":"silent"}'
	cds provider always
	vouched '{"ds":"yes"}'
	# The signatures are expired, or not yet good.
	vouch_env=("LD_PRELOAD=$clock_lib" FAKETIME=+60d)
	vouched '{"ds":"silent"}'
	vouch_env=("LD_PRELOAD=$clock_lib" FAKETIME=-60d)
	vouched '{"ds":"silent"}'
	vouch_env=()
	deviates "$own_ds" "$(ds hijacker example.com.)"
	vouched '{"ds":"no"}'
	fails 1 "the zone itself says otherwise" pinbound accept --yes example.com \
		--root-hints "$lab_run/root.hints"
	"$lab_build/pinbound" accept --dry-run example.com --root-hints "$lab_run/root.hints" \
		> "$lab_run/said"
	grep -q '^ds: the zone says otherwise: its CDS or CDNSKEY is signed$' "$lab_run/said" ||
		complain "it says: $(cat "$lab_run/said")"
	! grep -q '.\{81\}' "$lab_run/said" || complain "too wide: $(cat "$lab_run/said")"
	fails 0 "repinned" pinbound accept --yes --despite-warnings example.com \
		--root-hints "$lab_run/root.hints"
	cds provider none
	vouch_end
}

# The zone is to be signed no more, and says so.
test_vouch_delete() {
	vouch_begin --ds "$(ds provider example.com.)"
	cds provider delete-dnssec
	deviates
	vouched '{"ds":"yes"}'
	cds provider always
	vouched '{"ds":"no"}'
	cds provider none
	vouch_end
}

# What the hijacker signs counts for nothing. And without a DS, nobody can vouch.
test_vouch_of_hijacker() {
	vouch_begin --ds "$(ds provider example.com.)"
	cds hijacker always
	registrar replace-ds example.com.
	forget com
	ask protected www.example.com. MX > /dev/null
	vouched '{"ns":"silent","ds":"silent"}'
	cds provider always
	vouched '{"ns":"silent","ds":"no"}'
	cds provider none
	cds hijacker none
	vouch_end
	vouch_begin
	registrar hijack example.com.
	forget com
	ask protected www.example.com. MX > /dev/null
	vouched '{"ns":"no-key"}'
	vouch_end
}

# A move to other servers, which the zone itself announces.
test_vouch_ns() {
	local server
	vouch_begin --ds "$(ds provider example.com.)"
	for server in com-a com-b; do
		delegate $server com. example.com. "ns1.dns-host.example. ns1.other-host.example." \
			"$own_ds"
	done
	forget com
	ask protected www.example.com. MX > /dev/null
	vouched '{"ns":"silent"}'
	csync "A AAAA" # not NS
	vouched '{"ns":"silent"}'
	no_csync
	csync "A NS AAAA"
	vouched '{"ns":"no"}'
	printf 'zone-unset example.com. @ NS ns2.dns-host.example.\nzone-set example.com. @ 5 NS ns1.other-host.example.\n' |
		edit_zone provider example.com.
	vouched '{"ns":"yes"}'
	printf 'zone-set example.com. @ 5 NS ns2.dns-host.example.\nzone-unset example.com. @ NS ns1.other-host.example.\n' |
		edit_zone provider example.com.
	no_csync
	vouch_end
}
