# shellcheck shell=bash disable=SC2154
# test-lifecycle.sh - a resolver's starts, reloads and ends, and where it stands:
# in a chroot, as another user, behind other modules. To be sourced by run.sh.
#
# The resolver here is "life", with a pinbound.conf and stores of its own.

# life_make [LINE...]: all that it needs, as it should be, and a pin of example.com.
# Each LINE goes into the server clause of its unbound.conf.
life_make() {
	life=$lab_run/life
	life_conf=$life/pinbound.conf
	life_pid=
	life_root=
	life_env=() # for it to start with
	rm -rf "$life"
	mkdir -p "$life"
	sed "s|127\.2\.0\.2|127.2.0.4|; s|127\.3\.0\.2|127.3.0.4|; s|$lab_run/protected|$life|g
		s|control-interface: .*|control-interface: 127.2.0.4|" \
		"$lab_run/protected/unbound.conf" > "$life/unbound.conf"
	life_set "$@"
	printf 'pins: "%s/pins.mdb"\nstate: "%s/state.mdb"\nrecheck: 1\n' "$life" "$life" \
		> "$life_conf"
	life_pinbound -q init
	life_pin
}

life_pin() {
	life_pinbound -q add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example
}

# life_set LINE...: in the server clause; one that sets the same anew wins.
life_set() {
	local line
	for line; do
		sed -i "/^ *${line%%:*}:/d; s|^server:|&\n    $line|" \
			"$(readlink -f "$life/unbound.conf")"
	done
}

life_pinbound() {
	PINBOUND_CONF=$life_conf pinbound "$@"
}

# Runs until life_stop. False if it does not answer.
life_start() {
	PINBOUND_CONF=${1:-$life_conf} setsid env "${life_env[@]}" "$lab_unbound/unbound" -d \
		-c "$(readlink -f "$life/unbound.conf")" >> "$life/output" 2>&1 &
	life_pid=$!
	lab_pids+=("$life_pid")
	within 10 life_has_ended_or_is_up && life_is_up && return
	complain "the resolver does not answer: $(tail -n 3 "$life/output" "$life/log" 2> /dev/null)"
	return 1
}

life_is_up() {
	kdig +short +timeout=1 +retry=0 @127.2.0.4 . NS 2> /dev/null | grep -qv '^;'
}

life_runs() {
	kill -0 "$life_pid" 2> /dev/null && return
	complain "the resolver has ended: $(life_said | tail -n 1)"
	return 1
}

# It ends by itself when it is told to, and says 0.
life_stop() {
	[ -n "$life_pid" ] || return 0
	kill "$life_pid" 2> /dev/null
	wait "$life_pid" || complain "the resolver ended with $?"
	life_pid=
}

life_reload() {
	local before
	life_runs || return
	before=$(life_said | grep -c 'start of service')
	unbound_control life "${1:-reload}"
	within 10 life_has_ended_or_started $((before + 1)) ||
		complain "no reload: $(life_said | tail -n 3)"
	within 10 life_has_ended_or_is_up || complain "it does not answer after a reload"
	life_runs
}

life_has_ended_or_started() {
	! kill -0 "$life_pid" 2> /dev/null ||
		[ "$(life_said | grep -c 'start of service')" -ge "$1" ]
}

life_said() {
	cat "$life/output" "$life/log" 2> /dev/null
}

life_logged() {
	local times
	times=$(life_said | grep -cF -- "$2")
	[ "$times" -eq "$1" ] || complain "in its log $times times, expected $1: $2"
}

# life_refuses_to_start TEXT...: it ends by itself, with an error, each text in its log
# once.
life_refuses_to_start() {
	local text code
	: > "$life/output"
	rm -f "$(readlink -m "$life/log")"
	PINBOUND_CONF=${life_conf_of_module:-$life_conf} setsid "$lab_unbound/unbound" \
		-d -c "$(readlink -f "$life/unbound.conf")" >> "$life/output" 2>&1 &
	life_pid=$!
	lab_pids+=("$life_pid")
	within 10 life_has_ended_or_is_up || complain "it neither ends nor answers"
	kill "$life_pid" 2> /dev/null && complain "it started"
	wait "$life_pid"
	code=$?
	[ $code -eq 1 ] || complain "it ended with $code"
	life_pid=
	for text; do
		life_logged 1 "$text"
	done
}

life_has_ended_or_is_up() {
	! kill -0 "$life_pid" 2> /dev/null || life_is_up
}

life_hijack() {
	registrar hijack example.com.
	! life_runs || unbound_control life flush_zone com
}

life_hijacked="SERVFAIL; ; 15 pinbound: ns-unexpected example.com."
life_good="NOERROR; 10 mail.example.com.; "

# --- the first start ----------------------------------------------------------

test_start_with_broken_conf() {
	life_make
	echo 'recheck: soon' >> "$life_conf"
	life_refuses_to_start "$life_conf:4: recheck: it is set in line 3 already" \
		"pinbound checkconf"
	sed -i 's/^recheck: 1$/recheck: never/; $d' "$life_conf"
	life_refuses_to_start "$life_conf:3: recheck: \"never\" is not a number of seconds"
	rm "$life_conf"
	life_refuses_to_start "$life_conf: No such file or directory"
	mkdir "$life_conf"
	life_refuses_to_start "$life_conf:1: Is a directory"
}

test_start_with_bad_store() {
	life_make
	rm "$life/pins.mdb"
	life_refuses_to_start "$life/pins.mdb: it does not exist; \"pinbound init\" makes it"
	echo "no store" > "$life/pins.mdb"
	life_refuses_to_start "$life/pins.mdb: it is not a pinbound store" \
		"pinbound verify"
	: > "$life/pins.mdb"
	life_refuses_to_start "$life/pins.mdb: it is empty"
	rm "$life/pins.mdb"
	mkdir "$life/pins.mdb"
	life_refuses_to_start "$life/pins.mdb: it is a directory"
}

# damage FILE TEXT: changes the octet behind a text, wherever that is in a file: pages
# that are no longer used may have it, too.
damage() {
	local at
	grep -abo -- "$2" "$1" | cut -d : -f 1 | while read -r at; do
		printf '\377' | dd of="$1" bs=1 seek=$((at + ${#2})) conv=notrunc status=none
	done
}

# Of the pages that a store consists of, one is not as it was written.
test_start_with_damaged_store() {
	life_make
	damage "$life/pins.mdb" dns-host
	life_refuses_to_start "$life/pins.mdb: the record of example.com. is damaged" \
		"pinbound verify"
	! life_pinbound -q verify 2> /dev/null || complain "verify finds no damage"
}

# life_many NUMBER: that many pins more.
life_many() {
	seq "$1" | sed 's/.*/pin:\n name: n&.large.example\n ns: ns1.host-&/' |
		life_pinbound -q import -
}

# A large store is read behind the start.
test_start_with_large_store() {
	life_make
	life_many 60000
	life_start || return
	within 10 life_has_said 'pinbound: verified pins="60001" generation="' ||
		complain "it is not verified"
	life_hijack
	answers life example.com. MX "$life_hijacked"
	life_stop
}

life_has_said() {
	life_said | grep -qF -- "$1"
}

# Where pins may be lost, nobody knows which: until there is a good store, every name may
# have had one, and what has got into the caches meanwhile is forgotten.
test_start_with_large_store_damaged() {
	life_make
	life_many 60000
	damage "$life/pins.mdb" host-777
	! life_pinbound -q verify 2> /dev/null || complain "verify finds no damage"
	PINBOUND_CONF=$life_conf setsid "$lab_unbound/unbound" -d -c "$life/unbound.conf" \
		>> "$life/output" 2>&1 &
	life_pid=$!
	lab_pids+=("$life_pid")
	within 10 life_has_said 'all are refused, until the store is restored' ||
		complain "no word of lost pins"
	life_logged 1 "the record of n777.large.example. is damaged"
	answers life partner.example. MX "SERVFAIL; ; 15 pinbound: unverified partner.example."
	answers life example.com. MX "SERVFAIL; ; 15 pinbound: unverified example.com."
	mv "$life/pins.mdb" "$life/damaged"
	life_pinbound -q init && life_pin > /dev/null
	life_reload
	answers life partner.example. MX "NOERROR; 10 mail.partner.example.; "
	life_hijack
	answers life example.com. MX "$life_hijacked"
	life_stop
}

# Without state, it resolves and refuses all the same.
test_start_without_state() {
	life_make
	rm "$life/state.mdb"
	mkdir "$life/state.mdb"
	life_start || return
	life_logged 1 "$life/state.mdb: it is a directory"
	life_hijack
	answers life example.com. MX "$life_hijacked"
	life_stop
}

# --- reloads --------------------------------------------------------------------

# life_survives TEXT: a reload with what is broken now changes nothing but the log,
# and a change of the pins still counts.
life_survives() {
	life_reload || return
	life_logged 1 "$1"
	life_logged 1 "pinbound: going on with the settings and pins from before the reload"
	answers life example.com. MX "$life_hijacked"
	answers life partner.example. MX "NOERROR; 10 mail.partner.example.; "
	life_reload # and once more: what is kept, is kept on
	answers life example.com. MX "$life_hijacked"
}

# life_recovers: what is broken has been mended, and the next reload takes it.
life_recovers() {
	: > "$life/log"
	: > "$life/output"
	life_reload
	life_logged 1 'pinbound: ready pins="1"'
	life_logged 0 "error: pinbound"
	answers life example.com. MX "$life_hijacked"
	registrar restore example.com.
	sleep 1.1
	answers life example.com. MX "$life_good"
	life_stop
}

test_reload_with_broken_conf() {
	life_make
	life_start || return
	life_hijack
	echo 'no-such: attribute' >> "$life_conf"
	life_survives "$life_conf:4: unknown attribute \"no-such\""
	sed -i '$d' "$life_conf"
	life_recovers
}

test_reload_without_conf() {
	life_make
	life_start || return
	life_hijack
	mv "$life_conf" "$life_conf.away"
	life_survives "$life_conf: No such file or directory"
	mv "$life_conf.away" "$life_conf"
	life_recovers
}

test_reload_without_store() {
	life_make
	life_start || return
	life_hijack
	mv "$life/pins.mdb" "$life/pins.away"
	life_survives "$life/pins.mdb: it does not exist; \"pinbound init\" makes it"
	mv "$life/pins.away" "$life/pins.mdb"
	life_recovers
}

test_reload_with_other_store_damaged() {
	life_make
	life_start || return
	life_hijack
	cp "$life/pins.mdb" "$life/pins.good"
	cp "$life/pins.mdb" "$life/pins.new"
	damage "$life/pins.new" dns-host
	mv "$life/pins.new" "$life/pins.mdb"
	life_survives "$life/pins.mdb: the record of example.com. is damaged"
	mv "$life/pins.good" "$life/pins.mdb"
	life_recovers
}

# Another store is put in the place of the one that is open, lock file and all else as
# before. A change of that reaches the resolver, and what was pinned in the old one only
# is no longer.
test_reload_with_other_store() {
	local said
	life_make
	cp "$life/pins.mdb" "$life/pins.old"
	life_pinbound -q add alias.com --ns ns1.nowhere.example
	life_start || return
	answers life www.alias.com. A "SERVFAIL; ; 15 pinbound: ns-unexpected alias.com."
	mv "$life/pins.old" "$life/pins.mdb"
	life_reload
	life_hijack
	answers life example.com. MX "$life_hijacked"
	answers life alias.com. NS "NOERROR; ns1.dns-host.example. ns2.dns-host.example.; "
	said=$(life_pinbound add partner.example --ns ns1.dns-host.example --ns ns9.dns-host.example)
	[ "$(tail -n 1 <<< "$said")" = enforced ] || complain "add said: $said"
	for said in 1 2 3; do
		life_reload
		answers life example.com. MX "$life_hijacked"
	done
	life_logged 0 "error: pinbound"
	life_stop
}

# A change that is made while an Unbound goes on with what it had still counts, and
# settings that are good are taken.
test_reload_and_changes() {
	life_make
	life_start || return
	echo 'no-such: attribute' >> "$life_conf"
	life_reload
	sed -i '$d' "$life_conf"
	life_pinbound -q add partner.example --ns ns1.dns-host.example --ns ns2.dns-host.example
	registrar hijack partner.example.
	answers life partner.example. MX "SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	echo 'override: yes' >> "$life_conf"
	life_reload
	answers life partner.example. MX "NOERROR; 10 mx.evil.example.; "
	life_stop
}

# The caches are kept, with what came into them before there was a pin: that is in a
# store which is put in the other's place.
test_reload_keep_cache() {
	life_make
	cp "$life/pins.mdb" "$life/pins.new"
	life_pinbound -q remove example.com
	life_start || return
	registrar hijack example.com.
	answers life example.com. MX "NOERROR; 10 mx.evil.example.; "
	answers life mail.example.com. A "NOERROR; 203.0.113.25; "
	mv "$life/pins.new" "$life/pins.mdb"
	life_reload reload_keep_cache
	answers life mail.example.com. A "$life_hijacked"
	answers life example.com. MX "$life_hijacked"
	registrar restore example.com.
	sleep 1.1
	answers life example.com. MX "$life_good"
	life_reload reload_keep_cache
	answers life example.com. MX "$life_good"
	answers life mail.example.com. A "NOERROR; 192.0.2.25; "
	life_stop
}

# Newer Unbounds reload some settings without a word to the modules.
test_fast_reload() {
	local option said
	if ! grep -q fast_reload "$lab_unbound/unbound"; then
		lacks fast_reload
		return
	fi
	life_make
	life_start || return
	life_hijack
	for option in +v +p +vp; do
		unbound_control life fast_reload $option
		life_runs
		answers life example.com. MX "$life_hijacked"
		answers life mail.example.com. A "$life_hijacked"
		answers life partner.example. MX "NOERROR; 10 mail.partner.example.; "
	done
	said=$(life_pinbound add partner.example --ns ns1.dns-host.example --ns ns2.dns-host.example)
	[ "$(tail -n 1 <<< "$said")" = enforced ] || complain "add said: $said"
	registrar hijack partner.example.
	answers life partner.example. MX "SERVFAIL; ; 15 pinbound: ns-unexpected partner.example."
	registrar restore example.com.
	sleep 1.1
	answers life example.com. MX "$life_good"
	life_reload
	answers life example.com. MX "$life_good"
	life_stop
}

# --- chroot and user --------------------------------------------------------------

# jail DIR: what Unbound needs in a chroot, beside its own files.
jail() {
	local library
	mkdir -p "$1/var" "$1/etc" "$1/dev"
	cp "$lab_build/pinbound.so" "$1/pinbound.so"
	while read -r library; do
		mkdir -p "$1${library%/*}"
		cp "$library" "$1$library"
	done < <(ldd "$lab_build/pinbound.so" | grep -o '/[^ ]*')
	cp "$lab_run/root.hints" "$lab_run/root.anchor" "$1/etc/"
}

# life_jail: moves life into a chroot.
life_jail() {
	life_root=$life/jail
	jail "$life_root"
	life_set "chroot: \"$life_root\"" "directory: \"$life_root\"" \
		"logfile: \"$life_root/log\"" "root-hints: \"$life_root/etc/root.hints\"" \
		"trust-anchor-file: \"$life_root/etc/root.anchor\""
	sed -i 's|dynlib-file: .*|dynlib-file: "/pinbound.so"|' "$life/unbound.conf"
	mv "$life/unbound.conf" "$life_root/unbound.conf"
	ln -s jail/unbound.conf jail/log "$life/"
	life_conf=$life_root/etc/pinbound.conf
	printf 'pins: "%s/var/pins.mdb"\nstate: "%s/var/state.mdb"\nrecheck: 1\n' \
		"$life_root" "$life_root" > "$life_conf"
	life_pinbound -q init
	life_pin
}

life_is_in_chroot() {
	[ "$(readlink "/proc/$life_pid/root")" = "$life_root" ] ||
		complain "it is not in a chroot; this container may not let it go there"
}

# What there is to be seen of life wherever it runs: all works, before and after a
# reload.
life_works() {
	local said
	answers life example.com. MX "$life_good"
	life_hijack
	life_reload
	answers life example.com. MX "$life_hijacked"
	said=$(life_pinbound set example.com --note "changed")
	[ "$(tail -n 1 <<< "$said")" = enforced ] || complain "set said: $said"
	answers life example.com. MX "$life_hijacked" # judged by the pin as it is now
	within 5 life_has_status || complain "no status: $(life_pinbound status)"
	life_logged 0 "error: pinbound"
}

life_has_status() {
	life_pinbound status | grep -qE '^example.com\. +refused .* ns-unexpected$'
}

# One pinbound.conf for the module and the command: paths are those from outside.
test_chroot_with_paths_outside() {
	life_make
	life_jail
	life_start || return
	life_is_in_chroot
	life_works
	life_stop
}

# The module's own: paths are those from within.
test_chroot_with_paths_inside() {
	life_make
	life_jail
	printf 'pins: /var/pins.mdb\nstate: /var/state.mdb\nrecheck: 1\n' \
		> "$life_root/etc/inside.conf"
	life_start /etc/inside.conf || return
	life_is_in_chroot
	life_works
	life_stop
}

test_chroot_without_store() {
	life_make
	life_jail
	rm "$life_root/var/pins.mdb"
	life_refuses_to_start "/var/pins.mdb: it does not exist"
}

# life_drop: life becomes this user, and its files are as "pinbound init" has them.
life_drop() {
	local base=$life
	[ -z "$life_root" ] || base=$life_root/var
	life_user=nobody
	life_group=$(id -gn $life_user)
	life_set "username: $life_user"
	chmod 711 "$lab_run" "$life"
	touch "$(readlink -f "$life")/log"
	chown "$life_user:$life_group" "$(readlink -m "$life/log")" "$base/pins.mdb-lock" \
		"$base/state.mdb" "$base/state.mdb-lock" 2> /dev/null ||
		complain "root cannot give files to $life_user in this container"
	chgrp "$life_group" "$base/pins.mdb"
}

as_user() {
	setpriv --reuid "$life_user" --regid "$life_group" --clear-groups "$@"
}

life_is_user() {
	[ "$(stat -c %U "/proc/$life_pid")" = "$life_user" ] ||
		complain "it runs as $(stat -c %U "/proc/$life_pid"), not $life_user"
}

# shellcheck disable=SC2016
test_user() {
	life_make
	life_drop
	life_start || return
	life_is_user
	[ "$(stat -c '%U:%G %a' "$life/pins.mdb")" = "root:$life_group 640" ] ||
		complain "pins.mdb is $(stat -c '%U:%G %a' "$life/pins.mdb")"
	life_works
	life_logged 0 "Unbound's user can write"
	[ "$(stat -c %U "$life/state.mdb")" = "$life_user" ] || complain "state.mdb is not its"
	as_user sh -c ': < "$1"' - "$life/pins.mdb" || complain "it cannot read pins.mdb"
	! as_user sh -c ': >> "$1"' - "$life/pins.mdb" 2> /dev/null ||
		complain "it can write pins.mdb"
	! as_user mv "$life/pins.mdb" "$life/stolen" 2> /dev/null || complain "it can move pins.mdb"
	life_stop
}

test_user_in_chroot() {
	life_make
	life_jail
	life_drop
	life_start || return
	life_is_in_chroot
	life_is_user
	life_works
	life_stop
}

test_user_without_rights() {
	life_make
	life_drop
	chmod 600 "$life/pins.mdb"
	life_refuses_to_start "$life/pins.mdb: permission denied"
	chmod 640 "$life/pins.mdb"
	chown root:root "$life/pins.mdb-lock"
	chmod 600 "$life/pins.mdb-lock"
	life_refuses_to_start "$life/pins.mdb: permission denied, to the file or to its lock file"
	chown "$life_user" "$life/pins.mdb-lock"
	chmod 600 "$life_conf"
	life_refuses_to_start "$life_conf: Permission denied"
}

# A store that Unbound's user can write is none that a broken Unbound cannot change.
test_user_can_write_pins() {
	life_make
	life_drop
	chown "$life_user" "$life/pins.mdb"
	life_start || return
	life_logged 1 "$life/pins.mdb: Unbound's user can write it,"
	chown root "$life/pins.mdb"
	chown "$life_user" "$life"
	life_reload
	life_logged 1 "$life/pins.mdb: Unbound's user can write the directory $life,"
	# It may write there, but not touch what is root's.
	chown root "$life"
	chmod 1777 "$life"
	life_reload
	# Debian's /var/lib/unbound belongs to it: it could be moved as a whole.
	chmod 755 "$life"
	chown "$life_user" "$lab_run"
	life_reload
	life_logged 1 "$life/pins.mdb: Unbound's user can write the directory $lab_run,"
	chown root "$lab_run"
	life_reload
	life_logged 3 "Unbound's user can write "
	life_stop
}

# The rights go away while it runs: what is open stays open.
test_user_reload_without_rights() {
	life_make
	life_drop
	life_start || return
	life_hijack
	chmod 600 "$life_conf"
	life_survives "$life_conf: Permission denied"
	chmod 644 "$life_conf"
	life_recovers
}

# --- the order of the modules -------------------------------------------------------

life_unverified="SERVFAIL; ; 15 pinbound: unverified example.com."

# life_out_of_order MODULES CULPRIT [CLAUSES]: what is pinned is unverified, all else
# is answered, and the log says so once.
life_out_of_order() {
	life_make "module-config: \"$1\""
	[ -z "${3:-}" ] || printf '%s\n' "$3" >> "$life/unbound.conf"
	life_start || return
	answers life example.com. MX "$life_unverified"
	answers life www.alias.com. A "$life_unverified"
	answers life partner.example. MX "NOERROR; 10 mail.partner.example.; "
	answers life mail.example.com. A "$life_unverified"
	life_logged 1 "error: pinbound: module-config has \"$2\""
	life_reload
	answers life example.com. MX "$life_unverified"
	life_logged 2 "error: pinbound: module-config has \"$2\""
	life_stop
}

test_order_validator_first() {
	life_out_of_order "validator dynlib iterator" validator
}

test_order_respip_first() {
	life_out_of_order "respip dynlib validator iterator" respip
}

test_order_subnetcache_first() {
	life_out_of_order "subnetcache dynlib validator iterator" subnetcache
}

test_order_python_first() {
	if ! "$lab_unbound/unbound" -V | grep -q 'modules:.* python'; then
		lacks "python module"
		return
	fi
	cat > "$lab_run/script.py" <<- END
		def init(id, cfg): return True
		def deinit(id): return True
		def inform_super(id, qstate, superqstate, qdata): return True
		def operate(id, event, qstate, qdata):
		    if event in (MODULE_EVENT_NEW, MODULE_EVENT_PASS):
		        qstate.ext_state[id] = MODULE_WAIT_MODULE
		    else:
		        qstate.ext_state[id] = MODULE_FINISHED
		    return True
	END
	export PYTHONPATH=$lab_unbound/pythonmod
	life_out_of_order "python dynlib validator iterator" python \
		"python:
    python-script: $lab_run/script.py"
	unset PYTHONPATH
}

# Twice in module-config, with a dynlib-file for each.
test_order_twice() {
	life_out_of_order "dynlib dynlib validator iterator" dynlib \
		"dynlib:
    dynlib-file: \"$lab_build/pinbound.so\""
}

# Twice, with one dynlib-file only: Unbound itself does not start.
test_order_twice_one_file() {
	life_make 'module-config: "dynlib dynlib validator iterator"'
	life_refuses_to_start "no dynamic library given"
}

# Configured, and not in module-config: nothing runs, and the canary tells.
test_order_missing() {
	life_make 'module-config: "validator iterator"'
	life_start || return
	answers life canary.pinbound.invalid. A "NXDOMAIN; ; "
	life_logged 0 pinbound
	life_set 'module-config: "dynlib validator iterator"'
	life_reload
	answers life canary.pinbound.invalid. A "SERVFAIL; ; 15 pinbound: canary"
	life_hijack
	answers life example.com. MX "$life_hijacked"
	life_set 'module-config: "validator iterator"'
	life_reload
	answers life canary.pinbound.invalid. A "NXDOMAIN; ; "
	life_set 'module-config: "dynlib validator iterator"'
	life_reload
	answers life canary.pinbound.invalid. A "SERVFAIL; ; 15 pinbound: canary"
	answers life example.com. MX "$life_hijacked"
	life_stop
}

# A good order becomes a bad one at a reload, and good again.
test_order_changes() {
	life_make
	life_start || return
	answers life example.com. MX "$life_good"
	life_set 'module-config: "validator dynlib iterator"'
	life_reload
	answers life example.com. MX "$life_unverified"
	life_set 'module-config: "dynlib validator iterator"'
	life_reload
	answers life example.com. MX "$life_good"
	life_stop
}
