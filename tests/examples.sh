#!/bin/bash
# examples.sh - what is there to be copied or read: the examples are checked by the
# programs that they are for, and the man pages format cleanly in 80 columns.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${BUILD:-$top/build}" && pwd)
unbound=$(cd "${UNBOUND_BUILD:-$build/unbound}" && pwd)
source=${UNBOUND_SRC:-$(cat "$build/unbound-src/source")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check NAME COMMAND...
check() {
	local name=$1
	shift
	if "$@" > "$work/said" 2>&1; then
		echo "ok   $name"
		passed=$((passed + 1))
	else
		echo "FAIL $name"
		cat "$work/said"
		failed=$((failed + 1))
	fi
}

# Only where files are is changed: in /var/lib/unbound there may be none here.
check_unbound() {
	mkdir -p "$work/var"
	cp "$build/pinbound.so" "$work/var/"
	: > "$work/var/rpz.site.example.zone"
	printf '. 86400 IN DS 20326 8 2 %s\n' \
		E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D \
		> "$work/var/root.key"
	sed -e "s|/var/lib/unbound|$work/var|; s|/usr/lib/pinbound|$work/var|" "$1" \
		> "$work/unbound.conf"
	printf 'server:\n chroot: ""\n username: ""\n directory: "%s"\n' "$work" \
		>> "$work/unbound.conf"
	printf 'remote-control:\n control-use-cert: no\n' >> "$work/unbound.conf"
	"$unbound/unbound-checkconf" "$work/unbound.conf"
}

check_pinbound() {
	# Each attribute is tried, too: those that are commented out are the defaults.
	"$build/pinbound" -c "$1" checkconf &&
		sed 's/^#\([a-z-]*:\)/\1/' "$1" > "$work/pinbound.conf" &&
		"$build/pinbound" -c "$work/pinbound.conf" checkconf
}

check_pins() {
	printf 'pins: "%s/p.mdb"\nstate: "%s/s.mdb"\n' "$work" "$work" > "$work/p.conf"
	"$build/pinbound" -c "$work/p.conf" -q init &&
		"$build/pinbound" -c "$work/p.conf" import "$1" &&
		[ "$("$build/pinbound" -c "$work/p.conf" export | grep -c '^pin:')" -eq \
			"$(grep -c '^pin:' "$1")" ]
}

# What is exported for an Unbound without the module.
check_export() {
	rm -f "$work"/[ps].mdb*
	check_pins "$1" || return 1
	"$build/pinbound" -c "$work/p.conf" export --format unbound > "$work/pins.conf"
	printf 'include: "%s/pins.conf"\nserver:\n chroot: ""\n username: ""\n directory: "%s"\n' \
		"$work" "$work" > "$work/unbound.conf"
	grep -q '^stub-zone:' "$work/pins.conf" &&
		"$unbound/unbound-checkconf" "$work/unbound.conf"
}

check_page() {
	groff -mdoc -Tascii -P-c -P-b -P-o -P-u -rLL=78n -ww "$1" > "$work/page" 2> "$work/why"
	! grep . "$work/why" && ! grep -E '.{81}' "$work/page" && grep -q '^NAME' "$work/page"
}

# With the settings that it has by itself; none of them is unknown to it.
check_postfix() {
	local dir=$work/postfix
	rm -rf "$dir"
	mkdir -p "$dir"/{etc,queue,data}
	chown postfix "$dir/data"
	cp /usr/share/postfix/master.cf.dist "$dir/etc/master.cf"
	{
		printf 'compatibility_level = 3.6\nqueue_directory = %s\ndata_directory = %s\n' \
			"$dir/queue" "$dir/data"
		cat "$1"
	} > "$dir/etc/main.cf"
	postfix -c "$dir/etc" check && postconf -c "$dir/etc" -n > "$dir/said" 2>&1 &&
		! grep 'warning:' "$dir/said" &&
		[ "$(postconf -c "$dir/etc" -h maximal_queue_lifetime)" = 10d ]
}

check_rsyslog() {
	rsyslogd -N1 -f "$1" && ! grep -i 'error\|warn' "$work/said"
}

check_unit() {
	cp "$1" "$work/$(basename "$1")"
	systemd-analyze verify "$work/$(basename "$1")"
}

# Behind Debian's own objects, and a host.
check_nagios() {
	cat > "$work/host.cfg" <<- END
		define host {
		    host_name localhost
		    address 127.0.0.1
		    max_check_attempts 1
		    check_period 24x7
		    notification_period 24x7
		    contact_groups admins
		}
	END
	{
		echo "cfg_file=/etc/nagios4/objects/commands.cfg"
		echo "cfg_file=/etc/nagios4/objects/contacts.cfg"
		echo "cfg_file=/etc/nagios4/objects/timeperiods.cfg"
		echo "cfg_file=/etc/nagios4/objects/templates.cfg"
		echo "cfg_file=$work/host.cfg"
		echo "cfg_file=$1"
		printf 'nagios_user=root\nnagios_group=root\n'
		printf 'check_result_path=%s\nlock_file=%s/lock\ntemp_file=%s/temp\nlog_file=%s/log\n' \
			"$work" "$work" "$work" "$work"
		printf 'object_cache_file=%s/cache\nstatus_file=%s/status\ntemp_path=%s\n' \
			"$work" "$work" "$work"
	} > "$work/nagios.cfg"
	nagios4 -v "$work/nagios.cfg" && grep -q 'Total Errors: *0' "$work/said"
}

# Its command as another user: without the group of the stores, and with it.
check_nagios_user() {
	local dir=$work/stores command
	chmod 711 "$work"
	printf 'pins: "%s/p.mdb"\nstate: "%s/s.mdb"\n' "$dir" "$dir" > "$work/stores.conf"
	"$build/pinbound" -c "$work/stores.conf" -q init && cp "$build/pinbound" "$work" || return 1
	command=$(sed -n 's|^ *command_line */usr/bin/||p' "$1")
	[ -n "$command" ] || { echo "its command is not in /usr/bin"; return 1; }
	# shellcheck disable=SC2086 # it has arguments
	set -- setpriv --reuid=nobody --regid=nogroup env PATH="$work" \
		PINBOUND_CONF="$work/stores.conf" $command
	"${@:1:3}" --clear-groups "${@:4}" | tee "$work/without"
	"${@:1:3}" --groups "$(stat -c %g "$dir/p.mdb")" "${@:4}" | tee "$work/with"
	grep -q 'UNKNOWN: .*permission denied.*their group may read them' "$work/without" &&
		grep -q 'nothing is pinned' "$work/with"
}

# The rules, and that each of their metrics is one that check writes.
check_prometheus() {
	local metric
	promtool check rules "$1" || return 1
	grep -o 'pinbound_check_[a-z_]*' "$1" | sort -u | while read -r metric; do
		grep -q "${metric#pinbound_check_}" "$top/cli/check_metrics.c" ||
			{ echo "check writes no $metric"; exit 1; }
	done
}

# What fires after two hours of each status; and when nothing is written.
check_alerts() {
	cat > "$work/alerts.yml" <<- END
		rule_files: ["$1"]
		evaluation_interval: 1m
		tests:
		  - interval: 1m
		    input_series:
		      - {series: 'pinbound_check_zone_status{zone="ok.example."}', values: 0x120}
		      - {series: 'pinbound_check_zone_status{zone="differs.example."}', values: 1x120}
		      - {series: 'pinbound_check_zone_status{zone="deviates.example."}', values: 2x120}
		      - {series: 'pinbound_check_zone_status{zone="silent.example."}', values: 3x120}
		      - {series: 'pinbound_check_resolver_status{resolver="192.0.2.1"}', values: 0x120}
		      - {series: 'pinbound_check_resolver_status{resolver="192.0.2.2"}', values: 2x120}
		      - {series: 'pinbound_check_resolver_status{resolver="192.0.2.3"}', values: 3x120}
		      - {series: 'pinbound_check_timestamp_seconds', values: 0+60x120}
		    promql_expr_test:
		      - expr: count by (alertname, severity, zone, resolver) (ALERTS{alertstate="firing"})
		        eval_time: 2h
		        exp_samples:
		          - {labels: '{alertname="PinnedDelegationDiffers", severity="warning", zone="differs.example."}', value: 1}
		          - {labels: '{alertname="PinnedDelegationDeviates", severity="critical", zone="deviates.example."}', value: 1}
		          - {labels: '{alertname="PinnedDelegationUnknown", severity="warning", zone="silent.example."}', value: 1}
		          - {labels: '{alertname="ResolverNotProtected", severity="critical", resolver="192.0.2.2"}', value: 1}
		          - {labels: '{alertname="ResolverUnknown", severity="warning", resolver="192.0.2.3"}', value: 1}
		  - interval: 1m
		    promql_expr_test:
		      - expr: count by (alertname) (ALERTS{alertstate="firing"})
		        eval_time: 2h
		        exp_samples:
		          - {labels: '{alertname="PinboundCheckIsOld"}', value: 1}
	END
	promtool test rules "$work/alerts.yml"
}

# pins_of HOST: what is pinned there.
pins_of() {
	PINBOUND_CONF=$work/hosts/$1/conf "$build/pinbound" export | sed -n 's/^ *name: //p'
}

# roll_out SCRIPT NAME: that name alone, to both.
roll_out() {
	printf 'pin:\n name: %s\n ns: ns1.dns-host.example\n' "$2" > "$work/git.pins"
	PATH=$work:$PATH "$1" --yes "$work/git.pins" one two
}

# Two hosts, which "ssh" finds here. Then the second cannot be asked, and then the first
# cannot be changed.
check_roll_out() {
	local host
	for host in one two; do
		mkdir -p "$work/hosts/$host"
		printf 'pins: "%s/p.mdb"\nstate: "%s/s.mdb"\n' "$work/hosts/$host" "$work/hosts/$host" \
			> "$work/hosts/$host/conf"
		PINBOUND_CONF=$work/hosts/$host/conf "$build/pinbound" -q init || return 1
	done
	cat > "$work/ssh" <<- END
		#!/bin/sh
		host=$work/hosts/\$1
		shift 2
		case \$* in
		*--dry-run*) ;;
		*) [ ! -e "\$host/broken" ] || exit 1 ;;
		esac
		PINBOUND_CONF=\$host/conf exec "$build/pinbound" "\$@"
	END
	chmod 755 "$work/ssh"
	roll_out "$1" example.com || return 1
	[ "$(pins_of one) $(pins_of two)" = "example.com example.com" ] || return 1
	mv "$work/hosts/two/p.mdb" "$work/kept"
	! roll_out "$1" example.org && [ "$(pins_of one)" = example.com ] || return 1
	mv "$work/kept" "$work/hosts/two/p.mdb"
	touch "$work/hosts/one/broken"
	! roll_out "$1" example.org && [ "$(pins_of two)" = example.com ]
}

# With Debian's profile, which includes it from local/.
check_apparmor() {
	sed "/include <local/d; /^}/e cat '$1'" "$source/debian/apparmor-profile" \
		> "$work/profile"
	grep -q 'pinbound.so mr' "$work/profile" &&
		apparmor_parser --skip-kernel-load --skip-cache "$work/profile"
}

# Each command and each option of the command stands in its page, and each command in a
# line of its own of the synopsis.
check_complete() {
	local word
	for word in $("$build/pinbound" help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
		grep -q "Cm $word" "$top/man/pinbound.8" || { echo "no $word"; return 1; }
		grep -A1 '^\.Nm$' "$top/man/pinbound.8" | grep -qx "\.Cm $word" ||
			{ echo "no $word in the synopsis"; return 1; }
		for option in $("$build/pinbound" help "$word" |
			sed -n 's/^  --\([a-z-]*\).*/\1/p'); do
			grep -q -- "Fl -$option" "$top/man/pinbound.8" ||
				{ echo "no --$option"; return 1; }
		done
	done
}

for file in "$top"/conf-examples/unbound*.conf; do
	check "$(basename "$file")" check_unbound "$file"
done
for file in "$top"/conf-examples/pinbound*.conf; do
	check "$(basename "$file")" check_pinbound "$file"
done
for file in "$top"/conf-examples/apparmor.*; do
	check "$(basename "$file")" check_apparmor "$file"
done
check postfix-main.cf check_postfix "$top/conf-examples/postfix-main.cf"
check rsyslog-pinbound.conf check_rsyslog "$top/conf-examples/rsyslog-pinbound.conf"
check pinbound-journal.service check_unit "$top/conf-examples/pinbound-journal.service"
check nagios-pinbound.cfg check_nagios "$top/conf-examples/nagios-pinbound.cfg"
check "nagios-pinbound.cfg, as another user" check_nagios_user "$top/conf-examples/nagios-pinbound.cfg"
check prometheus-pinbound.yml check_prometheus "$top/conf-examples/prometheus-pinbound.yml"
check "prometheus-pinbound.yml, its alerts" check_alerts "$top/conf-examples/prometheus-pinbound.yml"
check roll-out-pins.sh check_roll_out "$top/conf-examples/roll-out-pins.sh"
check pins.txt check_pins "$top/conf-examples/pins.txt"
for file in "$top/conf-examples/pins.txt" "$top/tests/cli/formats/all.pins"; do
	check "$(basename "$file"), exported for Unbound" check_export "$file"
done
for file in "$top"/man/*; do
	check "$(basename "$file")" check_page "$file"
done
check "pinbound.8 is complete" check_complete
echo "examples and man pages: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
