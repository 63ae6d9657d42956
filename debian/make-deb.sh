#!/bin/sh
# make-deb.sh - makes the Debian packages: Pinbound, and the Unbound that loads it.
#
# Usage: make-deb.sh BUILD_DIR
#
# Leaves them in BUILD_DIR/deb, and what gdb wants to know in BUILD_DIR/deb/debug.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(mkdir -p "$1" && cd "$1" && pwd)
log=$build/deb.log

sh "$top/tests/install-deps.sh" deb
sh "$top/module/build-unbound.sh" "$build" packages
UNBOUND_SRC=$(cat "$build/unbound-src/source")
UNBOUND_BUILD=$(readlink -f "$build/unbound")
export UNBOUND_SRC UNBOUND_BUILD

# The packages are made beside the source that they are made from.
rm -rf "$build/deb"
mkdir -p "$build/deb/source" "$build/deb/debug"
cd "$top"
cp -R Makefile install.mk README.md CHANGELOG.md SECURITY.md LICENSE include lib cli module man doc \
	conf-examples systemd tests debian "$build/deb/source"
cd "$build/deb/source"
echo "pinbound: making the package"
if ! dpkg-buildpackage --build=binary --unsigned-changes > "$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "make-deb.sh: dpkg-buildpackage failed; all it said is in $log" >&2
	exit 1
fi
cd ..
rm -r source
mv "$build"/unbound-src/unbound_*.deb .
mv ./pinbound-dbgsym_*.deb "$build"/unbound-src/unbound-dbgsym_*.deb debug
echo "ready, in $build/deb:"
ls ./*.deb
