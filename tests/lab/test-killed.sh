# shellcheck shell=bash disable=SC2154
# test-killed.sh - a resolver that is killed, and a pin store that is changed behind its
# back. To be sourced by run.sh.
#
#   LAB_KILLS    how often it is killed under load (3)

# Changes the pins for as long as the file "$life/edits" is there; notes which changes
# were reported stored.
killed_edits() {
	local number=0
	while [ -e "$life/edits" ]; do
		number=$((number + 1))
		life_pinbound add e$number.example --ns ns1.dns-host.example \
			> "$life/edit.said" 2>> "$life/edit.errors"
		! grep -q '(generation ' "$life/edit.said" || echo "e$number.example" >> "$life/stored"
	done
}

killed_load() {
	while [ -e "$life/edits" ]; do
		dnsperf -s 127.2.0.4 -d "$life/names" -l 2 -Q 500 -c 10 -t 1 >> "$life/load" 2>&1
	done
}

# How many of its queries were answered.
killed_answered() {
	awk '/Queries completed:/ { all += $3 } END { print all + 0 }' "$life/load"
}

# Each time, it starts again at once, refuses what is hijacked, and takes changes; and
# each change that was reported stored is there.
test_killed_under_load() {
	local kills=${LAB_KILLS:-3} i name missing=0 background=()
	life_make
	registrar hijack example.com.
	write_queries "$life/names" "$life/hosted"
	cat "$life/hosted" >> "$life/names"
	: > "$life/edits"
	: > "$life/stored"
	killed_edits &
	background+=($!)
	killed_load &
	background+=($!)
	life_start || return
	for ((i = 0; i < kills; i++)); do
		sleep 0.$((RANDOM % 10))
		kill -KILL "$life_pid"
		wait "$life_pid" 2> /dev/null
		life_start || break
		answers life example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	done
	rm "$life/edits"
	wait "${background[@]}"
	life_pinbound -q verify || complain "the store is not sound"
	life_pinbound export > "$life/pins"
	while read -r name; do
		grep -qx "    name: $name" "$life/pins" || missing=$((missing + 1))
	done < "$life/stored"
	[ "$(killed_answered)" -gt 0 ] || complain "there was no load: $(tail -n 3 "$life/load")"
	[ -s "$life/stored" ] || complain "no change was stored"
	[ $missing -eq 0 ] || complain "$missing of $(wc -l < "$life/stored") changes are lost"
	# With it alive and well, a change is enforced.
	life_pinbound add last.example --ns ns1.dns-host.example > "$life/edit.said" 2>&1
	grep -qx enforced "$life/edit.said" ||
		complain "a change is not enforced: $(cat "$life/edit.said")"
	echo "    killed $i times, $(wc -l < "$life/stored") changes stored," \
		"$(killed_answered) queries answered"
	life_stop
}

# Another file in the store's place: its changes do not get through, and LMDB cannot tell
# what the open one held last. What is pinned is refused, and a reload takes the new one.
test_pins_replaced_while_running() {
	local said
	life_make
	life_start || return
	life_hijack
	answers life example.com. MX "SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
	cp "$life/pins.mdb" "$life/other.mdb"
	mv "$life/other.mdb" "$life/pins.mdb"
	said=$(life_pinbound add partner.example --ns ns1.dns-host.example \
		--ns ns2.dns-host.example 2>&1) && complain "it says that all is well"
	grep -qF "has not enforced it" <<< "$said" || complain "it says: $said"
	answers life example.com. MX "SERVFAIL; ; 15 pinbound: unverified example.com."
	life_said | grep -qF "another file is, or was, in its place" || complain "its log is silent"
	life_reload
	registrar hijack partner.example.
	answers life partner.example. MX "SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	life_stop
}

# For two seconds, it refuses what is hijacked, or has ended.
killed_or_refuses() {
	local i
	for i in 1 2 3 4; do
		kill -0 "$life_pid" 2> /dev/null || return 0
		said=$(ask life example.com. MX)
		[[ $said = SERVFAIL* || $said = "; ; " ]] || return 1 # the latter is no answer
		sleep 0.5
	done
}

# A store that is cut short where it lies: LMDB maps it, so whoever reads what has gone is
# ended by SIGBUS (pinbound-module(8)). No answer is wrong before, "verify" finds it and
# says so, and nothing starts with it.
test_pins_cut_short() {
	local size said
	for size in 0 4096 12288; do
		life_make
		life_start || return
		life_hijack
		answers life example.com. MX "$life_hijacked"
		life_pinbound export > "$lab_run/pins.kept"
		truncate -s $size "$life/pins.mdb"
		killed_or_refuses || complain "cut to $size: it says to example.com. MX: $said"
		kill "$life_pid" 2> /dev/null
		wait "$life_pid" 2> /dev/null
		said=$(life_pinbound verify 2>&1)
		[ $? = 1 ] || complain "cut to $size: verify finds nothing"
		[[ $said = "pinbound: $life/pins.mdb: it "* ]] ||
			complain "cut to $size: verify says: $said"
		PINBOUND_CONF=$life_conf timeout 10 "$lab_unbound/unbound" -d \
			-c "$life/unbound.conf" > /dev/null 2>&1
		[[ $? != @(0|124) ]] || complain "cut to $size: it starts"
		rm "$life/pins.mdb"
		life_pinbound -q init && life_pinbound -q import "$lab_run/pins.kept"
		life_start || return
		answers life example.com. MX "$life_hijacked"
		life_stop
		registrar restore example.com.
	done
}
