#!/bin/bash
# install.sh - make install and make uninstall: below DESTDIR, and on a machine of its own,
# whose /usr, /etc and /var are this one's with what is written kept apart; there the
# resolver runs as its own user, with the module and the stores where they were put.
#
# Usage: install.sh      (as root, which the second part needs)
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/.." && pwd)
build=$(cd "${BUILD:-$top/build}" && pwd)
unbound=$(cd "${UNBOUND_BUILD:-$build/unbound}" && pwd)
passed=0
failed=0

# check NAME COMMAND...
check() {
	if "${@:2}" > "$work/said" 2>&1; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1: $(tail -n 12 "$work/said")"
		failed=$((failed + 1))
	fi
}

finish() {
	echo "$1: $passed passed, $failed failed"
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
}

make_it() {
	make -s -C "$top" BUILD="$build" UNBOUND_BUILD="$unbound" "$@"
}

# --- below DESTDIR ------------------------------------------------------------

staged_modes() {
	(umask 077 && make_it install DESTDIR="$work/stage") || return 1
	[ "$(find "$work/stage" -mindepth 1 -type d ! -perm 755)" = "" ] &&
		[ "$(find "$work/stage" -type f ! -perm 644)" = "$work/stage/usr/local/bin/pinbound" ]
}

staged_files() {
	(cd "$work/stage" && for file in usr/local/bin/pinbound usr/lib/pinbound/pinbound.so \
		usr/local/share/man/man8/pinbound.8 usr/local/share/man/man5/pinbound-pins.5 \
		usr/local/share/bash-completion/completions/pinbound \
		usr/local/share/doc/pinbound/examples/unbound.conf \
		usr/local/lib/systemd/system/pinbound-check.timer etc/unbound/pinbound.conf; do
		[ -s $file ] || { echo "no $file"; exit 1; }
	done) && grep -qx 'ExecStart=/usr/local/bin/pinbound check' \
		"$work/stage/usr/local/lib/systemd/system/pinbound-check.service"
}

# Its configuration is the user's.
staged_again() {
	echo "recheck: 7" > "$work/stage/etc/unbound/pinbound.conf"
	make_it install DESTDIR="$work/stage" &&
		[ "$(cat "$work/stage/etc/unbound/pinbound.conf")" = "recheck: 7" ]
}

staged_uninstall() {
	make_it uninstall DESTDIR="$work/stage" &&
		[ "$(find "$work/stage" -type f)" = "$work/stage/etc/unbound/pinbound.conf" ] &&
		[ ! -e "$work/stage/usr/lib/pinbound" ]
}

elsewhere() {
	make_it install DESTDIR="$work/other" prefix=/usr sysconfdir=/opt/etc moduledir=/opt/lib &&
		[ -x "$work/other/usr/bin/pinbound" ] && [ -s "$work/other/opt/lib/pinbound.so" ] &&
		[ -s "$work/other/opt/etc/unbound/pinbound.conf" ] &&
		[ -s "$work/other/usr/lib/systemd/system/pinbound-check.timer" ] &&
		make_it uninstall DESTDIR="$work/other" prefix=/usr sysconfdir=/opt/etc moduledir=/opt/lib &&
		[ "$(find "$work/other" -type f)" = "$work/other/opt/etc/unbound/pinbound.conf" ]
}

# --- on a machine of its own --------------------------------------------------

own_machine() {
	local dir
	mount -t tmpfs tmpfs "$work/layers" && mount --make-rprivate / || return 1
	for dir in usr etc var; do
		mkdir -p "$work/layers/$dir" "$work/layers/$dir.work"
		mount -t overlay overlay -o "lowerdir=/$dir,upperdir=$work/layers/$dir,workdir=$work/layers/$dir.work" "/$dir" ||
			return 1
	done
	sed -i '/^unbound:/d' /etc/passwd /etc/group
	echo "unbound:x:797:797::/var/lib/unbound:/usr/sbin/nologin" >> /etc/passwd
	echo "unbound:x:797:" >> /etc/group
	rm -rf /var/lib/unbound /etc/unbound
	# As Debian's package makes it.
	install -d -o unbound -g unbound -m 755 /var/lib/unbound
	install -d /etc/unbound
	ip link set lo up
}

mode_of() {
	[ "$(stat -c '%U:%G %a' "$1")" = "$2" ] || { stat -c '%n is %U:%G %a' "$1"; return 1; }
}

installed_stores() {
	(umask 077 && make_it install) &&
		mode_of /var/lib/unbound "root:unbound 1775" &&
		mode_of /var/lib/unbound/pinbound "root:unbound 750" &&
		mode_of /var/lib/unbound/pinbound/pins.mdb "root:unbound 640" &&
		mode_of /var/lib/unbound/pinbound/pins.mdb-lock "unbound:unbound 660" &&
		mode_of /var/lib/unbound/pinbound/state.mdb "unbound:unbound 640" &&
		mode_of /var/lib/unbound/pinbound/state.mdb-lock "unbound:unbound 660"
}

as() {
	setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups "${@:2}"
}

fails() {
	! "$@"
}

# The resolver's user reads the pins. It does not write them, nor move them away.
resolver_reads() {
	as unbound /usr/local/bin/pinbound list &&
		fails as unbound sh -c ': >> /var/lib/unbound/pinbound/pins.mdb' &&
		fails as unbound /usr/local/bin/pinbound add example.com --ns ns1.dns-host.example &&
		fails as unbound mv /var/lib/unbound/pinbound /var/lib/unbound/away &&
		fails as unbound rm -f /var/lib/unbound/pinbound/pins.mdb &&
		[ -s /var/lib/unbound/pinbound/pins.mdb ]
}

# What the site writes to is nobody else's business.
others_read_nothing() {
	fails as nobody /usr/local/bin/pinbound list &&
		fails as nobody /usr/local/bin/pinbound status &&
		fails as nobody cat /var/lib/unbound/pinbound/state.mdb
}

# With more rights than its caller has, the command is not told by it where the pins are.
takes_no_environment() {
	install -m 755 -d /usr/local/lib/other
	echo "pins: /usr/local/lib/other/pins.mdb" > /usr/local/lib/other/pinbound.conf
	install -m 4755 /usr/local/bin/pinbound /usr/local/lib/other/pinbound
	fails as nobody env PINBOUND_CONF=/usr/local/lib/other/pinbound.conf \
		/usr/local/bin/pinbound list 2>&1 | grep /usr/local/lib/other/pins.mdb &&
		as nobody env PINBOUND_CONF=/usr/local/lib/other/pinbound.conf \
			/usr/local/lib/other/pinbound list
}

runs() {
	local i
	cat > /etc/unbound/unbound.conf <<- END
		server:
		    directory: "/var/lib/unbound"
		    chroot: ""
		    username: "unbound"
		    pidfile: ""
		    use-syslog: no
		    logfile: "$work/log"
		    interface: 127.0.0.1
		    module-config: "dynlib validator iterator"
		dynlib:
		    dynlib-file: "/usr/lib/pinbound/pinbound.so"
	END
	: > "$work/log"
	chown unbound "$work/log"
	"$unbound/unbound" -d -c /etc/unbound/unbound.conf &
	pid=$!
	for ((i = 0; i < 100; i++)); do
		grep -q 'pinbound: ready' "$work/log" && break
		sleep 0.1
	done
	cat "$work/log"
	kdig +edns +timeout=5 @127.0.0.1 canary.pinbound.invalid A | grep 'pinbound: canary' &&
		/usr/local/bin/pinbound add example.com --ns ns1.dns-host.example | grep -x enforced &&
		fails grep -E 'warning|error' "$work/log"
}

# The check of the timer, as the user of its unit.
checks() {
	kill "$pid"
	wait "$pid"
	printf '. NS a.root.\na.root. A 127.0.0.53\n' > "$work/hints"
	as unbound /usr/local/bin/pinbound check --no-canary --root-hints "$work/hints" |
		grep '^PINBOUND UNKNOWN: 0 of 1 zone as pinned'
}

# What is pinned stays; installed once more, it is as before.
reinstalled() {
	make_it uninstall && [ ! -e /usr/local/bin/pinbound ] &&
		[ -s /var/lib/unbound/pinbound/pins.mdb ] && make_it install &&
		/usr/local/bin/pinbound list | grep '^example.com '
}

units() {
	systemd-analyze verify /usr/local/lib/systemd/system/pinbound-check.service \
		/usr/local/lib/systemd/system/pinbound-check.timer
}

if [ "${1:-}" = machine ]; then
	work=$2
	if ! own_machine > "$work/said" 2>&1; then
		cat "$work/said"
		echo "FAIL a machine of its own cannot be made"
		exit 1
	fi
	check "the stores, whatever the umask" installed_stores
	check "the resolver's user reads the pins only" resolver_reads
	check "others read nothing" others_read_nothing
	check "nothing is taken from who has fewer rights" takes_no_environment
	check "the resolver runs with it" runs
	check "the timer's check" checks
	check "uninstalled and installed again" reinstalled
	if command -v systemd-analyze > /dev/null; then
		check "the units" units
	else
		echo "skip the units: there is no systemd here"
	fi
	finish "install, on a machine"
	exit
fi
work=$(mktemp -d)
chmod 755 "$work"
mkdir "$work/layers"
trap 'rm -rf "$work"' EXIT
check "modes, whatever the umask" staged_modes
check "what is there" staged_files
check "a changed pinbound.conf stays" staged_again
check "uninstall" staged_uninstall
check "other places" elsewhere
finish "install" || exit 1
unshare -m -n -p -f --kill-child "$0" machine "$work"
