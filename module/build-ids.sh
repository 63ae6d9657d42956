#!/bin/sh
# build-ids.sh - the GNU build-ids of the programs of an Unbound build directory
# that may load the module, as a header for stamp.c.
#
# Usage: build-ids.sh DIRECTORY > build-ids.h
set -eu
ids=
text=
for program in "$1/unbound" "$1/testbound"; do
	[ -f "$program" ] || continue
	id=$(readelf -n "$program" | sed -n 's/^ *Build ID: *\([0-9a-f]*\)$/\1/p' | head -n 1)
	if [ -z "$id" ]; then
		echo "build-ids.sh: $program has no build-id: link it with -Wl,--build-id" >&2
		exit 1
	fi
	ids="$ids\"$id\", "
	text="$text${text:+ }$id"
done
if [ -z "$ids" ]; then
	echo "build-ids.sh: there is no unbound in $1: build it first" >&2
	exit 1
fi
echo "#define PBM_BUILD_IDS { ${ids%, } }"
echo "#define PBM_BUILD_IDS_TEXT \"$text\""
