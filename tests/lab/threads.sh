#!/bin/bash
# threads.sh - runs lab tests with an Unbound and a module that ThreadSanitizer
# watches (BUILD, UNBOUND_BUILD), and judges what it reports. See sanitizers.mk.
#
# Usage: threads.sh [TEST...]
#
# Without any, all but those of memory, that in which a resolver is meant to be ended by a
# signal, those where it is another user or in a chroot, where the sanitizer has no /proc
# to look at, and those of time: libfaketime's pthread_cond_timedwait() hides from it that
# who waits gives the lock back.
#
# A race in which the module has a part fails: if a frame of it is in one of the two
# accesses, or in what allocated the memory. A race of Unbound's own, or one that the
# module means, is counted if tsan.supp has a line for it; if not, it fails, too.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LAB_EXCEPT='memory_.*|pins_cut_short|user.*|chroot_.*|clock_.*'
export LAB_THREADS=${LAB_THREADS:-8} LAB_RELOADS=${LAB_RELOADS:-5}
export TSAN_OPTIONS="log_path=$work/report exitcode=0 history_size=7"

"$here/run.sh" "$@"
status=$?

# Reports are divided by lines of "="; their parts by empty lines. Who started a thread
# or made a mutex is no part of a race.
cat "$work"/report* 2> /dev/null | awk -v supp="$here/tsan.supp" '
	BEGIN {
		while ((getline line < supp) > 0)
			if (line ~ /^race(_top|_by)?:/)
				known[line] = 0
	}
	/^=+$/ {
		judge()
		text = frames = ""
		next
	}
	{ text = text $0 "\n" }
	/^  [^ ]/ { counts = !/^  (Thread|Mutex) / }
	/^    #/ && counts { frames = frames $1 " " $2 " " $NF "\n" }
	END {
		judge()
		for (line in known)
			if (known[line] > 0)
				printf "threads: %d known, %s\n", known[line], line
		printf "threads: %d races of the module, %d unknown\n", ours, unknown
		exit ours + unknown > 0
	}
	# race: is for what is all of Unbound'"'"'s own, race_top: for a function of it
	# that the module may have called, race_by: for a function of the module.
	function is_known(line,    name, part) {
		name = substr(line, index(line, ":") + 1)
		if (line ~ /^race_by:/)
			return index("\n" frames, "\n#0 " name " ") > 0 &&
				split("\n" frames, part, /\n#0 [^\n]*\(pinbound\.so\+/) == 2
		if (line ~ /^race_top:/)
			return index("\n" frames, "\n#0 " name " ") > 0 &&
				("\n" frames) !~ /\n#0 [^\n]*\(pinbound\.so\+/
		return index(frames, " " name " ") > 0 && index(frames, "(pinbound.so+") == 0
	}
	function judge(    line) {
		if (text !~ /WARNING: ThreadSanitizer/)
			return
		for (line in known)
			if (is_known(line)) {
				known[line]++
				return
			}
		if (index(frames, "(pinbound.so+") > 0)
			ours++
		else
			unknown++
		printf "%s\n", text
	}' || status=1
exit $status
