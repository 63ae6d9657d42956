#!/bin/sh
# build-unbound.sh - gets the distribution's own Unbound source, and builds it as
# the distribution does, plus dynlib.
#
# Usage: build-unbound.sh BUILD_DIR [packages]
#
# With "packages", it makes Debian packages of what it has built, too.
#
# Leaves in BUILD_DIR:
#   unbound-src/unbound-VERSION   the source
#   unbound-src/source            its path, for the Makefile
#   unbound-src/done              a stamp: nothing is to be done
#   unbound                       -> the configured build directory, with unbound,
#                                 unbound-control, unbound-checkconf, testbound
#   unbound-src/*.deb             the packages
set -eu
# Debian's own tools only: another Python, of pyenv or in /usr/local, would be linked.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
unset PYTHONHOME PYTHONPATH
build=$(mkdir -p "$1" && cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$build/unbound-src
log=$build/unbound-build.log
apt=$work/apt

step() {
	echo "unbound: $*"
}

# run COMMAND...: its output goes to the log, which is shown if it fails.
run() {
	if ! "$@" >> "$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "build-unbound.sh: \"$*\" failed; all it said is in $log" >&2
		exit 1
	fi
}

get_source() {
	rm -rf "$work"
	mkdir -p "$apt/lists/partial"
	sh "$here/debian-sources.sh" deb-src > "$apt/src.sources"
	if ! grep -q '^Types' "$apt/src.sources"; then
		echo "build-unbound.sh: no Debian package source in /etc/apt" >&2
		exit 1
	fi
	# As root, apt drops its rights to a user that cannot write here.
	set -- -o Dir::Etc::SourceParts=/dev/null -o "Dir::Etc::sourcelist=$apt/src.sources" \
		-o "Dir::State::Lists=$apt/lists" -o APT::Sandbox::User=root \
		-o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
	run apt-get "$@" update
	cd "$work"
	run apt-get "$@" source unbound
	rm -rf "$apt"
}

# Debian's next update has a higher version than this one, and this one a higher than
# the package that it is made from. The time is that of the package, so that whoever
# builds it again gets the same.
mark_version() {
	release=$(dpkg-parsechangelog -S Version)
	{
		printf 'unbound (%s+pinbound1) %s; urgency=medium\n\n' "$release" \
			"$(dpkg-parsechangelog -S Distribution)"
		printf '  * Built with --with-dynlibmodule, for Pinbound.\n\n'
		printf ' -- Pinbound <pinbound@localhost>  %s\n\n' "$(dpkg-parsechangelog -S Date)"
		cat debian/changelog
	} > debian/changelog.new
	mv debian/changelog.new debian/changelog
}

# Debian's rules, with the one flag; its own way to configure out of the source.
configure() {
	mark_version
	sed -i 's/--enable-subnet /--with-dynlibmodule --enable-subnet /' debian/rules
	grep -q -e '--with-dynlibmodule' debian/rules ||
		run echo "debian/rules has no --enable-subnet to put the flag beside" false
	# As dh does first of all. It is not to do so again for the packages.
	run dh_update_autotools_config
	run dh_autoreconf
	printf '\noverride_dh_update_autotools_config override_dh_autoreconf:\n' >> debian/rules
	run debian/rules b/unbound/config.h
	grep -q '^#define WITH_DYNLIBMODULE 1' b/unbound/config.h || run false
}

compile() {
	jobs=$(nproc)
	run make -C b/unbound -j"$jobs" unbound unbound-control unbound-checkconf
	# The tester loads the module, too, and must show it its symbols.
	flags=$(sed -n 's/^LDFLAGS=//p' b/unbound/Makefile)
	run make -C b/unbound -j"$jobs" testbound LDFLAGS="$flags -rdynamic"
}

get_and_build() {
	: > "$log"
	"$here/../tests/install-deps.sh" source
	step "getting the distribution's source"
	get_source
	cd "$work"/unbound-[0-9]*/
	source=$(pwd)
	"$here/../tests/install-deps.sh" build-dep "$source"
	step "configuring $(basename "$source")"
	configure
	step "compiling (about a minute)"
	compile
	rm -f "$build/unbound"
	ln -s "unbound-src/$(basename "$source")/b/unbound" "$build/unbound"
	echo "$source" > "$work/source"
	touch "$work/done"
	step "ready: $build/unbound"
}

# The tree is not cleaned: the program in the package is the one that the module was
# built for.
make_packages() {
	cd "$(cat "$work/source")"
	readelf -n b/unbound/unbound > "$work/id"
	"$here/../tests/install-deps.sh" build-dep "$(pwd)"
	step "making packages (a minute or two)"
	run env DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
		dpkg-buildpackage --build=binary --no-pre-clean --unsigned-changes
	readelf -n debian/unbound/usr/sbin/unbound | cmp -s - "$work/id" ||
		run echo "the package has another program than b/unbound has" false
}

if [ -f "$work/done" ] && [ -x "$build/unbound/testbound" ]; then
	touch "$work/done"
else
	get_and_build
fi
case ${2:-} in
packages) make_packages ;;
esac
