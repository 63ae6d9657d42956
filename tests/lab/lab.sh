# shellcheck shell=bash
# lab.sh - a small internet of real servers in a network namespace of its own.
#
# To be sourced by a program that has called lab_enter "$@" first. Then:
#
#   lab_start              starts it; lab_stop ends it (also on exit)
#   registrar VERB NAME    changes a delegation at its registry: hijack, hold,
#                          strip-ds, swap-ds, replace-ds, restore
#   ask RESOLVER NAME TYPE [FLAG]
#                          what the resolver answers: "RCODE; DATA; EDE"; FLAG is an
#                          option of kdig, such as +cdflag
#   queries SERVER         how many queries the server has had so far
#   pins < FILE            stores these pins and no others, and reloads
#
# LAB_THREADS is the number of threads of each resolver (2), LAB_REUSEPORT whether
# each has a socket of its own (yes, as Unbound's default).
#
# Who is who (all on port 53):
#
#   127.1.0.1      root        .
#   127.1.1.1, .2  com-a, -b   com., signed: two servers with a copy each
#   127.1.2.1      example     example., not signed; on 127.1.2.2 sub.example.com
#   127.1.3.1, .2  provider    dns-host.example, example.com (signed),
#                              partner.example, shop.com, alias.com, and
#                              hosted.example, whose NS hosts lie in example.com
#   127.6.6.6      hijacker    evil.example, and a copy of his own, signed, of
#                              example.com, partner.example, shop.com and
#                              sub.example.com
#   127.2.0.1      stock       Unbound as everyone runs it
#   127.2.0.2      protected   Unbound with Pinbound

lab_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lab_build=$(cd "${BUILD:-$lab_here/../../build}" && pwd)
lab_unbound=$(cd "${UNBOUND_BUILD:-$lab_build/unbound}" && pwd)
lab_ttl=${LAB_TTL:-5}         # of all data, in seconds
lab_negative_ttl=${LAB_NEGATIVE_TTL:-1}
lab_recheck=${LAB_RECHECK:-2} # as pinbound.conf's
lab_pids=()
loads=() # that test-load.sh has started
declare -A lab_pid # of each server
lab_run=

# Runs the calling program again, in a network namespace of its own.
lab_enter() {
	local how
	[ "${LAB_INSIDE:-no}" = no ] || return 0
	export LAB_INSIDE=yes
	# Root in a container may lack the right, and have that to a user namespace.
	for how in -n -Urn; do
		! unshare $how true 2> /dev/null || exec unshare $how "$0" "$@"
	done
	echo "The lab needs a network namespace, and the kernel does not give one" >&2
	echo "to $(id -un). Run it as root, or allow user namespaces." >&2
	exit 1
}

# alive: those of our servers that still run.
alive() {
	local pid
	for pid in "${lab_pids[@]}"; do
		! kill -0 "$pid" 2> /dev/null || echo "$pid"
	done
}

# One that does not end by itself is ended.
lab_stop() {
	local pid i
	for pid in "${lab_pids[@]}" "${loads[@]}"; do
		kill "$pid" 2> /dev/null
	done
	for ((i = 0; i < 100; i++)); do
		[ -n "$(alive)" ] || break
		sleep 0.1
	done
	for pid in $(alive); do
		kill -KILL "$pid" 2> /dev/null
	done
	wait "${lab_pids[@]}" 2> /dev/null
	lab_pids=()
	[ -z "$lab_run" ] || rm -rf "$lab_run"
	lab_run=
}

# The end of every log, for whoever has to find out.
lab_logs() {
	local log
	for log in "$lab_run"/*/log "$lab_run"/*/output; do
		echo "--- $log"
		tail -n 15 "$log"
	done
}

lab_die() {
	echo "lab: $*" >&2
	[ -z "$lab_run" ] || lab_logs >&2
	exit 1
}

# --- the authoritative servers ----------------------------------------------

# knot SERVER "ADDRESS..." ZONE...: writes its configuration. A zone's file must
# follow; "signed:ZONE" is signed by the server, with the keys it is given here.
knot() {
	local server=$1 addresses=$2 dir=$lab_run/$1 address zone
	shift 2
	mkdir -p "$dir/keys"
	{
		printf 'server:\n    rundir: "%s"\n    listen: [' "$dir"
		for address in $addresses; do
			printf ' %s@53%s' "$address" "$([ "$address" = "${addresses##* }" ] || echo ,)"
		done
		printf ' ]\n    edns-client-subnet: on\n    udp-workers: 1\n    tcp-workers: 1\n    background-workers: 1\n'
		printf 'log:\n  - target: "%s/log"\n    any: info\n' "$dir"
		printf 'database:\n    storage: "%s"\n    journal-db-max-size: 8M\n' "$dir"
		printf '    kasp-db-max-size: 8M\n    timer-db-max-size: 8M\n'
		printf 'policy:\n  - id: lab\n    manual: on\n    single-type-signing: on\n'
		printf 'mod-stats:\n  - id: lab\n    server-operation: on\n    query-type: on\n'
		printf 'template:\n  - id: default\n    storage: "%s"\n    file: "%%s.zone"\n' "$dir"
		printf '    global-module: mod-stats/lab\n    zonefile-sync: -1\n'
		printf '    zonefile-load: whole\nzone:\n'
		for zone; do
			printf '  - domain: "%s"\n' "${zone#signed:}"
			[ "$zone" = "${zone#signed:}" ] ||
				printf '    dnssec-signing: on\n    dnssec-policy: lab\n'
		done
	} > "$dir/knot.conf"
	for zone; do
		[ "$zone" = "${zone#signed:}" ] || make_key "$server" "${zone#signed:}"
	done
}

make_key() {
	keymgr -c "$lab_run/$1/knot.conf" "$2" generate algorithm=ECDSAP256SHA256 ksk=yes \
		zsk=yes > "$lab_run/$1/keymgr" 2>&1 || lab_die "$(cat "$lab_run/$1/keymgr")"
}

# ds SERVER ZONE: the RDATA of the DS (SHA-256) for its key.
ds() {
	local kept=$lab_run/$1/keys/$2.ds
	[ -s "$kept" ] || keymgr -c "$lab_run/$1/knot.conf" "$2" ds |
		awk '$2 == "DS" && $5 == 2 { print $3, $4, $5, toupper($6) }' > "$kept"
	cat "$kept"
}

# zone SERVER NAME: the zone file, from standard input, with an SOA in front.
# The hijacker's shows whose it is.
zone() {
	local mname=ns.${2#.}
	[ "$1" != hijacker ] || mname=ns1.evil.example.
	{
		# shellcheck disable=SC2016
		printf '$ORIGIN %s\n$TTL %d\n' "$2" "$lab_ttl"
		printf '@ SOA %s hostmaster.%s 1 3600 600 86400 %d\n' "$mname" "${2#.}" \
			"$lab_negative_ttl" | sed 's/ns\. /ns. /'
		cat
	} > "$lab_run/$1/${2%.}.zone"
}

write_zones() {
	zone provider dns-host.example. <<- END
		@ NS ns1
		@ NS ns2
		ns1 A 127.1.3.1
		ns2 A 127.1.3.2
	END
	zone provider example.com. <<- END
		@ NS ns1.dns-host.example.
		@ NS ns2.dns-host.example.
		@ MX 10 mail
		mail A 192.0.2.25
		ns1 A 127.1.3.1
		ns2 A 127.1.3.2
		sub NS ns1.other-host.example.
	END
	zone provider hosted.example. <<- END
		@ NS ns1.example.com.
		@ NS ns2.example.com.
		* A 192.0.2.27
	END
	zone provider partner.example. <<- END
		@ NS ns1.dns-host.example.
		@ NS ns2.dns-host.example.
		@ MX 10 mail
		mail A 192.0.2.26
	END
	zone provider shop.com. <<- END
		@ NS ns1.dns-host.example.
		@ NS ns2.dns-host.example.
		@ MX 10 mail
		mail A 192.0.2.27
	END
	zone example sub.example.com. <<- END
		@ NS ns1.other-host.example.
		@ MX 10 mail
		mail A 192.0.2.28
	END
	zone provider alias.com. <<- END
		@ NS ns1.dns-host.example.
		@ NS ns2.dns-host.example.
		www CNAME mail.example.com.
		other CNAME mail.example.com.
		partner CNAME mail.partner.example.
		shop CNAME mail.shop.com.
		sub CNAME mail.sub.example.com.
	END
	zone hijacker evil.example. <<- END
		@ NS ns1
		@ NS ns2
		ns1 A 127.6.6.6
		ns2 A 127.6.6.6
		mx A 203.0.113.25
	END
	for name in example.com. partner.example. shop.com. sub.example.com.; do
		zone hijacker $name <<- END
			@ NS ns1.evil.example.
			@ NS ns2.evil.example.
			@ MX 10 mx.evil.example.
			mail A 203.0.113.25
		END
	done
	zone example example. <<- END
		@ NS a.nic
		a.nic A 127.1.2.1
		dns-host NS ns1.dns-host
		dns-host NS ns2.dns-host
		ns1.dns-host A 127.1.3.1
		ns2.dns-host A 127.1.3.2
		ns1.other-host A 127.1.2.2
		evil NS ns1.evil
		evil NS ns2.evil
		ns1.evil A 127.6.6.6
		ns2.evil A 127.6.6.6
		partner NS ns1.dns-host
		partner NS ns2.dns-host
		hosted NS ns1.example.com.
		hosted NS ns2.example.com.
	END
	for server in com-a com-b; do
		zone "$server" com. <<- END
			@ NS a.nic
			@ NS b.nic
			a.nic A 127.1.1.1
			b.nic A 127.1.1.2
			example NS ns1.dns-host.example.
			example NS ns2.dns-host.example.
			example DS $(ds provider example.com.)
			shop NS ns1.dns-host.example.
			shop NS ns2.dns-host.example.
			alias NS ns1.dns-host.example.
			alias NS ns2.dns-host.example.
			gone DNAME no-such.com.
		END
	done
	zone root . <<- END
		@ NS a.root.
		a.root. A 127.1.0.1
		com. NS a.nic.com.
		com. NS b.nic.com.
		com. DS $(ds com-a com.)
		a.nic.com. A 127.1.1.1
		b.nic.com. A 127.1.1.2
		example. NS a.nic.example.
		a.nic.example. A 127.1.2.1
	END
}

# serve PROGRAM SERVER ARGUMENT...: starts it, to be ended with the lab. In a session
# of its own, Ctrl-C does not reach it before lab_stop does.
serve() {
	local program=$1 server=$2
	shift 2
	setsid "$program" "$@" > "$lab_run/$server/output" 2>&1 &
	lab_pids+=($!)
	lab_pid[$server]=$!
}

# wait_for ADDRESS NAME TYPE [PID]: until that server answers this with data, as long as
# the process runs, for two minutes at the most.
wait_for() {
	local end=$((SECONDS + 120))
	while [ $SECONDS -lt $end ]; do
		[ -z "${4:-}" ] || kill -0 "$4" 2> /dev/null || lab_die "$1 has ended"
		! kdig +short +timeout=1 +retry=0 "@$1" "$2" "$3" 2> /dev/null |
			grep -qv '^;' || return 0
		sleep 0.1
	done
	lab_die "$1 does not answer for $2 $3"
}

start_servers() {
	local server
	knot root 127.1.0.1 signed:.
	knot com-a 127.1.1.1 signed:com.
	knot com-b 127.1.1.2 com.
	# Both sign with one key, as two copies of a registry's zone do.
	rm -rf "$lab_run/com-b/keys"
	cp -r "$lab_run/com-a/keys" "$lab_run/com-b/keys"
	sed -i 's/^  - domain: "com."/&\n    dnssec-signing: on\n    dnssec-policy: lab/' \
		"$lab_run/com-b/knot.conf"
	knot example "127.1.2.1 127.1.2.2" example. sub.example.com.
	knot provider "127.1.3.1 127.1.3.2" dns-host.example. signed:example.com. \
		partner.example. shop.com. alias.com. hosted.example.
	knot hijacker 127.6.6.6 evil.example. signed:example.com. signed:partner.example. \
		signed:shop.com. signed:sub.example.com.
	write_zones
	for server in root com-a com-b example provider hijacker; do
		serve knotd $server -c "$lab_run/$server/knot.conf"
	done
	wait_for 127.1.0.1 . DNSKEY
	wait_for 127.1.1.1 com. DNSKEY
	wait_for 127.1.1.2 com. DNSKEY
	wait_for 127.1.2.1 example. SOA
	wait_for 127.1.3.2 example.com. DNSKEY
	wait_for 127.6.6.6 evil.example. SOA
	wait_for 127.6.6.6 example.com. DNSKEY
	wait_for 127.6.6.6 partner.example. DNSKEY
}

queries() {
	knotc -c "$lab_run/$1/knot.conf" stats mod-stats.server-operation 2> /dev/null |
		sed -n 's/.*\[query\] = \([0-9]*\)$/\1/p' | grep . || echo 0
}

# --- the registrar ----------------------------------------------------------

# edit_zone SERVER ZONE: what zone-set and zone-unset say on standard input, at once.
# What is to be unset may be gone already.
edit_zone() {
	local dir=$lab_run/$1
	{
		echo "zone-begin $2"
		cat
		echo "zone-commit $2"
	} | knotc -c "$dir/knot.conf" > "$dir/knotc" 2>&1
	[ "$(tail -n 1 "$dir/knotc")" = OK ] || lab_die "knotc: $(cat "$dir/knotc")"
}

# delegate SERVER ZONE NAME NS... [DS]: what the server's zone says of NAME now.
delegate() {
	local server=$1 zone=$2 name=$3 ns=$4 signed=$5 host
	{
		echo "zone-unset $zone $name NS"
		echo "zone-unset $zone $name DS"
		for host in $ns; do
			echo "zone-set $zone $name $lab_ttl NS $host"
		done
		[ -z "$signed" ] || echo "zone-set $zone $name $lab_ttl DS $signed"
	} | edit_zone "$server" "$zone"
}

# takeover NAME, give_back NAME: somebody is at the provider. The delegation stays,
# mail goes elsewhere.
takeover() {
	printf 'zone-unset %s %s MX\nzone-set %s %s %d MX 10 mx.evil.example.\n' \
		"$1" "$1" "$1" "$1" "$lab_ttl" | edit_zone provider "$1"
}

give_back() {
	printf 'zone-unset %s %s MX\nzone-set %s %s %d MX 10 mail.%s\n' \
		"$1" "$1" "$1" "$1" "$lab_ttl" "$1" | edit_zone provider "$1"
}

# legitimate_ds NAME: what belongs at the registry; nothing if the zone is not signed.
legitimate_ds() {
	[ "$1" != example.com. ] || ds provider example.com.
}

# The change has been made when each server of the registry says so.
registrar() {
	local verb=$1 name=$2 servers=example zone=example. server
	local ns="ns1.dns-host.example. ns2.dns-host.example." signed=''
	case $name in
	sub.example.com.)
		servers=provider zone=example.com.
		ns="ns1.other-host.example."
		;;
	*.com.) servers="com-a com-b" zone=com. ;;
	esac
	[ -z "${3:-}" ] || servers=$3 # one server of several
	case $verb in
	hijack) # the DS goes with it, so that the hijacker's zone validates
		ns="ns1.evil.example. ns2.evil.example."
		;;
	replace-ds) # or it becomes his own, so that what he signs validates
		ns="ns1.evil.example. ns2.evil.example."
		signed=$(ds hijacker "$name")
		;;
	swap-ds) signed=$(ds hijacker "$name") ;;
	strip-ds) ;;
	hold) ns= ;;
	restore) signed=$(legitimate_ds "$name") ;;
	*) lab_die "registrar: there is no \"$verb\"" ;;
	esac
	for server in $servers; do
		delegate "$server" "$zone" "$name" "$ns" "$signed"
	done
}

# --- the resolvers ----------------------------------------------------------

resolver_address() {
	case $1 in
	stock) echo 127.2.0.1 ;;
	protected) echo 127.2.0.2 ;;
	subnet) echo 127.2.0.5 ;; # see test-subnet.sh
	life) echo 127.2.0.4 ;; # see test-lifecycle.sh
	*) echo "$1" ;; # an address
	esac
}

# Unbound drops an answer that took it two seconds. On a machine with more to do than it
# can, they are soon over.
patience_of_unbound() {
	! "$lab_unbound/unbound-checkconf" -o discard-timeout /dev/null > /dev/null 2>&1 ||
		echo "    discard-timeout: 20000"
}

# resolver NAME MODULES [LINES]: configures and starts it. LINES go into its server:
# clause.
resolver() {
	local dir=$lab_run/$1 address
	address=$(resolver_address "$1")
	mkdir -p "$dir"
	{
		cat <<- END
			server:
			    directory: "$dir"
			    chroot: ""
			    username: ""
			    pidfile: ""
			    use-syslog: no
			    logfile: "$dir/log"
			    interface: $address
			    outgoing-interface: ${address/127.2/127.3}
			    access-control: 127.0.0.0/8 allow
			    num-threads: ${LAB_THREADS:-2}
			    so-reuseport: ${LAB_REUSEPORT:-yes}
			    do-ip6: no
			    do-not-query-localhost: no
			    root-hints: "$lab_run/root.hints"
			    trust-anchor-file: "$lab_run/root.anchor"
			    trust-anchor-signaling: no
			    # Queries are counted: none is to be sent again because of a slow machine.
			    infra-cache-min-rtt: 1000
			    module-config: "$2"
			$(patience_of_unbound)
			${3:-}
			remote-control:
			    control-enable: yes
			    control-interface: "$dir/control"
			    control-use-cert: no
		END
		case $2 in
		*dynlib*) printf 'dynlib:\n    dynlib-file: "%s/pinbound.so"\n' "$lab_build" ;;
		esac
	} > "$dir/unbound.conf"
	serve "$lab_unbound/unbound" "$1" -d -c "$dir/unbound.conf"
	wait_for "$address" . NS "${lab_pid[$1]}"
}

# stop_last: ends the server that was started last.
stop_last() {
	kill "${lab_pids[-1]}"
	wait "${lab_pids[-1]}" 2> /dev/null
	unset 'lab_pids[-1]'
}

unbound_control() {
	local resolver=$1
	shift
	timeout 120 "$lab_unbound/unbound-control" -c "$lab_run/$resolver/unbound.conf" "$@" \
		> "$lab_run/$resolver/control-said" 2>&1 ||
		lab_die "unbound-control $*: $(cat "$lab_run/$resolver/control-said")"
}

reload() {
	unbound_control stock reload
	unbound_control protected reload
	wait_for 127.2.0.1 . NS "${lab_pid[stock]}"
	wait_for 127.2.0.2 . NS "${lab_pid[protected]}"
}

pinbound() {
	"$lab_build/pinbound" "$@"
}

# What both resolvers have in their caches of a domain is forgotten.
forget() {
	unbound_control stock flush_zone "$1"
	unbound_control protected flush_zone "$1"
}

# The pins are those on standard input: none, if there is nothing.
pins() {
	{ echo '# pinbound-pins 1' && cat; } | pinbound -q import --replace - || lab_die "the pins cannot be stored"
	reload
}

# ask RESOLVER NAME TYPE: "RCODE; DATA; EDE", each part empty if there is none. Waits for
# $patience seconds (5).
ask() {
	local out
	# shellcheck disable=SC2086 # there may be none
	out=$(kdig "+timeout=${patience:-5}" +retry=0 +edns ${4:-} \
		"@$(resolver_address "$1")" "$2" "$3" 2>&1)
	printf '%s; %s; %s\n' \
		"$(sed -n 's/.*status: \([A-Z]*\);.*/\1/p' <<< "$out")" \
		"$(awk -v type="$3" '!/^;/ && $4 == type { $1 = $2 = $3 = $4 = ""; sub(/^ +/, ""); print }' \
			<<< "$out" | sort | paste -sd ' ')" \
		"$(sed -n "s/^;; EDE: \([0-9]*\)[^']*'\(.*\)'.*/\1 \2/p" <<< "$out")"
}

# resident SERVER: its resident memory, in KiB.
resident() {
	awk '/^VmRSS/ { print $2 }' "/proc/${lab_pid[$1]}/status"
}

# until_then COMMAND...: over and over, until $deadline (in seconds of this shell).
# shellcheck disable=SC2154 # it is the caller's
until_then() {
	while [ $SECONDS -lt "$deadline" ]; do
		"$@" || return
	done
}

log_of() {
	cat "$lab_run/$1/log"
}

# --- all of it --------------------------------------------------------------

lab_start() {
	trap lab_stop EXIT
	trap 'exit 130' INT TERM
	ip link set lo up || exit 1
	lab_run=$(mktemp -d "${TMPDIR:-/tmp}/pinbound-lab.XXXXXX")
	start_servers
	printf '. 3600000 NS a.root.\na.root. 3600000 A 127.1.0.1\n' > "$lab_run/root.hints"
	echo ". DS $(ds root .)" > "$lab_run/root.anchor"
	printf 'pins: "%s/pins.mdb"\nstate: "%s/state.mdb"\nrecheck: %d\n' "$lab_run" "$lab_run" \
		"$lab_recheck" > "$lab_run/pinbound.conf"
	export PINBOUND_CONF=$lab_run/pinbound.conf
	pinbound -q init || lab_die "pinbound init failed"
	resolver stock "validator iterator"
	resolver protected "dynlib validator iterator"
}
