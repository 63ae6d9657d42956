# shellcheck shell=bash disable=SC2004,SC2034,SC2154
# random-actions.sh - what can happen. See random.sh.
#
# An action draws what it needs by chance, does it, and tells the model. It adds to
# the last word of acts what exactly it was.

# change_registry VERB ZONE [SERVER]
change_registry() {
	local new=${letter_of[$1]} old=${registry_at[$2]}
	registrar "$@"
	case $2${3:-} in
	*com-a) new="$new ${old#* }" ;;
	*com-b) new="${old% *} $new" ;;
	example.com. | shop.com.) new="$new $new" ;;
	esac
	set_registry "$2" "$new"
}

act_hijack() {
	pick "${model_zones[@]}" provider
	zone=$picked
	case $zone in
	provider)
		takeover shop.com.
		set_mx E
		;;
	example.com. | shop.com.)
		pick hijack hijack replace-ds strip-ds swap-ds
		change_registry "$picked" "$zone"
		acts[-1]+=":$picked"
		;;
	*) change_registry hijack "$zone" ;;
	esac
	acts[-1]+=":$zone"
}

act_partial() {
	pick example.com. shop.com.
	zone=$picked
	pick com-a com-b
	set -- "$picked"
	pick hijack hijack replace-ds swap-ds hold
	change_registry "$picked" "$zone" "$1"
	acts[-1]+=":$picked:$zone:$1"
}

act_hold() {
	pick "${model_zones[@]}"
	change_registry hold "$picked"
	acts[-1]+=":$picked"
}

restore_all() {
	local zone
	for zone in "${model_zones[@]}"; do
		case ${registry_at[$zone]} in
		L | "L L") ;;
		*) change_registry restore "$zone" ;;
		esac
	done
	[ "$mx_host" = L ] || give_back shop.com.
	[ "$mx_host" = L ] || set_mx L
}

act_restore() {
	pick all "${model_zones[@]}"
	acts[-1]+=":$picked"
	case $picked in
	all) restore_all ;;
	*) change_registry restore "$picked" ;;
	esac
}

# What the command is told to pin ZONE with, as it should be, or as the hijacker is.
pin_options() {
	options=(--ns ns1.dns-host.example --ns ns2.dns-host.example)
	[ "$1" != sub.example.com. ] || options=(--ns ns1.other-host.example)
	[ "$2" = L ] || options=(--ns ns1.evil.example --ns ns2.evil.example)
	case $1$2 in
	example.com.L) options+=(--ds "${true_ds[$1]}") ;;
	example.com.E) options+=(--ds "$(ds hijacker example.com.)") ;;
	shop.com.L) options+=(--ds none --mx mail.shop.com) ;;
	shop.com.E) options+=(--ds none) ;;
	esac
}

change_pin() {
	! pinbound -q "$@" > "$lab_run/pinbound-said" 2>&1 || return 0
	grep -q "has not enforced" "$lab_run/pinbound-said" ||
		lab_die "pinbound $*: $(cat "$lab_run/pinbound-said")"
	echo "FAIL sequence $number: not enforced: pinbound $*"
	echo "    after: ${acts[*]}"
	failed=yes
	wake
	sleep 0.6
}

# A question that no cache has the answer to.
wake() {
	waker=$((waker + 1))
	qname=waker-$waker.alias.com. qtype=A flag=
	put protected
}

pin_alias() {
	if [ "${pin_mode[alias.com.]}" = none ]; then
		pin_options alias.com. L
		change_pin add alias.com. --mode refuse "${options[@]}"
		pin_mode[alias.com.]=refuse
	else
		change_pin remove alias.com.
		pin_mode[alias.com.]=none
	fi
}

# change_one_pin ZONE WHAT
change_one_pin() {
	local zone=$1 what=$2 new
	[ "${pin_mode[$zone]}" != none ] || what=come
	case $what in
	come)
		pin_options "$zone" L
		change_pin add "$zone" --mode refuse "${options[@]}"
		pin_mode[$zone]=refuse
		;;
	go)
		change_pin remove "$zone"
		pin_mode[$zone]=none pin_ns[$zone]=L
		;;
	mode)
		[ "${pin_mode[$zone]}" = log ] && new=refuse || new=log
		change_pin set "$zone" --mode $new
		pin_mode[$zone]=$new
		;;
	servers)
		[ "${pin_ns[$zone]}" = L ] && new=E || new=L
		pin_options "$zone" $new
		[ "$zone$new" != shop.com.E ] || options+=(--no-mx)
		change_pin set "$zone" "${options[@]}"
		pin_ns[$zone]=$new
		;;
	note) change_pin set "$zone" --note "note $number.$questions" ;;
	esac
	case $zone${pin_mode[$zone]}${pin_ns[$zone]} in
	shop.com.logL | shop.com.refuseL) pin_mx[$zone]=yes ;;
	*) pin_mx[$zone]=no ;;
	esac
	begin_anew "$zone"
}

act_pin() {
	pick alias "${model_zones[@]}" "${model_zones[@]}"
	zone=$picked
	pick go mode servers servers note
	acts[-1]+=":$zone:$picked"
	if [ "$zone" = alias ]; then pin_alias; else change_one_pin "$zone" "$picked"; fi
}

ready_lines() {
	grep -c "pinbound: ready" "$lab_run/protected/log"
}

# reload_protected COMMAND: until it is ready again.
reload_protected() {
	local before i
	before=$(ready_lines)
	unbound_control protected "$1"
	for ((i = 0; i < 500 && $(ready_lines) == before; i++)); do
		sleep 0.01
	done
	qname=. qtype=NS flag=
	for ((i = 0; i < 10; i++)); do
		put protected
		[ "$rcode" = TIMEOUT ] || return
	done
	lab_die "the resolver does not answer after $1"
}

act_reload() {
	local zone
	pick reload reload_keep_cache
	reload_protected "$picked"
	acts[-1]+=":$picked"
	foreign=yes
	[ "$picked" = reload ] || return
	foreign=no
	for zone in "${model_zones[@]}"; do
		begin_anew "$zone"
	done
}

act_flush() {
	pick zone_com zone_example zone infra requestlist negative bogus
	case $picked in
	zone_com) set -- flush_zone com. ;;
	zone_example) set -- flush_zone example. ;;
	zone)
		pick "${model_zones[@]}"
		set -- flush_zone "$picked"
		;;
	infra) set -- flush_infra all ;;
	*) set -- "flush_$picked" ;;
	esac
	unbound_control protected "$@"
	acts[-1]+=":$*"
}

# What no pin is about can be anything from now on.
act_load() {
	local zone
	pick hijacked held good hijacked-long held-long good-long
	"$lab_unbound/unbound-control" -c "$lab_run/protected/unbound.conf" load_cache \
		< "$lab_run/$picked.dump" > "$lab_run/loaded" 2>&1 ||
		lab_die "load_cache: $(cat "$lab_run/loaded")"
	acts[-1]+=":$picked"
	foreign=yes
	for zone in "${model_zones[@]}"; do
		refuses "$zone" || tainted[$zone]=yes
	done
}

act_time() {
	pick 0.4 1.1 2.2
	sleep "$picked"
	acts[-1]+=":$picked"
}
