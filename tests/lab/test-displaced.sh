# shellcheck shell=bash disable=SC2154
# test-displaced.sh - what people do to pins.mdb and its lock file under a running
# resolver: they move it, put another one in its place, remove the lock file. And a
# command that is killed at the worst moment. To be sourced by run.sh, behind
# test-lifecycle.sh.

# life_generations N: it has that many changes behind it, and so many pins more.
life_generations() {
	local i
	for ((i = 1; i <= $1; i++)); do
		life_pinbound -q add "n$i.example" --ns ns1.dns-host.example
	done
}

# life_changes NAME: a change arrives.
life_changes() {
	local said
	said=$(life_pinbound add "$1" --ns ns1.elsewhere.example 2>&1)
	grep -qx enforced <<< "$said" || complain "a change does not arrive: $said"
	answers life "$1" MX "SERVFAIL; ; 15 pinbound: ns-unexpected $1."
}

# life_change_fails NAME TEXT: it does not, and the command says so.
life_change_fails() {
	local said
	said=$(life_pinbound add "$1" --ns ns1.elsewhere.example 2>&1) &&
		complain "it says that all is well: $said"
	grep -qF "$2" <<< "$said" || complain "it says: $said"
}

# life_tells_all_or_so: what is told of the store has its last pin, or it says that it
# has not.
life_tells_all_or_so() {
	local said verb
	for verb in list export verify; do
		said=$(life_pinbound "$verb" 2>&1) && [ "$verb" = verify ] &&
			complain "verify says that all is well: $said"
		grep -qE "its last change is not in use|in its place" <<< "$said" ||
			complain "$verb says nothing of what it leaves out: $said"
	done
}

# A newer copy in the store's place: LMDB would write the next change over the copy's last.
test_pins_replaced_by_newer() {
	local more i
	for more in 1 2 3 4; do
		life_make
		life_start || return
		mkdir "$life/primary"
		cp "$life/pins.mdb" "$life/primary/"
		printf 'pins: "%s/primary/pins.mdb"\nstate: "%s/none"\n' "$life" "$life" \
			> "$life/primary/conf"
		for ((i = 1; i <= more; i++)); do
			PINBOUND_CONF=$life/primary/conf pinbound -q add "m$i.example" \
				--ns ns1.dns-host.example 2> /dev/null
		done
		mv "$life/primary/pins.mdb" "$life/pins.mdb"
		life_change_fails partner.example "another file is, or was, in its place"
		life_tells_all_or_so
		life_reload
		life_changes partner.example
		life_stop
		[ "$(life_pinbound list --json | jq length)" -eq $((more + 2)) ] ||
			complain "of $((more + 2)) pins there are: $(life_pinbound list)"
	done
}

# Restored from an older one, with the lock file removed, but without a stop. Its
# generations are lower than what the resolver has enforced of the other.
test_pins_restored_without_stop() {
	life_make
	life_generations 8
	life_start || return
	mv "$life/pins.mdb" "$life/pins.damaged"
	rm "$life/pins.mdb-lock"
	life_pinbound -q init
	within 5 life_has_said "another file is in its place" || complain "its log is silent"
	life_change_fails partner.example "has not enforced it"
	life_reload
	answers life partner.example. MX "SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	life_stop
}

# The same with a change at once, before the resolver has looked: while it reads many pins,
# too. That it was enforced is what it may not say.
test_pins_restored_and_changed_at_once() {
	local said many
	for many in 0 0 0 0 60000 60000; do
		life_make
		cp "$life/pins.mdb" "$life/older.mdb"
		life_generations 8
		[ $many -eq 0 ] || life_many $many
		life_start || return
		[ $many -eq 0 ] || within 10 life_has_said 'pinbound: verified pins="' ||
			complain "it is not verified"
		[ $many -eq 0 ] || life_pinbound -q add more.example --ns ns1.elsewhere.example
		mv "$life/older.mdb" "$life/pins.mdb"
		rm "$life/pins.mdb-lock"
		said=$(life_pinbound add partner.example --ns ns1.elsewhere.example 2>&1)
		grep -qx enforced <<< "$said" && answers life partner.example. MX \
			"SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
		life_stop
	done
}

# It is moved, and pinbound.conf says where. The lock file is left behind.
test_pins_moved() {
	life_make
	life_start || return
	mkdir "$life/new"
	mv "$life/pins.mdb" "$life/new/pins.mdb"
	sed -i "s|^pins:.*|pins: \"$life/new/pins.mdb\"|" "$life_conf"
	life_reload
	life_changes partner.example
	life_stop
}

# The lock file is removed: the command and the resolver do not find each other.
test_lock_file_removed() {
	life_make
	life_start || return
	rm "$life/pins.mdb-lock"
	within 5 life_has_said "another file is in its place" || complain "its log is silent"
	life_change_fails partner.example "has not enforced it"
	life_reload
	answers life partner.example. MX "SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	life_changes dns-host.example
	life_stop
}

# Half of a copy in its place: a reload must not be the end of the resolver.
test_reload_with_half_a_copy() {
	life_make
	life_many 3000
	life_start || return
	life_hijack
	head -c $(($(stat -c %s "$life/pins.mdb") / 2)) "$life/pins.mdb" > "$life/half"
	mv "$life/half" "$life/pins.mdb"
	life_reload || return
	life_logged 1 "it has been cut short"
	answers life example.com. MX "$life_hijacked"
	life_stop
	registrar restore example.com.
}

# A command that takes its time has the old file open: its lock file is of no use for
# another one yet.
test_reload_while_command_reads() {
	local reader
	life_make
	life_generations 3
	life_start || return
	"$lab_build/tests/fault-readers" "$life/pins.mdb" 1 > "$life/reader" &
	reader=$!
	lab_pids+=("$reader") # to be ended, come what may
	within 5 grep -qs reads "$life/reader" || complain "nobody reads"
	mkdir "$life/new"
	printf 'pins: "%s/new/pins.mdb"\nstate: "%s/none"\n' "$life" "$life" > "$life/new/conf"
	PINBOUND_CONF=$life/new/conf pinbound -q init
	mv "$life/new/pins.mdb" "$life/pins.mdb"
	life_reload || return
	life_logged 1 "process $reader, a command or another Unbound, has the file open"
	kill $reader
	wait $reader 2> /dev/null
	life_reload
	life_changes partner.example
	life_stop
}

# life_faults: the pages that the resolver had to be given so far.
life_faults() {
	awk '{ print $10 }' "/proc/$life_pid/stat"
}

# A command is killed between the last write of a change and its note in the lock file.
# The change comes with the next one; meanwhile the store is not read over and over.
test_killed_in_commit() {
	local writes before after shim=$lab_build/tests/fault-disk.so
	life_make
	life_many 60000
	life_start || return
	within 10 life_has_said 'pinbound: verified pins="60001"' || complain "it is not verified"
	mkdir "$life/copy"
	cp "$life/pins.mdb" "$life/copy/"
	printf 'pins: "%s/copy/pins.mdb"\nstate: "%s/none"\n' "$life" "$life" > "$life/copy/conf"
	PINBOUND_CONF=$life/copy/conf FAULT_RECORD=$life/record LD_PRELOAD=$shim \
		"$lab_build/pinbound" -q add partner.example --ns ns1.elsewhere.example 2> /dev/null
	writes=$(grep -aoE "(write|durable|sync) $life/copy/pins.mdb" "$life/record" | wc -l)
	{
		PINBOUND_CONF=$life_conf FAULT_AT=$writes FAULT_HOW=killed-after LD_PRELOAD=$shim \
			"$lab_build/pinbound" -q add partner.example --ns ns1.elsewhere.example
		[ $? -eq 137 ] || complain "the command was not killed"
	} 2> /dev/null # the shell says so, too
	sleep 1
	before=$(life_faults)
	sleep 1
	after=$(life_faults)
	[ $((after - before)) -lt 1000 ] ||
		complain "in a second it had to be given $((after - before)) pages"
	life_changes dns-host.example
	answers life partner.example. MX "SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	life_stop
}

# The wrong order of modules is put right, and the caches are kept.
test_order_put_right_keep_cache() {
	life_make 'module-config: "subnetcache dynlib validator iterator"'
	life_start || return
	answers life partner.example. MX "NOERROR; 10 mail.partner.example.; "
	life_set 'module-config: "dynlib subnetcache validator iterator"'
	life_reload reload_keep_cache || return
	answers life example.com. MX "$life_good"
	life_hijack
	answers life example.com. MX "$life_hijacked"
	life_stop
	registrar restore example.com.
}
