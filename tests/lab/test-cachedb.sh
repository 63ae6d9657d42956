# shellcheck shell=bash
# test-cachedb.sh - a store of answers behind Unbound's own cache, which nobody has
# judged. It is part of run.sh.
# shellcheck disable=SC2154 # test-lifecycle.sh sets them

has_cachedb() {
	"$lab_unbound/unbound" -V | grep -q 'modules:.* cachedb' && return
	lacks "cachedb module"
	return 1
}

test_cachedb_at_start() {
	local order
	has_cachedb || return 0
	for order in "dynlib cachedb validator iterator" "dynlib validator cachedb iterator" \
		"cachedb dynlib validator iterator"; do
		life_make "module-config: \"$order\""
		life_refuses_to_start 'module-config has "cachedb", whose answers nobody has judged'
	done
}

# A reload must not end what runs: then all that is pinned is unverified.
test_cachedb_at_reload() {
	has_cachedb || return 0
	life_make
	life_start || return
	answers life example.com. MX "$life_good"
	life_set 'module-config: "dynlib validator cachedb iterator"'
	life_reload
	life_runs
	answers life example.com. MX "$life_unverified"
	answers life www.alias.com. A "$life_unverified"
	answers life shop.com. MX "NOERROR; 10 mail.shop.com.; "
	life_logged 1 'error: pinbound: module-config has "cachedb"'
	life_set 'module-config: "dynlib validator iterator"'
	life_reload
	answers life example.com. MX "$life_good"
	life_stop
}
