# shellcheck shell=bash
# test-subnet.sh - subnetcache keeps answers in a cache of its own, by the client's
# network. It is part of run.sh.

# ask_subnet NAME TYPE: as a client that names its network.
ask_subnet() {
	kdig +timeout=5 +retry=0 +subnet=192.0.2.0/24 "@$(resolver_address subnet)" "$1" "$2" 2>&1 |
		awk '/status:/ { sub(/.*status: /, ""); sub(/;.*/, ""); rcode = $0 }
			!/^;/ && $4 == "A" { data = data " " $5 }
			END { print rcode data }'
}

subnet_answers() {
	local got
	got=$(ask_subnet "$1" "$2")
	[ "$got" = "$3" ] || complain "subnetcache has for $1 $2: $got; expected: $3"
}

# The hijacker's data is cached for a client's network, that of an alias, too, when the
# pin comes. It goes out of that cache as well, and what has nothing to do with it stays.
test_pin_with_subnetcache() {
	pins < /dev/null
	registrar hijack example.com.
	resolver subnet "dynlib subnetcache validator iterator" "    send-client-subnet: 127.0.0.0/8
    client-subnet-always-forward: yes
    cache-min-ttl: 60" # however long all this takes
	subnet_answers mail.example.com. A "NOERROR 203.0.113.25"
	subnet_answers www.alias.com. A "NOERROR 203.0.113.25"
	subnet_answers mail.partner.example. A "NOERROR 192.0.2.26"
	registrar restore example.com. # so that only a cache can still say otherwise
	sleep 0.2
	count_from
	subnet_answers mail.example.com. A "NOERROR 203.0.113.25"
	subnet_answers www.alias.com. A "NOERROR 203.0.113.25"
	asked 0 root com-a com-b example provider hijacker
	pinbound -q add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example
	sleep 0.5
	count_from
	subnet_answers mail.example.com. A "NOERROR 192.0.2.25"
	subnet_answers www.alias.com. A "NOERROR 192.0.2.25"
	asked 0 hijacker
	count_from
	subnet_answers mail.partner.example. A "NOERROR 192.0.2.26"
	asked 0 root com-a com-b example provider hijacker
	stop_last
}
