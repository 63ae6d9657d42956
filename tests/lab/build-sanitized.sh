#!/bin/sh
# build-sanitized.sh - builds Unbound under a sanitizer, beside the one for use.
#
# Usage: build-sanitized.sh SANITIZERS SOURCE DIRECTORY PROGRAM...
#
# Out of the source, into DIRECTORY, once: with what the tests need, and no more.
set -eu
sanitizers=$1
source=$(cd "$2" && pwd)
mkdir -p "$3"
cd "$3"
shift 3
log=$(pwd)/build.log

run() {
	if ! "$@" >> "$log" 2>&1; then
		tail -n 20 "$log" >&2
		echo "build-sanitized.sh: \"$*\" failed; all it said is in $log" >&2
		exit 1
	fi
}

[ "$(cat ready 2> /dev/null)" != "$*" ] || exit 0
: > "$log"
echo "unbound: building it with -fsanitize=$sanitizers (a minute or two)"
run "$source/configure" --with-dynlibmodule --enable-subnet --with-libevent \
	--disable-flto --disable-rpath --disable-shared --with-chroot-dir= \
	CFLAGS="-O1 -g1 -fsanitize=$sanitizers" \
	LDFLAGS="-fsanitize=$sanitizers -rdynamic -Wl,--build-id"
run make -j"$(nproc)" "$@"
echo "$*" > ready
