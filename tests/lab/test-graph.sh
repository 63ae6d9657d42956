# shellcheck shell=bash disable=SC2154,SC2028
# test-graph.sh - "pinbound graph" of a firm with four providers. To be sourced by run.sh.

graph_com="firm dns-alpha mail-gamma"
graph_example="dns-beta backup-delta"

# firm.com. has its servers at two providers, its mail at two others, and one of these
# has its own servers at the first.
graph_begin() {
	local server name
	knot firm "127.1.4.1 127.1.4.2" firm.com. dns-alpha.com. dns-beta.example. \
		mail-gamma.com. backup-delta.example.
	zone firm firm.com. <<- END
		@ NS ns1.dns-alpha.com.
		@ NS ns2.dns-alpha.com.
		@ NS ns1.dns-beta.example.
		@ NS ns2.dns-beta.example.
		@ MX 10 mx1.mail-gamma.com.
		@ MX 10 mx2.mail-gamma.com.
		@ MX 20 mx.backup-delta.example.
	END
	for name in dns-alpha.com. dns-beta.example. mail-gamma.com.; do
		zone firm $name <<- END
			@ NS ns1
			@ NS ns2
			ns1 A 127.1.4.1
			ns2 A 127.1.4.2
			mx1 A 192.0.2.31
			mx2 A 192.0.2.32
		END
	done
	zone firm backup-delta.example. <<- END
		@ NS ns1.dns-alpha.com.
		@ NS ns1.dns-host.example.
		mx A 192.0.2.33
	END
	serve knotd firm -c "$lab_run/firm/knot.conf"
	wait_for 127.1.4.1 firm.com. SOA
	for server in com-a com-b; do
		{
			for name in ns1.dns-alpha.com. ns2.dns-alpha.com. ns1.dns-beta.example. \
				ns2.dns-beta.example.; do
				echo "zone-set com. firm 5 NS $name"
			done
			for name in dns-alpha mail-gamma; do
				printf "zone-set com. $name 5 NS ns%d.$name\nzone-set com. ns%d.$name 5 A 127.1.4.%d\n" \
					1 1 1 2 2 2
			done
		} | edit_zone $server com.
	done
	{
		printf "zone-set example. dns-beta 5 NS ns%d.dns-beta\nzone-set example. ns%d.dns-beta 5 A 127.1.4.%d\n" \
			1 1 1 2 2 2
		echo "zone-set example. backup-delta 5 NS ns1.dns-alpha.com."
		echo "zone-set example. backup-delta 5 NS ns1.dns-host.example."
	} | edit_zone example example.
	pinbound -q import --replace - <<- END
		pin:
		 name: firm.com
		 mode: refuse
		 ns: ns1.dns-alpha.com
		 ns: ns2.dns-alpha.com
		 ns: ns1.dns-beta.example
		 ns: ns2.dns-beta.example
		pin:
		 name: dns-alpha.com
		 mode: log
		 ns: ns1.dns-alpha.com
		 ns: ns2.dns-alpha.com
		pin:
		 name: mail-gamma.com
		 mode: refuse
		 ns: ns1.mail-gamma.com
		 ns: ns9.mail-gamma.com
	END
}

graph_end() {
	local server name
	for server in com-a com-b; do
		for name in $graph_com; do
			printf 'zone-unset com. %s NS\n' "$name"
			[ "$name" = firm ] || printf "zone-unset com. ns%d.$name A\n" 1 2
		done | edit_zone $server com.
	done
	{
		for name in $graph_example; do
			printf 'zone-unset example. %s NS\n' "$name"
		done
		printf 'zone-unset example. ns%d.dns-beta A\n' 1 2
	} | edit_zone example example.
	stop_last
}

graph() {
	timeout 60 "$lab_build/pinbound" graph --root-hints "$lab_run/root.hints" "$@"
}

# drawn: the nodes, their texts, and the arrows, without what only looks.
drawn() {
	grep -E ' -> |label="[^"]' "$lab_run/graph" | grep -v arrowhead=none |
		sed -E 's/\[.*label=" ?/ /; s/ ?"(, |\]).*//; s/^\t+//; s/ +/ /g'
}

test_graph() {
	local expected kind
	graph_begin
	graph firm.com > "$lab_run/graph" 2>&1 || complain "graph fails"
	expected='zone0 firm.com.\nbelow com.\npinned: refuse, not signed
zone1 dns-alpha.com.\nbelow com.\npinned: log, not signed
hosts0 ns1.dns-alpha.com.\lns2.dns-alpha.com.\l
hosts7 ns1.dns-alpha.com.\l
zone2 dns-beta.example.\nbelow example.\nnot pinned, not signed
hosts1 ns1.dns-beta.example.\lns2.dns-beta.example.\l
zone3 mail-gamma.com.\nbelow com.\npinned: refuse, not signed\nDEVIATES\nns-unexpected\nchild-ns-unexpected
hosts2 mx1.mail-gamma.com.\lmx2.mail-gamma.com.\l
hosts6 ns1.mail-gamma.com.\lns2.mail-gamma.com.\l
zone4 backup-delta.example.\nbelow example.\nnot pinned, not signed
hosts3 mx.backup-delta.example.\l
zone5 dns-host.example.\nbelow example.\nnot pinned, not signed
hosts8 ns1.dns-host.example.\l
hosts9 ns1.dns-host.example.\lns2.dns-host.example.\l
zone0 -> hosts0 NS
zone0 -> hosts1 NS
zone0 -> hosts2 MX
zone0 -> hosts3 MX
zone1 -> hosts0 NS
zone2 -> hosts1 NS
zone3 -> hosts6 NS
zone4 -> hosts7 NS
zone4 -> hosts8 NS
zone5 -> hosts9 NS'
	[ "$(drawn)" = "$expected" ] || complain "drawn is:
$(drawn)
expected:
$expected"
	for kind in svg png; do
		graph firm.com --$kind "$lab_run/picture.$kind" || complain "no $kind"
		[ "$(echo "$lab_run/picture.$kind"*)" = "$lab_run/picture.$kind" ] ||
			complain "something was left beside picture.$kind"
	done
	grep -q '</svg>' "$lab_run/picture.svg" || complain "it is no SVG"
	[ "$(head -c 4 "$lab_run/picture.png" | tail -c 3)" = PNG ] || complain "it is no PNG"
	[ "$(graph firm.com --json | jq -c '[.complete, (.zones[] | select(.reasons != []) | [.zone, .mode, .reasons])]')" = \
		'[true,["mail-gamma.com.","refuse",["ns-unexpected","child-ns-unexpected"]]]' ] ||
		complain "json: $(graph firm.com --json)"
	fails 1 "mail.example.com. is not a zone, but a name in example.com.; pin that" \
		graph mail.example.com
	# A file that cannot be written is said; one that was there stays.
	fails 1 "nowhere/picture.svg: No such file or directory" graph firm.com \
		--svg "$lab_run/nowhere/picture.svg"
	graph_end
}

# Names that mean something to Graphviz; zones that depend on themselves and each other.
test_graph_hostile() {
	local server
	for server in com-a com-b; do
		{
			echo 'zone-set com. evil\\034\\093\\059x 5 NS "ns\\\"\\>\\\\n.loop-b"'
			echo "zone-set com. loop-b 5 NS ns.loop-b"
		} | edit_zone $server com.
	done
	pins < /dev/null
	graph 'evil\034\093\059x.com' > "$lab_run/graph" 2>&1 || complain "graph fails"
	dot -Tsvg "$lab_run/graph" > "$lab_run/picture.svg" 2> "$lab_run/said" ||
		complain "dot fails"
	[ ! -s "$lab_run/said" ] || complain "dot says: $(cat "$lab_run/said")"
	grep -qF 'label="evil\\034]\\059x.com.\nbelow com.\n' "$lab_run/graph" ||
		complain "the zone: $(cat "$lab_run/graph")"
	grep -qF 'label="ns\\034>\\\\n.loop-b.com.\l ' "$lab_run/graph" ||
		complain "its host: $(cat "$lab_run/graph")"
	# Two zones, and an arrow of each.
	[ "$(grep -c '<!-- zone' "$lab_run/picture.svg")" -eq 4 ] ||
		complain "drawn: $(cat "$lab_run/picture.svg")"
	for server in com-a com-b; do
		printf 'zone-unset com. %s NS\n' 'evil\\034\\093\\059x' loop-b | edit_zone $server com.
	done
}
