# shellcheck shell=bash
# test-foreign.sh - data that unbound-control load_cache puts into the caches, past the
# module. It is part of run.sh.
# shellcheck disable=SC2154 # lab.sh sets them

# A dump of what the stock resolver believes of a hijacked domain.
dump_hijacked() {
	registrar hijack example.com.
	forget com
	answers stock example.com. MX "NOERROR; 10 mx.evil.example.; "
	answers stock mail.example.com. A "NOERROR; 203.0.113.25; "
	answers stock www.alias.com. A "NOERROR; 203.0.113.25; "
	"$lab_unbound/unbound-control" -c "$lab_run/stock/unbound.conf" dump_cache \
		> "$lab_run/dump" || lab_die "no dump"
	registrar restore example.com.
}

# For sed: only RRsets stay in a dump.
without_messages='/^START_MSG_CACHE/,/^END_MSG_CACHE/{/^START\|^END/!d}'

load_dump() {
	"$lab_unbound/unbound-control" -c "$lab_run/protected/unbound.conf" load_cache \
		< "$lab_run/dump" > "$lab_run/load-said" || lab_die "$(cat "$lab_run/load-said")"
}

# change_cache SED-EXPRESSION: what the protected resolver has is loaded into it again,
# changed, so that nothing new comes with it.
change_cache() {
	unbound_control protected dump_cache
	cp "$lab_run/protected/control-said" "$lab_run/was"
	sed "$1" "$lab_run/was" > "$lab_run/dump"
	! cmp -s "$lab_run/was" "$lab_run/dump" || complain "the cache has nothing to change"
	load_dump
}

# never RESOLVER NAME TYPE TEXT [FLAG]: it may be refused, but does not say this.
never() {
	local got
	got=$(ask "$1" "$2" "$3" "${5:-}")
	[[ $got != *"$4"* ]] || complain "$1 says to $2 $3: $got"
}

# Loaded into a resolver that has just started: nothing is known yet, and the first
# answer does not come from the cache. Nor does a later one.
test_load_cache_at_start() {
	dump_hijacked
	reload
	load_dump
	never protected mail.example.com. A 203.0.113
	never protected www.alias.com. A 203.0.113
	never protected example.com. MX evil
	within 3 says protected example.com. MX "NOERROR; 10 mail.example.com.; " ||
		complain "the true answer does not come back"
	answers protected mail.example.com. A "NOERROR; 192.0.2.25; "
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
	logged 1 "the caches have data that did not come through this module"
}

# Loaded while the delegation is known to be good, by an answer that has brought nothing
# of what is loaded.
test_load_cache_later() {
	dump_hijacked
	answers protected ns1.example.com. A "NOERROR; 127.1.3.1; "
	load_dump
	never protected www.alias.com. A 203.0.113
	never protected mail.example.com. A 203.0.113
	never protected example.com. MX evil
	within 3 says protected mail.example.com. A "NOERROR; 192.0.2.25; " ||
		complain "the true answer does not come back"
	answers protected example.com. MX "NOERROR; 10 mail.example.com.; "
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
}

# Only RRsets are in the dump, delegations among them: a message of theirs cannot give
# them away, but the cache grows by itself.
test_load_cache_rrsets() {
	dump_hijacked
	sed -i "$without_messages" "$lab_run/dump"
	reload
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	sleep 0.3 # what that has brought is counted
	load_dump
	within 3 eval 'new_log | grep -q "did not come through this module"' ||
		complain "nobody has seen the cache grow"
	answers protected mail.example.com. A "NOERROR; 192.0.2.25; "
	answers protected www.alias.com. A "NOERROR; 192.0.2.25; "
}

# A client that does its own validation gets what was not validated; but not what was only
# loaded.
test_load_cache_not_validated() {
	[ "$(ask protected mail.partner.example. A +cdflag)" = "NOERROR; 192.0.2.26; " ] ||
		complain "no answer with CD"
	change_cache 's/192.0.2.26/203.0.113.26/
		s/^\(msg mail[^ ]* IN A [0-9]* 1 [0-9]*\) [0-9]/\1 0/' # unchecked
	never protected mail.partner.example. A 203.0.113 +cdflag
	within 3 says protected mail.partner.example. A "NOERROR; 192.0.2.26; " ||
		complain "the true answer does not come back"
}

# While all is known to be well, what lies in the cache under a pinned name becomes
# something else. A name that leads there, for the first time, must not get it.
test_load_cache_behind_alias() {
	answers protected mail.partner.example. A "NOERROR; 192.0.2.26; "
	change_cache s/192.0.2.26/203.0.113.26/
	never protected partner.alias.com. A 203.0.113
	within 3 says protected partner.alias.com. A "NOERROR; 192.0.2.26; " ||
		complain "the true answer does not come back"
}

# The same with what a worker has an answer of its own for.
test_load_cache_under_answer() {
	answers protected mail.partner.example. A "NOERROR; 192.0.2.26; "
	change_cache "$without_messages; s/192.0.2.26/203.0.113.26/"
	never protected mail.partner.example. A 203.0.113
	within 3 says protected mail.partner.example. A "NOERROR; 192.0.2.26; " ||
		complain "the true answer does not come back"
}

# What came in while another pin allowed it is loaded under one that does not.
test_load_cache_of_another_pin() {
	registrar hijack partner.example.
	forget example
	pinbound -q set partner.example --ns ns1.evil.example --ns ns2.evil.example
	answers protected mail.partner.example. A "NOERROR; 203.0.113.25; "
	unbound_control protected dump_cache
	cp "$lab_run/protected/control-said" "$lab_run/dump"
	registrar restore partner.example.
	pinbound -q set partner.example --ns ns1.dns-host.example --ns ns2.dns-host.example
	answers protected mail.partner.example. A "NOERROR; 192.0.2.26; "
	load_dump
	never protected mail.partner.example. A 203.0.113
	within 3 says protected mail.partner.example. A "NOERROR; 192.0.2.26; " ||
		complain "the true answer does not come back"
}

# While all is known to be well, the delegation in the cache becomes another.
test_load_cache_delegation() {
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
	registrar hijack partner.example. # so that his servers have the zone
	registrar restore partner.example.
	change_cache "$without_messages
		/^partner.example.*NS/s/ns[12].dns-host.example/ns1.evil.example/"
	never protected mail.partner.example. A 203.0.113
	within 3 says protected mail.partner.example. A "NOERROR; 192.0.2.26; " ||
		complain "the true answer does not come back"
}

# An alias made of a DNAME in the cache, to a name that com.'s NSEC denies: an RRset that
# no response has brought, for each name that is asked for. It is nobody's load.
test_aliases_made_in_the_cache() {
	local names=$lab_run/names
	seq 5000 | sed 's/.*/n&.gone.com A/' > "$names"
	load "$names" 4 1000
	load_ends
	[ "$(counted "$names" NXDOMAIN)" -gt 2000 ] ||
		complain "the aliases had few answers: $(cat "$names.said")"
	logged 0 "did not come through this module"
}

# What is only logged goes out, and what is not pinned.
test_load_cache_logged() {
	dump_hijacked
	pinbound -q set example.com --mode log
	load_dump
	# As loaded, or asked for anew if the keeper has looked already.
	[[ $(ask protected mail.example.com. A) = "NOERROR; "*"; " ]] ||
		complain "what is only logged does not go out"
}

# restart HOW: a reload after which no query has come yet.
restart() {
	local before
	before=$(new_log | grep -c "pinbound: ready")
	unbound_control protected "$1"
	within 5 eval "[ \"\$(new_log | grep -c 'pinbound: ready')\" -gt $before ]" ||
		complain "no $1"
	sleep 0.2
}

# After a reload no query has come yet, and the caches are empty: a change is enforced at
# once.
test_change_before_the_first_query() {
	restart reload
	[ "$(pinbound add alias.com --ns ns1.dns-host.example | tail -n 1)" = enforced ] ||
		complain "not enforced before the first query"
	pinbound -q remove alias.com
}

# The same with caches that were kept: a worker could answer from them without asking any
# module, and nobody may look through them yet.
test_change_on_kept_caches() {
	pins < /dev/null
	set_options "cache-min-ttl: 60"
	registrar hijack example.com.
	forget com
	answers protected www.alias.com. A "NOERROR; 203.0.113.25; "
	answers protected mail.example.com. A "NOERROR; 203.0.113.25; "
	registrar restore example.com. # so that only a cache can still say otherwise
	restart reload_keep_cache
	[ "$(pinbound add example.com --ns ns1.dns-host.example --ns ns2.dns-host.example |
		tail -n 1)" = enforced ] || complain "not enforced before the first query"
	never protected www.alias.com. A 203.0.113
	never protected mail.example.com. A 203.0.113
	within 3 says protected mail.example.com. A "NOERROR; 192.0.2.25; " ||
		complain "the true answer does not come back"
	within 3 says protected www.alias.com. A "NOERROR; 192.0.2.25; " ||
		complain "the true answer does not come back for the alias"
	reset_options
}

# What was loaded is refused when a question meets it. An alias that leads there right
# after that must find nothing it could build on: Unbound died of it.
test_foreign_behind_alias() {
	local i
	dump_hijacked
	for ((i = 0; i < 5; i++)); do
		unbound_control protected reload
		load_dump
		ask protected mail.example.com. A > /dev/null
		never protected other.alias.com. A 203.0.113
	done
	answers protected partner.example. MX "NOERROR; 10 mail.partner.example.; "
}
