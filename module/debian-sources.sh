#!/bin/sh
# debian-sources.sh - the machine's own package sources, as far as they are Debian's, as
# paragraphs for a file NAME.sources: for use with apt without a change of its
# configuration.
#
# Usage: debian-sources.sh deb|deb-src
set -eu
types=$1

for file in /etc/apt/sources.list.d/*.sources; do
	[ -f "$file" ] || continue
	# A paragraph at a time: only Debian's own archives matter.
	awk -v types="$types" 'BEGIN { RS = ""; FS = "\n" }
		/(^|\n)Types:[^\n]*deb/ && !/(^|\n)Enabled: *no/ &&
			/debian-archive|[/.]debian[./]/ {
			gsub(/(^|\n)Types:[^\n]*/, "\nTypes: " types)
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
		printf 'Types: %s\nURIs: %s\nSuites: %s\n' "$types" "$1" "$2"
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
