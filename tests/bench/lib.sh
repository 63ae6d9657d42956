# shellcheck shell=bash disable=SC2154,SC2034,SC2317,SC2016
# lib.sh - what the measures share: rows of the table, medians, a lab with what is to be
# measured in it, and a resolver whose instructions are counted. Sourced by bench.sh.

bench_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LAB_TTL=86400 LAB_NEGATIVE_TTL=3600 LAB_THREADS=${LAB_THREADS:-1}
# shellcheck source=tests/lab/lab.sh
. "$bench_here/../lab/lab.sh"

# --- numbers ------------------------------------------------------------------

# median NUMBER...
median() {
	printf '%s\n' "$@" | sort -g | awk '{ a[NR] = $1 }
		END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'
}

# spread NUMBER...: of the middle half, as a part of the median.
spread() {
	printf '%s\n' "$@" | sort -g | awk '{ a[NR] = $1 }
		function at(q) { return a[int(q * (NR - 1) + 1.5)] }
		END { m = at(0.5); printf "%.3f", m == 0 ? 0 : (at(0.75) - at(0.25)) / m }'
}

# calc EXPRESSION
calc() {
	awk "BEGIN { printf \"%.6g\", $1 }"
}

# holds EXPRESSION: of awk.
holds() {
	awk "BEGIN { exit !($1) }"
}

seconds() {
	date +%s.%N
}

# --- the table ----------------------------------------------------------------

# row MEASURE AIM VALUE UNIT [SPREAD BOUND]: one line, judged: VALUE is to be at most, or,
# with a minus sign in front of AIM, at least that. "-": nothing is aimed at. Where the
# SPREAD of what it is compared with is above BOUND, the machine is too noisy to tell.
row() {
	local verdict=met aim=$2 sign='<='
	[[ $3 =~ ^-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?$ ]] ||
		lab_die "\"$1\" could not be measured: $3"
	case $aim in
	-) verdict='' sign='' aim='' ;;
	-*) sign='>=' aim=${aim#-} ;;
	esac
	if [ -n "$aim" ]; then
		holds "$3 $sign $aim" || verdict='NOT MET'
		[ -z "${5:-}" ] || holds "$5 <= $6" || verdict='too noisy'
		[ "$bench_judges" = yes ] || verdict='not judged'
	fi
	[ -z "$aim" ] || aim="$sign $aim"
	printf '%-46s %9s %-5s %-9s %s\n' "$1" "$(pretty "$3")" "$4" "$aim" "$verdict"
	printf '"%s",%s,%s,"%s","%s",%s\n' "$1" "$3" "$4" "$aim" "$verdict" "${5:-}" \
		>> "$bench_out/table.csv"
}

pretty() {
	awk -v n="$1" 'BEGIN {
		if (n >= 1000) printf "%.0f", n
		else if (n >= 10) printf "%.1f", n
		else printf "%.3g", n }'
}

head_of_table() {
	printf '%-46s %9s %-5s %-9s %s\n' MEASURE VALUE UNIT AIM VERDICT
	echo 'measure,value,unit,aim,verdict,spread of the baseline' > "$bench_out/table.csv"
}

note() {
	echo "    $*"
}

# --- pins ---------------------------------------------------------------------

# write_pins NUMBER: a sorted pin file of zones that nobody has.
write_pins() {
	awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "pin:\n    name: d%08d.pinned.example\n    mode: refuse\n    ns: ns1.dns-host%d.example\n    ns: ns2.dns-host%d.example\n    ds: %d 13 2 %08X%056X\n", i, i % 1000, i % 1000, i % 65536, i, i * 7919 }'
}

# make_store DIRECTORY NUMBER: its stores and pinbound.conf, for PINBOUND_CONF.
make_store() {
	mkdir -p "$1"
	printf 'pins: "%s/pins.mdb"\nstate: "%s/state.mdb"\nrecheck: 3600\n' "$1" "$1" \
		> "$1/pinbound.conf"
	PINBOUND_CONF=$1/pinbound.conf pinbound -q init
	[ "$2" -eq 0 ] || write_pins "$2" |
		PINBOUND_CONF=$1/pinbound.conf pinbound -q import - 2> "$1/import" ||
		lab_die "$(cat "$1/import")"
}

# --- the lab, with more in it -------------------------------------------------

eval "$(declare -f write_zones | sed '1s/write_zones/write_lab_zones/')"
write_zones() {
	write_lab_zones
	seq "$bench_names" | sed 's/.*/h& A 192.0.2.29\nc& CNAME h&/' >> "$lab_run/provider/hosted.example.zone"
	# So that its names are resolved without those of a pinned zone.
	sed -i 's/ns\([12]\)\.example\.com\./ns\1.dns-host.example./' \
		"$lab_run/provider/hosted.example.zone"
	sed -i 's/^hosted NS ns\([12]\)\.example\.com\./hosted NS ns\1.dns-host.example./' \
		"$lab_run/example/example.zone"
	write_many_zones
}

# Zones, to be asked for one after the other: each has to be found from com. on.
write_many_zones() {
	local server i
	for server in com-a com-b; do
		seq "$bench_names" | sed 's/.*/z& NS ns1.dns-host.example.\nz& NS ns2.dns-host.example./' \
			>> "$lab_run/$server/com.zone"
	done
	for ((i = 1; i <= bench_names; i++)); do
		printf '@ %d SOA ns. hostmaster. 1 3600 600 86400 3600\n@ %d NS ns1.dns-host.example.\n@ %d NS ns2.dns-host.example.\n@ %d MX 10 mail.example.com.\n' \
			"$lab_ttl" "$lab_ttl" "$lab_ttl" "$lab_ttl" > "$lab_run/provider/z$i.com.zone"
		printf '  - domain: "z%d.com."\n' $i >> "$lab_run/provider/knot.conf"
	done
}

# The servers, and no resolver yet.
bench_lab() {
	trap lab_stop EXIT
	trap 'exit 130' INT TERM
	ip link set lo up || exit 1
	lab_run=$(mktemp -d "${TMPDIR:-/tmp}/pinbound-bench.XXXXXX")
	start_servers
	printf '. 3600000 NS a.root.\na.root. 3600000 A 127.1.0.1\n' > "$lab_run/root.hints"
	echo ". DS $(ds root .)" > "$lab_run/root.anchor"
}

# names PREFIX ZONE [TYPE]: for dnsperf, bench_names different ones.
names() {
	seq "$bench_names" | sed "s/.*/$1&.$2 ${3:-A}/"
}

# ask_all ADDRESS FILE [OPTION...]: once, one after the other unless there are options.
ask_all() {
	local address=$1 file=$2
	shift 2
	[ $# -gt 0 ] || set -- -q 1
	dnsperf -s "$address" -d "$file" -n 1 -c 1 -T 1 -t 20 -W "$@" > "$lab_run/dnsperf" 2>&1
}

# --- counting instructions ----------------------------------------------------

# Unbound under callgrind, once `counting` is "yes".
counting=no
eval "$(declare -f serve | sed '1s/serve/serve_lab/')"
serve() {
	if [ "$counting" = yes ] && [ "${1##*/}" = unbound ]; then
		serve_lab valgrind "$2" --tool=callgrind --separate-threads=yes \
			--callgrind-out-file="$lab_run/$2/callgrind" "$1" "${@:3}"
	else
		serve_lab "$@"
	fi
}

# counted RESOLVER FILE NAME: the instructions for each query of the file, as "ALL WORKER":
# of all threads, and of the one that answers. (Pinbound's own thread looks at the store
# twenty times a second and writes once, however many queries come in that time.)
counted() {
	local pid=${lab_pid[$1]} out=$lab_run/$1/callgrind
	callgrind_control --zero "$pid" > /dev/null 2>&1
	ask_all "$(resolver_address "$1")" "$2"
	callgrind_control --dump "$pid" > /dev/null 2>&1
	cp "$(echo "$out".*-01 | tr ' ' '\n' | tail -n 1)" "$bench_out/callgrind.$3"
	grep -Hm 1 '^summary: ' "$out".*-* | awk -v n="$(wc -l < "$2")" '
		{ all += $2 } /-01:/ { worker += $2 }
		END { printf "%.6g %.6g\n", all / n, worker / n }'
	rm -f "$out".*
}

# until_verified RESOLVER: a large store is read behind the start, and until then names are
# looked for in it.
until_verified() {
	local i
	[ "$bench_pins" -gt 50000 ] || return 0
	for ((i = 0; i < 6000; i++)); do
		# One that was started before has left its lines there.
		[ "$(grep -oE 'pinbound: (ready|verified)' "$lab_run/$1/log" | tail -n 1)" = \
			'pinbound: verified' ] && return 0
		sleep 0.1
	done
	lab_die "$1 has not read its pins in ten minutes"
}

# --- a resolver that is not started -------------------------------------------

preparing=no
eval "$(declare -f serve | sed '1s/serve/serve_counted/')"
serve() {
	if [ "$preparing" = yes ]; then
		lab_pid[$2]=none
	else
		serve_counted "$@"
	fi
}
eval "$(declare -f wait_for | sed '1s/wait_for/wait_for_lab/')"
wait_for() {
	[ "$preparing" = yes ] || wait_for_lab "$@"
}
