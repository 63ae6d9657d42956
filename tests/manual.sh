#!/bin/bash
# manual.sh - runs the examples of pinbound(8), as they are written and in their order, in
# the lab, on a machine whose /usr, /etc, /var and /root keep what is written apart.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lab/lab.sh"
. "$here/mail/mail.sh"
# shellcheck disable=SC2154 # what lab.sh sets
mail_enter "$@"

own_files() {
	local dir
	mkdir "$lab_run/layers"
	if ! mount --make-rprivate / || ! mount -t tmpfs tmpfs "$lab_run/layers"; then
		lab_die "nothing can be mounted"
	fi
	for dir in usr etc var root; do
		mkdir -p "$lab_run/layers/$dir" "$lab_run/layers/$dir.work"
		mount -t overlay overlay -o "lowerdir=/$dir,upperdir=$lab_run/layers/$dir,workdir=$lab_run/layers/$dir.work" "/$dir" ||
			lab_die "no overlay on /$dir"
	done
	rm -rf /var/lib/unbound /etc/unbound
	mkdir -p /var/lib/unbound /etc/unbound /var/log /usr/share/zsh/vendor-completions \
		/usr/share/fish/vendor_completions.d /usr/share/bash-completion/completions \
		/var/lib/prometheus/node-exporter
	printf 'recheck: 2\n' > /etc/unbound/pinbound.conf
	sed -i '/^unbound:/d' /etc/passwd
	echo "unbound:x:797:65534::/var/lib/unbound:/usr/sbin/nologin" >> /etc/passwd
	cp "$here/cli/logs/postfix.log" /var/log/mail.log
	gzip -c /var/log/mail.log > /var/log/mail.log.2.gz
	cp "$lab_run/protected/unbound.conf" /etc/unbound/unbound.conf
	printf 'stub-zone:\n    name: stub.example\n    stub-host: ns1.dns-host.example\n' >> /etc/unbound/unbound.conf
}

# The resolver, with the stores of pinbound.conf(5).
start_resolver() {
	PINBOUND_CONF=/etc/unbound/pinbound.conf resolver protected "dynlib validator iterator"
	echo "${lab_pids[-1]}" > "$lab_run/resolver"
}

# The commands that the examples find. What asks, asks the lab; a question on the terminal
# is answered.
commands() {
	local bin=$lab_run/bin
	mkdir -p "$bin"
	cat > "$bin/pinbound" <<- END
		#!/bin/sh
		unset PINBOUND_CONF
		command=\$1
		case \$command in
		add | check | graph | accept)
			case " \$* " in
			*" --ns "*) ;;
			*) set -- "\$@" --root-hints "$lab_run/root.hints" ;;
			esac
			;;
		esac
		case \$command in
		add | accept)
			answer=r
			[ \$command = add ] || answer=y
			exec script -qec "'$lab_build/pinbound' \$*" /dev/null <<- INPUT
				\$answer
			INPUT
			;;
		doctor) "$lab_build/pinbound" "\$@" --offline; [ \$? -le 3 ] ;;
		check) "$lab_build/pinbound" "\$@" --no-canary; [ \$? -le 2 ] ;;
		*) exec "$lab_build/pinbound" "\$@" ;;
		esac
	END
	cat > "$bin/systemctl" <<- END
		#!/bin/sh
		[ "\$1" = stop ] || exit 0
		kill "\$(cat "$lab_run/resolver")"
		timeout 60 tail --pid="\$(cat "$lab_run/resolver")" -f /dev/null
	END
	cat > "$bin/dig" <<- END
		#!/bin/sh
		exec cat "$lab_run/example/example.zone"
	END
	printf '#!/bin/sh\nexec cat /var/log/mail.log\n' > "$bin/journalctl"
	printf '#!/bin/sh\nexec "%s/unbound-checkconf" "$@"\n' "$lab_unbound" > "$bin/unbound-checkconf"
	chmod 755 "$bin"/*
}

# Writes the examples into files: those in a literal display that are commands.
examples() {
	awk -v dir="$lab_run/blocks" '
		/^\.Sh EXAMPLES/ { on = 1 }
		/^\.Sh SEE ALSO/ { on = 0 }
		on && /^\.Bd -literal/ { n++; file = sprintf("%s/%03d.sh", dir, n); next }
		/^\.Ed/ { file = "" }
		on && file != "" { gsub(/\\e/, "\\"); print > file }' "$here/../man/pinbound.8"
	# One shows what is written as well: "# " begins the command.
	for block in "$lab_run"/blocks/*; do
		! grep -q '^# pinbound' "$block" || sed -i -n 's/^# //p' "$block"
	done
}

# What completes in a shell is for that shell.
run() {
	local line shell
	if ! grep -q '^source ' "$1"; then
		bash -eu -o pipefail "$1"
		return
	fi
	while read -r line; do
		shell=${line##* }
		if [ "${shell%)}" = zsh ]; then
			zsh -c "autoload -U compinit; compinit -u -D; $line" || return 1
		else
			bash -c "$line" || return 1
		fi
	done < "$1"
}

mail_start
stop_last # the mail servers are not needed
own_files
commands
mkdir -p "$lab_run/blocks" "$lab_run/work"
examples
passed=0
failed=0
kill "${lab_pid[protected]}"
for block in "$lab_run"/blocks/*; do
	if grep -q 'pinbound accept' "$block"; then
		kill -0 "$(cat "$lab_run/resolver")" 2> /dev/null || start_resolver
		registrar hijack example.com.
		ask protected example.com. MX > /dev/null
		sleep 1
	fi
	# What asks the state store is for when there is one.
	[ -e "$lab_run/resolver" ] || [ ! -e /var/lib/unbound/pinbound/pins.mdb ] || start_resolver
	# Ways to pin a domain: one after the other.
	! grep -q '^pinbound add example.com' "$block" || [ ! -e /var/lib/unbound/pinbound/pins.mdb ] ||
		"$lab_run/bin/pinbound" -q remove example.com 2> /dev/null
	if (cd "$lab_run/work" && PATH=$lab_run/bin:$PATH && export PATH && run "$block") > "$lab_run/said" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $(head -n 1 "$block"): $(tail -n 5 "$lab_run/said")"
	fi
done
# Each command has one.
for command in $("$lab_build/pinbound" help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	cat "$lab_run"/blocks/* | grep -q "pinbound $command" ||
		{ echo "FAIL no example of $command"; failed=$((failed + 1)); }
done
echo "manual: $passed passed, $failed failed"
umount -l /usr /etc /var /root "$lab_run/layers" 2> /dev/null
[ $failed -eq 0 ] && [ $passed -gt 15 ]
