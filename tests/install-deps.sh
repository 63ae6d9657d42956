#!/bin/sh
# install-deps.sh - installs what building and testing need, from Debian.
#
# Usage: install-deps.sh [all | source | build-dep DIRECTORY | deb | deb-tests | lint | seeds | fuzz]
#
#   all        (the default) to build Pinbound and run its tests and the demo
#   source     to get and unpack a source package
#   build-dep  to build the source package unpacked there
#   deb        to make Debian packages of it
#   deb-tests  to try them
#   lint       what "make lint" runs
#   seeds      what "make fuzz-seeds" runs
#   fuzz       what "make fuzz" and "make fuzz-afl" run
#
# Quick when all is there. Not as root, it says which command root must run.
set -eu
what=${1:-all}

build="build-essential pkg-config libldns-dev liblmdb-dev libcmocka-dev libxxhash-dev libidn2-dev libssl-dev"
run="nagios4-core prometheus postfix rsyslog systemd apparmor graphviz libfaketime knot knot-dnsutils dnsperf iproute2 procps groff-base python3 openssl zsh fish jq valgrind gnuplot-nox"
source="dpkg-dev ca-certificates build-essential"
seeds="clang libclang-rt-dev"
fuzz="$seeds afl++"
deb="$build $source debhelper"
deb_tests="lintian mmdebstrap"
lint="clang clang-format clang-tidy cppcheck shellcheck"

missing() {
	for package; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null |
			grep -qx installed || echo "$package"
	done
}

# need_root COMMAND...
need_root() {
	[ "$(id -u)" -eq 0 ] && return
	echo "Root must run this first:" >&2
	echo "  apt-get update && $*" >&2
	exit 1
}

# Installing a server must not start it, nor have it start with the machine: the
# lab runs its own. A policy that was there already stays.
policy=/usr/sbin/policy-rc.d
forbid_services() {
	[ ! -e $policy ] || return 0
	printf '#!/bin/sh\nexit 101\n' > $policy
	chmod 755 $policy
	made_policy=yes
}

clean_up() {
	rm -f "$log"
	[ $made_policy = no ] || rm -f $policy
}

# keep_services_off PACKAGE...: of those that were installed just now.
keep_services_off() {
	for package; do
		package=${package%-core}
		case $package in
		knot | postfix | rsyslog | nagios4 | prometheus)
			deb-systemd-helper disable "$package.service" > /dev/null 2>&1 || true
			update-rc.d "$package" disable > /dev/null 2>&1 || true
			;;
		esac
	done
}

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		-o Acquire::Retries=5 -o DPkg::Lock::Timeout=600 "$@" \
		> "$log" 2>&1 && return
	tail -n 20 "$log" >&2
	echo "install-deps.sh: apt-get $* failed" >&2
	exit 1
}

install() {
	packages=$(missing "$@")
	[ -n "$packages" ] || return 0
	# shellcheck disable=SC2086
	set -- $packages
	need_root apt-get install --no-install-recommends "$@"
	echo "installing: $*"
	forbid_services
	# A mail server that nobody has asked for gets no configuration.
	! command -v debconf-set-selections > /dev/null ||
		echo "postfix postfix/main_mailer_type select No configuration" |
		debconf-set-selections
	apt update
	apt install "$@"
	keep_services_off "$@"
}

made_policy=no
log=$(mktemp)
trap clean_up EXIT
trap 'exit 130' HUP INT TERM
case $what in
all)
	# shellcheck disable=SC2086
	install $build $run $source
	;;
source)
	# shellcheck disable=SC2086
	install $source
	;;
deb)
	# shellcheck disable=SC2086
	install $deb
	;;
deb-tests)
	# shellcheck disable=SC2086
	install $deb_tests
	;;
lint)
	# shellcheck disable=SC2086
	install $lint
	;;
seeds)
	# shellcheck disable=SC2086
	install $seeds
	;;
fuzz)
	# shellcheck disable=SC2086
	install $fuzz
	;;
build-dep)
	# Without a change to make, apt-get -s needs no rights. It fails where a
	# package that it needs is not known, as before the first "apt-get update".
	if ! apt-get -q -s build-dep --no-install-recommends "$2" > "$log" 2>&1 ||
		grep -q '^Inst' "$log"; then
		need_root apt-get build-dep --no-install-recommends "$2"
		echo "installing what Unbound's source needs"
		forbid_services
		apt update
		apt build-dep "$2"
	fi
	;;
*)
	echo "install-deps.sh: there is no \"$what\"" >&2
	exit 2
	;;
esac
