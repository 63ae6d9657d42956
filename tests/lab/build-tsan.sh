#!/bin/sh
# build-tsan.sh - builds Unbound under ThreadSanitizer, beside the one for use.
#
# Usage: build-tsan.sh SOURCE DIRECTORY
#
# Out of the source, into DIRECTORY, once: with what the lab needs, and no more.
set -eu
source=$(cd "$1" && pwd)
mkdir -p "$2"
cd "$2"
log=$(pwd)/build.log

run() {
	if ! "$@" >> "$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "build-tsan.sh: \"$*\" failed; all it said is in $log" >&2
		exit 1
	fi
}

[ ! -f ready ] || exit 0
: > "$log"
echo "unbound: building it with -fsanitize=thread (a minute or two)"
run "$source/configure" --with-dynlibmodule --enable-subnet --with-libevent \
	--disable-flto --disable-rpath --disable-shared --with-chroot-dir= \
	CFLAGS="-O1 -g -fsanitize=thread" LDFLAGS="-fsanitize=thread -Wl,--build-id"
run make -j"$(nproc)" unbound unbound-control
touch ready
