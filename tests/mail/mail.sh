# shellcheck shell=bash disable=SC2154,SC2016
# mail.sh - mail servers for the lab: Postfix, which asks a resolver of the lab, and SMTP
# listeners that keep what they are sent. To be sourced by a program that has called
# mail_enter "$@" first and has sourced ../lab/lab.sh.
#
#   mail_start             starts the lab, the listeners and two Postfixes
#   send WHICH RCPT        hands a message over to one of them
#   flush WHICH            has it try all of its queue
#   at LISTENER RCPT       how many messages to RCPT that one has
#   waits WHICH RCPT       why a message to RCPT is in the queue; nothing: none is
#
#   192.0.2.25     right      the MX host of example.com and of the others, as it should be
#   203.0.113.25   wrong      the hijacker's MX host
#   198.51.100.25  relay      somebody's relay, whose resolver believes everything
#   127.5.0.1      stock      Postfix that asks the stock resolver
#   127.5.0.2      protected  Postfix that asks the one with Pinbound

# Runs the calling program again, with a network and mounts of its own.
mail_enter() {
	if [ "$(id -u)" -ne 0 ]; then
		echo "Postfix must be started by root." >&2
		exit 1
	fi
	[ "${LAB_INSIDE:-no}" = no ] || return 0
	export LAB_INSIDE=yes
	exec unshare -n -m "$0" "$@"
}

# listener NAME ADDRESS: keeps each message in a file of its own.
listener() {
	mkdir -p "$lab_run/$1"
	ip address add "$2/32" dev lo
	(cd "$lab_run/$1" && exec setsid smtp-sink -u root -d 'message.%H%M%S.' "$2:25" 200) \
		> "$lab_run/$1/output" 2>&1 &
	lab_pids+=($!)
}

# postfix_conf WHICH ADDRESS: its configuration, as Debian's but for where things are, how
# often it tries, and without a chroot.
postfix_conf() {
	local dir=$lab_run/postfix-$1
	mkdir -p "$dir"/{etc,queue,data,bin}
	chown postfix "$dir/data"
	cat > "$dir/etc/main.cf" <<- END
		compatibility_level = 3.6
		queue_directory = $dir/queue
		data_directory = $dir/data
		maillog_file = $dir/log
		maillog_file_prefixes = $dir
		myhostname = $1.site.example
		mydestination = site.example
		mynetworks = 192.168.255.255/32
		local_transport = discard:
		local_recipient_maps =
		alias_maps =
		inet_interfaces = $2
		inet_protocols = ipv4
		smtp_bind_address = $2
		minimal_backoff_time = 300s
		queue_run_delay = 300s
		smtpd_relay_restrictions = reject_unauth_destination
	END
	awk '$1 ~ /^[a-z]/ && $5 == "y" { $5 = "n" } { print }' /usr/share/postfix/master.cf.dist \
		> "$dir/etc/master.cf"
	grep -q '^discard' "$dir/etc/master.cf" || lab_die "master.cf has no discard"
	# Where doctor looks for postconf.
	printf '#!/bin/sh\nexec /usr/sbin/postconf -c "%s" "$@"\n' "$dir/etc" > "$dir/bin/postconf"
	chmod 755 "$dir/bin/postconf"
}

# postfix_start WHICH ADDRESS RESOLVER: with a resolv.conf of its own.
postfix_start() {
	local dir=$lab_run/postfix-$1
	postfix_conf "$1" "$2"
	ip address add "$2/32" dev lo # Postfix looks for it
	echo "nameserver $(resolver_address "$3")" > "$dir/resolv.conf"
	setsid unshare -m sh -c 'mount --bind "$1/resolv.conf" "$(readlink -f /etc/resolv.conf)" &&
		exec postfix -c "$1/etc" start-fg' sh "$dir" > "$dir/output" 2>&1 &
	lab_pids+=($!)
	within 20 answers_smtp "$2" || lab_die "Postfix does not answer: $(cat "$dir/output" "$dir/log")"
}

answers_smtp() {
	(exec 3<> "/dev/tcp/$1/25" && read -r -t 2 line <&3 && [[ $line = 220* ]]) 2> /dev/null
}

# within SECONDS COMMAND...: becomes true in that time.
within() {
	local i
	for ((i = 0; i < $1 * 10; i++)); do
		"${@:2}" && return
		sleep 0.1
	done
	return 1
}

mail_start() {
	lab_start
	chmod 755 "$lab_run" # Postfix is another user
	[ -e /etc/resolv.conf ] || : > /etc/resolv.conf
	listener right 192.0.2.25
	ip address add 192.0.2.26/32 dev lo
	listener wrong 203.0.113.25
	listener relay 198.51.100.25
	postfix_start stock 127.5.0.1 stock
	postfix_start protected 127.5.0.2 protected
}

# setting WHICH "NAME = VALUE"...: sets these; without any, all is as it was.
setting() {
	local conf=$lab_run/postfix-$1/etc line
	sed -i '/^# of a test$/,$d' "$conf/main.cf"
	echo "# of a test" >> "$conf/main.cf"
	for line in "${@:2}"; do
		echo "$line" >> "$conf/main.cf"
	done
	postfix -c "$conf" reload 2> /dev/null
	sleep 0.5
}

sent=0
send() {
	sent=$((sent + 1))
	printf 'From: alice@site.example\nTo: %s\nSubject: %d\n\nhello\n' "$2" $sent |
		sendmail -C "$lab_run/postfix-$1/etc" -f alice@site.example "$2"
}

flush() {
	postqueue -c "$lab_run/postfix-$1/etc" -f
}

at() {
	cat "$lab_run/$1"/message.* 2> /dev/null | grep -c "^X-Rcpt-Args: <$2>"
}

waits() {
	postqueue -c "$lab_run/postfix-$1/etc" -j | jq -r --arg rcpt "$2" \
		'.recipients[] | select(.address == $rcpt) | .delay_reason // "not tried yet"'
}

is_at() {
	[ "$(at "$1" "$2")" -ge 1 ]
}

waits_for() {
	[[ "$(waits "$1" "$2")" = *"$3"* ]]
}

mail_log() {
	cat "$lab_run/postfix-$1/log"
}
