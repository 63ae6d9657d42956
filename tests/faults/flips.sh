#!/bin/bash
# flips.sh [FLIPS [SEED]] - flips single bits of a pin store that has seen changes;
# see flips.c. The seed is 1 unless given.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'pins: "%s/pins.mdb"\nstate: "%s/state.mdb"\n' "$work" "$work" > "$work/pinbound.conf"
export PINBOUND_CONF=$work/pinbound.conf
seed=${2:-1}

pinbound() {
	"$build/pinbound" -q "$@" 2> "$work/said" || {
		cat "$work/said"
		exit 1
	}
}

# pins FIRST LAST SERVER: a pin file, with names above and below others.
pins() {
	awk -v first="$1" -v last="$2" -v server="$3" 'BEGIN { for (i = first; i <= last; i++)
		printf "pin:\n name: %sd%d.example\n ns: %s.dns-host.example\n ds: none\n" \
			" note: \"%d %*s\"\n", i % 3 == 0 ? "" : i % 3 ".", i - i % 3,
			server, i, i * 7 % 100, "" }' > "$work/pins"
}

pinbound init
pins 1 300 ns1
pinbound import "$work/pins"
pins 100 200 ns2
pinbound import "$work/pins"
pinbound set d30.example --mode log
pinbound remove d33.example
pinbound add example --ns ns1.dns-host.example
pinbound undo
pinbound verify
echo "flips: seed $seed"
"$build/tests/fault-flips" "$work/pins.mdb" "${1:-10000}" "$seed"
