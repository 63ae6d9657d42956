#!/bin/sh
# build-unbound.sh - gets the distribution's own Unbound source, and builds it as
# the distribution does, plus dynlib.
#
# Usage: build-unbound.sh BUILD_DIR
#
# Leaves in BUILD_DIR:
#   unbound-src/unbound-VERSION   the source
#   unbound-src/source            its path, for the Makefile
#   unbound-src/done              a stamp: nothing is to be done
#   unbound                       -> the configured build directory, with unbound,
#                                 unbound-control, unbound-checkconf, testbound
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

# The machine's own package sources with their types changed to deb-src, for this
# script's use only: neither apt's configuration nor its lists are touched.
source_entries() {
	for file in /etc/apt/sources.list.d/*.sources; do
		[ -f "$file" ] || continue
		# A paragraph at a time: only Debian's own archives matter.
		awk 'BEGIN { RS = ""; FS = "\n" }
			/(^|\n)Types:[^\n]*deb/ && !/(^|\n)Enabled: *no/ &&
				/debian-archive|[/.]debian[./]/ {
				gsub(/(^|\n)Types:[^\n]*/, "\nTypes: deb-src")
				sub(/^\n/, "")
				print $0 "\n"
			}' "$file"
	done
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$file" ] || continue
		# deb [options] URI SUITE COMPONENT...
		sed -n 's/^deb[[:space:]]\{1,\}\(.*debian.*\)$/\1/p' "$file" | while read -r line; do
			options=
			case $line in
			\[*\]*)
				options=${line%%\]*}
				options=${options#\[}
				line=${line#*\]}
				;;
			esac
			# shellcheck disable=SC2086
			set -- $line
			printf 'Types: deb-src\nURIs: %s\nSuites: %s\n' "$1" "$2"
			shift 2
			printf 'Components: %s\n' "$*"
			for option in $options; do
				case $option in
				signed-by=*) printf 'Signed-By: %s\n' "${option#*=}" ;;
				esac
			done
			echo
		done
	done
}

get_source() {
	rm -rf "$work"
	mkdir -p "$apt/lists/partial"
	source_entries > "$apt/src.sources"
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

# Debian's rules, with the one flag; its own way to configure out of the source.
configure() {
	sed -i 's/--enable-subnet /--with-dynlibmodule --enable-subnet /' debian/rules
	grep -q -e '--with-dynlibmodule' debian/rules ||
		run echo "debian/rules has no --enable-subnet to put the flag beside" false
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

if [ -f "$work/done" ] && [ -x "$build/unbound/testbound" ]; then
	touch "$work/done"
	exit 0
fi
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
