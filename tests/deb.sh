#!/bin/bash
# deb.sh - the Debian packages in a Debian of their own: installed over Debian's Unbound,
# upgraded and removed, with Unbound started as its shipped systemd unit starts it.
#
# Usage: deb.sh      (as root; "make deb" has made the packages)
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../build}" && pwd)
passed=0
failed=0

complain() {
	echo "    $*"
	return 1
}

# check NAME: runs the function of that name.
check() {
	if "$1" > "$work/said" 2>&1; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1:"
		tail -n 15 "$work/said" | sed 's/^/    /'
		failed=$((failed + 1))
	fi
}

clean_up() {
	umount "$root/proc" 2> /dev/null
	rm -rf "$work"
}

in_root() {
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@"
}

apt() {
	in_root apt-get -q -y --no-install-recommends "$@"
}

# says FILE EXPRESSION: it is shown if it does not.
says() {
	grep -q "$2" "$work/$1" || { cat "$work/$1"; return 1; }
}

installed_version() {
	# shellcheck disable=SC2016
	in_root dpkg-query -W -f '${Version}' "$1"
}

# --- a Debian ---------------------------------------------------------------------

# Debian's own Unbound is there already, as on a machine that is to be protected.
make_root() {
	# shellcheck source=/dev/null
	sh "$here/../module/debian-sources.sh" deb > "$work/debian.sources" &&
		mmdebstrap --quiet --variant=minbase \
			--include=unbound,dns-root-data,apparmor,ca-certificates \
			"$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" "$work/debian.sources" &&
		printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" &&
		chmod 755 "$root/usr/sbin/policy-rc.d" &&
		cp -L /etc/resolv.conf "$root/etc/resolv.conf" &&
		mkdir "$root/debs" && cp "$build"/deb/*.deb "$root/debs" &&
		mount -t proc proc "$root/proc" && apt update
}

# --- Unbound, as systemd starts it ------------------------------------------------

unit_says() {
	cat "$root/lib/systemd/system/unbound.service" \
		"$root"/lib/systemd/system/unbound.service.d/*.conf 2> /dev/null |
		sed -n "s/^$1=//p"
}

# In a network of its own: what ExecStartPre and ExecStart say, and is it up? The notice
# that systemd waits for (Type=notify) says so. Then COMMAND... is run beside it.
with_unbound() {
	local command
	while read -r command; do
		# shellcheck disable=SC2086
		case $command in
		-*) in_root ${command#-} ;;
		*) in_root $command || return 1 ;;
		esac
	done < <(unit_says ExecStartPre) || return 1
	command=$(unit_says ExecStart)
	unshare -n "$here/deb-unit.py" "$root" "${command//\$DAEMON_OPTS/}" -- "$@"
}

starts() {
	with_unbound true
}

ask() {
	with_unbound kdig @127.0.0.1 +edns +time=5 +retry=0 "$@"
}

protects() {
	ask canary.pinbound.invalid > "$work/answer" || return 1
	says answer "status: SERVFAIL" && says answer "EDE: 15 (Blocked): 'pinbound: canary'"
}

# --- what must be so --------------------------------------------------------------

lintian_clean() {
	lintian --allow-root --fail-on error,warning,info --tag-display-limit 0 "$build"/deb/pinbound_*.deb
}

installed() {
	apt install ./debs/unbound.deb ./debs/pinbound.deb &&
		[[ $(installed_version unbound) = *+pinbound1 ]]
}

mode_of() {
	[ "$(in_root stat -c '%U:%G %a' "$1")" = "$2" ] || in_root stat -c '%n is %U:%G %a' "$1"
}

stores_guarded() {
	[ "$(mode_of /var/lib/unbound "root:unbound 1775"
		mode_of /var/lib/unbound/pinbound "root:unbound 750"
		mode_of /var/lib/unbound/pinbound/pins.mdb "root:unbound 640")" = "" ]
}

pinned_and_enforced() {
	printf 'pin:\n    name: example.com\n    ns: ns1.dns-host.example\n' > "$root/pins"
	with_unbound chroot "$root" pinbound import /pins > "$work/answer" || return 1
	says answer enforced
}

still_pinned() {
	in_root pinbound export | grep -q ns1.dns-host.example
}

timer_enabled() {
	[ -L "$root/etc/systemd/system/timers.target.wants/pinbound-check.timer" ] &&
		in_root test -x "$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' \
			"$root/lib/systemd/system/pinbound-check.service")"
}

apparmor_lets_it() {
	in_root apparmor_parser -Q -K /etc/apparmor.d/usr.sbin.unbound &&
		in_root apparmor_parser -Q -K -p /etc/apparmor.d/usr.sbin.unbound |
		grep -q pinbound.so
}

broken_store_is_found() {
	local store=$root/var/lib/unbound/pinbound/pins.mdb
	cp -p "$store" "$work/pins.mdb"
	truncate -s 5000 "$store"
	with_unbound true && complain "Unbound has started on a broken store" && return 1
	cp -p "$work/pins.mdb" "$store"
	protects
}

# --- new versions -----------------------------------------------------------------

# repack PACKAGE FROM TO: the same package with another version, its own and the one of
# Unbound that it names; build_id=other: of another build, too.
repack() {
	local dir=$work/repack
	rm -rf "$dir"
	dpkg-deb -R "$root/debs/$1.deb" "$dir" &&
		sed -i "s/$2/$3/g; s/^Version: 0\.1\.0$/Version: 0.1.1/" "$dir/DEBIAN/control" || return 1
	if [ "${build_id:-}" = other ]; then
		printf '\4\0\0\0\24\0\0\0\3\0\0\0GNU\0anotherbuildofunboun' > "$work/note"
		objcopy --update-section .note.gnu.build-id="$work/note" "$dir/usr/sbin/unbound" || return 1
	fi
	dpkg-deb -b "$dir" "$root/repo/$1-new.deb"
}

# As if Debian had a security update of Unbound, and Pinbound had not followed.
publish_update() {
	ours=$(installed_version unbound)
	theirs=$(sed 's/+pinbound1$//; s/$/.1/' <<< "$ours")
	dpkg --compare-versions "$theirs" gt "$ours" || complain "$theirs is no update of $ours" || return 1
	mkdir -p "$root/repo" && build_id=other repack unbound "$ours" "$theirs" || return 1
	(cd "$root/repo" && dpkg-scanpackages . > Packages) || return 1
	echo "deb [trusted=yes] file:/repo ./" > "$root/etc/apt/sources.list.d/repo.list"
	apt update
}

update_is_kept_back() {
	publish_update || return 1
	apt upgrade > "$work/upgrade" 2>&1
	tr '\n' ' ' < "$work/upgrade" > "$work/upgrade-line"
	says upgrade-line "kept back:[a-z0-9 ]* unbound " && [ "$(installed_version unbound)" = "$ours" ]
}

# dpkg itself, without apt, does not configure it, and so does not restart Unbound.
dpkg_refuses_one_alone() {
	in_root dpkg -i /repo/unbound-new.deb > "$work/refused" 2>&1 && return 1
	says refused "pinbound (.*) breaks unbound" && in_root dpkg -i /debs/unbound.deb && protects
}

# Who knows better than dpkg is told by the module.
module_refuses_other_build() {
	in_root dpkg --force-breaks --force-depends -i /repo/unbound-new.deb
	starts > "$work/start" 2>&1 && complain "it has started" && return 1
	says start "was built for another Unbound" && says start "make deb" || return 1
	in_root dpkg -i /debs/unbound.deb && protects
}

# Both at once, with what the operator has changed in between.
both_upgraded() {
	local conf=$root/etc/unbound/pinbound.conf
	echo "recheck: 77" > "$conf"
	repack unbound "$ours" "$theirs" && repack pinbound "$ours" "$theirs" &&
		apt install ./repo/unbound-new.deb ./repo/pinbound-new.deb &&
		[ "$(installed_version unbound)" = "$theirs" ] &&
		[ "$(installed_version pinbound)" = 0.1.1 ] &&
		[ "$(cat "$conf")" = "recheck: 77" ] && still_pinned && stores_guarded && protects
}

# A link that was taken away is not put back by the next version, nor after a removal.
not_loaded_against_will() {
	local link=$root/etc/unbound/unbound.conf.d/pinbound.conf
	rm "$link"
	in_root dpkg -i /repo/pinbound-new.deb && [ ! -L "$link" ] && starts &&
		apt remove pinbound && apt install ./repo/pinbound-new.deb && [ ! -L "$link" ] &&
		ln -s /usr/lib/pinbound/unbound.conf "$link" && protects
}

removed() {
	apt remove pinbound && [ ! -L "$root/etc/unbound/unbound.conf.d/pinbound.conf" ] &&
		[ ! -e "$root/usr/lib/pinbound" ] && starts &&
		[ "$(mode_of /var/lib/unbound "unbound:unbound 755")" = "" ] &&
		! grep -q pinbound "$root/etc/apparmor.d/local/usr.sbin.unbound" &&
		[ -s "$root/var/lib/unbound/pinbound/pins.mdb" ]
}

purged() {
	apt purge pinbound && [ ! -e "$root/etc/unbound/pinbound.conf" ] &&
		[ ! -L "$root/etc/unbound/unbound.conf.d/pinbound.conf.removed" ] &&
		[ -s "$root/var/lib/unbound/pinbound/pins.mdb" ] && starts
}

installed_again() {
	apt install ./repo/pinbound-new.deb && still_pinned && stores_guarded && protects
}

if [ "$(id -u)" -ne 0 ]; then
	echo "deb.sh: this needs root" >&2
	exit 1
fi
work=$(mktemp -d)
root=$work/root
mkdir "$root"
trap clean_up EXIT
check make_root
[ $failed -eq 0 ] || exit 1
check lintian_clean
(cd "$root/debs" && mv unbound_*.deb unbound.deb && mv pinbound_*.deb pinbound.deb)
for name in installed starts protects stores_guarded pinned_and_enforced timer_enabled \
	apparmor_lets_it broken_store_is_found update_is_kept_back dpkg_refuses_one_alone \
	module_refuses_other_build both_upgraded not_loaded_against_will removed installed_again \
	removed purged installed_again; do
	check $name
done
echo "deb: $passed passed, $failed failed"
[ $failed -eq 0 ]
