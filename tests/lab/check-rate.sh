#!/bin/bash
# check-rate.sh - how long `pinbound check` of many zones takes, beside the best that the
# limit for each server allows.
#
# Usage: check-rate.sh [RATE...]      questions a second to one address; 0: no limit
#
# With VICE in the environment, one of the two servers of com. is what liar.py makes of
# it: VICE=loses, VICE=silent ...
#
# ZONES (1000) zones below com., each pinned with NS, DS and MX. Each of the two servers
# of com. is asked twice for each of them, and so is each of the zones' own two servers.
set -u
. "$(dirname "$0")/lab.sh"
lab_enter "$@"
zones=${ZONES:-1000}

eval "$(declare -f write_zones | sed '1s/write_zones/write_lab_zones/')"

# Of the lab's zones, and many more at the provider.
write_zones() {
	local i server
	write_lab_zones
	for server in com-a com-b; do
		for ((i = 1; i <= zones; i++)); do
			printf 'z%d NS ns1.dns-host.example.\nz%d NS ns2.dns-host.example.\n' $i $i
		done >> "$lab_run/$server/com.zone"
	done
	for ((i = 1; i <= zones; i++)); do
		printf '@ 5 SOA ns. hostmaster. 1 3600 600 86400 1\n@ 5 NS ns1.dns-host.example.\n@ 5 NS ns2.dns-host.example.\n@ 5 MX 10 mail\n' \
			> "$lab_run/provider/z$i.com.zone"
		printf '  - domain: "z%d.com."\n' $i >> "$lab_run/provider/knot.conf"
	done
}

many_pins() {
	local i
	for ((i = 1; i <= zones; i++)); do
		printf 'pin:\n name: z%d.com\n ns: ns1.dns-host.example\n ns: ns2.dns-host.example\n ds: none\n mx: mail.z%d.com\n' $i $i
	done
}

trap lab_stop EXIT
trap 'exit 130' INT TERM
ip link set lo up || exit 1
lab_run=$(mktemp -d "${TMPDIR:-/tmp}/pinbound-lab.XXXXXX")
start_servers
wait_for 127.1.3.1 "z$zones.com." MX
printf '. 3600000 NS a.root.\na.root. 3600000 A 127.1.0.1\n' > "$lab_run/root.hints"
printf 'pins: "%s/pins.mdb"\nstate: "%s/state.mdb"\n' "$lab_run" "$lab_run" \
	> "$lab_run/pinbound.conf"
export PINBOUND_CONF=$lab_run/pinbound.conf
pinbound -q init || lab_die "pinbound init failed"
many_pins | pinbound -q import - 2> "$lab_run/import" || lab_die "$(cat "$lab_run/import")"

if [ -n "${VICE:-}" ]; then
	knotc -c "$lab_run/com-b/knot.conf" stop > /dev/null
	sleep 2
	serve python3 com-b "$lab_here/liar.py" "$VICE" 127.1.1.2 127.1.1.1
	sleep 1
fi
[ $# -gt 0 ] || set -- 50 200 1000 0
printf '%8s %8s %8s %8s  %s\n' RATE BEST TOOK RATIO SAID
for rate; do
	said=$(pinbound check --root-hints "$lab_run/root.hints" --no-canary --rate "$rate")
	took=$(sed -n 's/.*time=\([0-9.]*\)s.*/\1/p' <<< "$said")
	best=$(awk "BEGIN { print ($rate > 0 ? 2 * $zones / $rate : 0) }")
	printf '%8s %7ss %7ss %8s  %s\n' "$rate" "$best" "$took" \
		"$(awk "BEGIN { printf (($best > 0) ? \"%.3f\" : \"-\"), $took / ($best > 0 ? $best : 1) }")" \
		"${said%%|*}"
	sed 1d <<< "$said" | head -n 5
done
