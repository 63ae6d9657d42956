# shellcheck shell=bash disable=SC2034,SC2154
# random-model.sh - what may be answered, and what must be. See random.sh, which
# says the rules. Of Pinbound it knows only when the command said "enforced".
#
# The state of a name at a server of its registry is a letter:
#   L as it should be    S strip-ds     W swap-ds
#   H hijack             R replace-ds   N hold
# and what data came from is L (legitimate) or E (the hijacker).

model_zones=(example.com. partner.example. shop.com. sub.example.com.)
declare -gA registry_at pin_mode pin_ns pin_mx seen seen_ds last_bad last_other tainted
declare -gA address=([example.com.]=192.0.2.25 [partner.example.]=192.0.2.26
	[shop.com.]=192.0.2.27 [sub.example.com.]=192.0.2.28)
declare -gA alias_of=([example.com.]=www [partner.example.]=partner [shop.com.]=shop
	[sub.example.com.]=sub)
declare -gA letter_of=([hijack]=H [hold]=N [strip-ds]=S [swap-ds]=W [replace-ds]=R
	[restore]=L)

# Milliseconds.
now() {
	local time=${EPOCHREALTIME/[.,]/}
	now=$((time / 1000))
}

# Sets parent_zone: the pinned zone above, if there is one.
above() {
	parent_zone=
	[ "$1" != sub.example.com. ] || parent_zone=example.com.
}

# What the state says of NS and DS: source, content.
read_letter() {
	case $2 in
	L) source=L content=none ;;
	S) source=L content=none ;;
	W) source=L content=evil ;;
	H) source=E content=none ;;
	R) source=E content=evil ;;
	N) source=N content=gone ;;
	esac
	[ "$1$2" != example.com.L ] || content=true
}

# The DS set that the pin of a zone wants: true, evil, none, any.
wanted_ds() {
	case $1 in
	example.com.) [ "${pin_ns[$1]}" = L ] && wanted=true || wanted=evil ;;
	shop.com.) wanted=none ;;
	*) wanted=any ;;
	esac
}

refuses() {
	[ "${pin_mode[$1]}" = refuse ]
}

ds_matches() {
	wanted_ds "$1"
	[ "$2" != gone ] && { [ "$wanted" = any ] || [ "$wanted" = "$2" ]; }
}

# Does a server of the registry say what the pin of the zone does not?
deviates() {
	local zone=$1 letter source content wanted
	for letter in ${registry_at[$zone]}; do
		read_letter "$zone" "$letter"
		[ "$source" = "${pin_ns[$zone]}" ] && ds_matches "$zone" "$content" || return 0
	done
	return 1
}

# What can come through the zone's cut from now on.
note() {
	local zone=$1 letter source content wanted
	if ! refuses "$zone"; then
		seen[$zone]=LE
		seen_ds[$zone]="true evil none gone"
		[ "${registry_at[$zone]// /}" = L ] || [ "${registry_at[$zone]}" = "L L" ] ||
			tainted[$zone]=yes
		return
	fi
	for letter in ${registry_at[$zone]}; do
		read_letter "$zone" "$letter"
		! ds_matches "$zone" "$content" || seen_ds[$zone]+=" $content"
		! { ds_matches "$zone" "$content" && [ "$source" = "${pin_ns[$zone]}" ]; } ||
			seen[$zone]+=$source
	done
}

# The registry is about to change, or has just done so.
note_time() {
	now
	! deviates "$1" || last_bad[$1]=$now
	case ${registry_at[$1]} in
	L | "L L") ;;
	*) last_other[$1]=$now ;;
	esac
}

set_registry() {
	note_time "$1"
	registry_at[$1]=$2
	note_time "$1"
	note "$1"
}

# The pin of the zone is another, or the resolver was started anew: what was before
# does not count. But what was loaded stays in the cache of a zone that no pin is about.
begin_anew() {
	seen[$1]='' seen_ds[$1]='' last_bad[$1]=0 tainted[$1]=
	[ "${foreign:-no}" = no ] || refuses "$1" || tainted[$1]=yes
	note "$1"
	note_time "$1"
}

# The mail host at the provider. The pin has nothing to do with the delegation then.
set_mx() {
	now
	mx_host=$1
	[ "$1" = L ] || mx_taken=yes
	mx_last=$now
}

model_begin() {
	local zone
	for zone in "${model_zones[@]}"; do
		registry_at[$zone]=L pin_mode[$zone]=refuse pin_ns[$zone]=L pin_mx[$zone]=no
		last_other[$zone]=0
		case $zone in
		example.com. | shop.com.) registry_at[$zone]="L L" ;;
		esac
		begin_anew "$zone"
	done
	pin_mx[shop.com.]=yes pin_mode[alias.com.]=none
	mx_host=L mx_taken=no mx_last=0
}

# --- liveness ---------------------------------------------------------------

# long_since TIME: recheck and a second have passed since then.
long_since() {
	[ $((asked_at - $1)) -gt $((lab_recheck * 1000 + 1000)) ]
}

# Nothing is wrong with the zone, and has not been for that long. What another's zone
# above has said of it may have been asked for as long as that zone was in the cache.
quiet() {
	! deviates "$1" && long_since "${last_bad[$1]}" || return 1
	above "$1"
	[ -z "$parent_zone" ] || {
		[ -z "${tainted[$parent_zone]}" ] || return 1
		case ${registry_at[$parent_zone]} in
		"L L") long_since $((${last_other[$parent_zone]} + lab_ttl * 1000)) ;;
		*) false ;;
		esac
	}
}

is_mail() {
	[[ $qname = shop.com. && $qtype =~ ^(MX|ANY)$ ]]
}

mail_quiet() {
	[ "$mx_host" = L ] && long_since "$mx_last"
}

# The cache may have what no pin is about.
mail_is_sure() {
	[ "$mx_taken" = no ] || { refuses "$qname" && [ "${pin_mx[$qname]}" = yes ] && mail_quiet; }
}

# What must be answered: L, E, or nothing is certain (-).
expectation() {
	local zone=$1
	expected=-
	quiet_path "$zone" || return
	! is_mail || mail_is_sure || return
	expected=L
	! refuses "$zone" || expected=${pin_ns[$zone]}
}

quiet_path() {
	local zone=$1
	while [ -n "$zone" ]; do
		quiet "$zone" || return 1
		refuses "$zone" || [ -z "${tainted[$zone]}" ] || return 1
		refuses "$zone" || [ "${pin_ns[$zone]}" = L ] || return 1
		above "$zone"
		zone=$parent_zone
	done
}

# Is that what is expected from source $1?
is_expected() {
	local zone=$qzone host="mail.$qzone" ip=${address[$qzone]} server=dns-host.example. \
		mname=ns.$qzone content wanted source
	[ "$1" = L ] || host=mx.evil.example. ip=203.0.113.25 server=evil.example. \
		mname=ns1.evil.example.
	[ "$qzone$1" != sub.example.com.L ] || server=other-host.example.
	case $qname:$qtype in
	"$zone:MX") [[ $rcode = NOERROR && $answers = *"MX 10 $host"* ]] ;;
	"$zone:NS") [[ $rcode = NOERROR && $answers = *"NS ns1.$server"* ]] ;;
	"$zone:DS")
		ds_content
		wanted_ds "$zone"
		[[ $rcode = NOERROR && ($wanted = any || $wanted = "$ds_content") ]]
		;;
	"$zone:ANY") [[ $rcode = NOERROR && -n $answers ]] ;;
	nx.*) [[ $rcode = NXDOMAIN && $soa = "$zone $mname" ]] ;;
	*:AAAA | "$zone:"*) [[ $rcode = NOERROR && -z $answers && $soa = "$zone $mname" ]] ;;
	*) [[ $rcode = NOERROR && $answers = *" A $ip"* ]] ;;
	esac
}

# --- safety -----------------------------------------------------------------

# What the answer says of the zone's DS: true, evil, none.
ds_content() {
	case $answers in
	*" DS ${true_ds[$qzone]:-nothing}"*) ds_content=true ;;
	*" DS "*) ds_content=evil ;;
	*) ds_content=none ;;
	esac
}

# Sets from: the sources of what the answer has, L and E.
sources() {
	from=
	[[ "$answers $soa" != *@(203.0.113.|evil.example.)* ]] || from+=E
	[[ "$answers $soa" != *@( A 192.0.2.|MX 10 mail.| NS ns?.dns-host.|.other-host.)* &&
		$soa != "$qzone ns.$qzone" ]] || from+=L
}

# Can data of that source have come through delegations that the pins let pass?
may_come_from() {
	local zone=$1 source=$2
	if is_mail && [ "$source" = E ]; then
		[ "${pin_mx[$zone]}" = no ] || ! refuses "$zone" || return 1
		[ "$mx_taken" = no ] || return 0
	fi
	above "$zone"
	[[ ${seen[$zone]} = *"$source"* ]] || return 1
	[ -z "$parent_zone" ] || case $source in
	L) [[ ${seen[$parent_zone]} = *L* ]] ;;
	E) [ -n "${seen[$parent_zone]}" ] ;;
	esac
}

# A denial in the name of a zone above a pinned one.
denied_from_above() {
	local owner=${soa%% *} zone=$qzone
	[ -n "$owner" ] || [ "$rcode" = NXDOMAIN ] || return 1
	[ "$qname:$qtype:$rcode" != "$zone:DS:NOERROR" ] || return 1
	while [ -n "$zone" ]; do
		! refuses "$zone" || [[ "${owner:-.}" = *"$zone" ]] || return 0
		above "$zone"
		zone=$parent_zone
	done
	return 1
}

# A refusal says for which zone: may that be?
refusal_is_fair() {
	local zone=${ede##* }
	[ "$zone" != alias.com. ] && refuses "$zone" || return 1
	[ "${ede#*mx-unexpected}" = "$ede" ] || ! mail_quiet || return 1
	[ "${ede#*mx-unexpected}" != "$ede" ] || ! quiet "$zone"
}

# Sets wrong: what is wrong with the answer to the question, if anything is.
judge() {
	local parent_zone from ds_content expected source
	wrong=
	expectation "$qzone"
	case $rcode in
	NOERROR | NXDOMAIN) answered=$((answered + 1)) ;;
	SERVFAIL) ;;
	*) wrong="no proper answer" ;;
	esac
	if [ "$rcode" = SERVFAIL ]; then
		case $ede in
		"pinbound: "*)
			refused=$((refused + 1))
			if refusal_is_fair; then fair=$((fair + 1)); else wrong="refused, and nothing deviates"; fi
			;;
		esac
	elif [ "$qname:$qtype" = "$qzone:DS" ]; then
		ds_content
		! refuses "$qzone" || [[ ${seen_ds[$qzone]} = *$ds_content* ]] ||
			wrong="DS set that deviates ($ds_content)"
		! denied_from_above || wrong="denied in the name of a zone above"
	else
		sources
		for source in L E; do
			[[ $from != *$source* ]] || may_come_from "$qzone" $source ||
				wrong="data through a delegation that deviates ($source)"
		done
		! denied_from_above || wrong="denied in the name of a zone above"
	fi
	[ "$expected" = - ] || live=$((live + 1))
	[ "$expected" = - ] || is_expected "$expected" || wrong="${wrong:-not the true answer} (expected: $expected)"
}
