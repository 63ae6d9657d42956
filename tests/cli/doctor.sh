#!/bin/bash
# doctor.sh - runs "pinbound doctor" on a machine that is made of files.
#
# Usage: doctor.sh CHANGE [OPTION...]
#
# The machine is as it should be, in every respect that doctor looks at: Unbound with
# Pinbound, both Postfix and Exim. Then CHANGE is run in its root directory, by bash,
# and then doctor, with -q if no option is given. What programs print there stands in
# the files of said/, one for each way to call them.
set -u
umask 022
here=$(cd "$(dirname "$0")" && pwd)
change=$1
shift
[ $# -gt 0 ] || set -- -q
root=$PWD/machine
rm -rf "$root"
mkdir -p "$root"/{bin,said,etc/{unbound,apparmor.d/local},lib,usr/lib/pinbound} \
	"$root"/{var/spool/postfix/etc,var/lib/unbound/pinbound,sys/kernel/security/apparmor}
chmod 0750 "$root/var/lib/unbound/pinbound"
cd "$root" || exit 1
made=$(dirname "$root")/made

# An unbound and a module: what doctor reads of them is in their ELF headers. They are
# made once for all tests of a directory.
make_programs() {
	mkdir -p "$made"
	cat > "$made/unbound.c" <<- 'END'
		#include <stdio.h>
		int main(void)
		{
			FILE *in = fopen(SAID "/unbound_-V", "r");
			int c;

			while (in != NULL && (c = getc(in)) != EOF)
				putchar(c);
			return in == NULL;
		}
	END
	echo '__attribute__((section(".pinbound.built-for"), used)) static const char shown[] =
		"1234abcd 5678";' > "$made/module.c"
	cc -DSAID="\"$root/said\"" -Wl,--build-id=0x1234abcd -o "$made/unbound" "$made/unbound.c"
	cc -shared -o "$made/pinbound.so" "$made/module.c"
}
[ -x "$made/unbound" ] || make_programs || exit 1
cp "$made/unbound" bin/unbound
cp "$made/pinbound.so" usr/lib/pinbound/pinbound.so

# A program prints what is in its file; if that is not there, it fails.
cat > bin/program <<- 'END'
	#!/bin/bash
	arguments=$*
	exec /bin/cat "${0%/*}/../said/${0##*/}_${arguments// /_}"
END
chmod +x bin/program
for program in unbound-checkconf unbound-control postconf exim journalctl timedatectl; do
	ln -s program bin/$program
done
cp "$here"/doctor/{postconf,exim}_* said
said() {
	cat > "said/$1"
}

said unbound_-V <<- END
	Version 1.17.1

	Linked libs: libevent 2.1.12-stable (it uses epoll), OpenSSL 3.0.19
	Linked modules: dns64 python dynlib subnetcache respip validator iterator
END
echo "unbound-checkconf: no errors in /etc/unbound/unbound.conf" | said unbound-checkconf_
said unbound-control_status <<- END
	version: 1.17.1
	modules: 3 [ dynlib validator iterator ]
	unbound (pid 4711) is running...
END
echo ". IN stub prime M.ROOT-SERVERS.NET. 2001:dc3::35 202.12.27.33" | said unbound-control_list_stubs
: | said unbound-control_list_forwards
: | said unbound-control_list_auth_zones
: | said unbound-control_list_insecure
set_option() {
	echo "$2" | said "unbound-control_get_option_$1"
	echo "$2" | said "unbound-checkconf_-o_$1"
}
set_option module-config "dynlib validator iterator"
set_option dynlib-file /usr/lib/pinbound/pinbound.so
set_option chroot ""
set_option username unbound
set_option serve-expired no
set_option harden-glue yes
set_option harden-dnssec-stripped yes
set_option val-permissive-mode no
: | said "journalctl_-k_-b_-q_--no-pager_-n_20000"
echo NTPSynchronized=yes | said timedatectl_show_-p_NTPSynchronized

echo "root:x:0:0::/root:/bin/sh
unbound:x:4242:$(id -g)::/var/lib/unbound:/usr/sbin/nologin" > etc/passwd
: > etc/group
echo "nameserver 127.0.0.1" > etc/resolv.conf
cp etc/resolv.conf var/spool/postfix/etc/resolv.conf
echo "hosts: files mymachines mdns4_minimal [NOTFOUND=return] dns" > etc/nsswitch.conf
cp "$here/doctor/apparmor-unbound" etc/apparmor.d/usr.sbin.unbound
echo "/var/lib/unbound/pinbound/*.mdb* rwk," > etc/apparmor.d/local/usr.sbin.unbound
echo "unbound (enforce)" > sys/kernel/security/apparmor/profiles
cat > etc/unbound/unbound.conf <<- END
	server:
	    module-config: "dynlib validator iterator"
	dynlib:
	    dynlib-file: "/usr/lib/pinbound/pinbound.so"
END
: > etc/unbound/pinbound.conf

# The stores, and what the resolver has written of their generation. They are made once,
# too. Whoever runs the tests owns all, and Unbound's user is in their group.
store=var/lib/unbound/pinbound
printf 'pins: "%s"\nstate: "%s"\n' "$root/$store/pins.mdb" "$root/$store/state.mdb" > real.conf
export PINBOUND_CONF=$root/real.conf
pin() {
	pinbound -q add "$@" 2> /dev/null
}
make_stores() {
	pinbound -q init
	pin example.com --ns ns1.dns-host.example
	pin partner.example --ns ns1.dns-host.example
	pin dnsbl.example --mode log --ns ns1.dns-host.example
	"$PROGRAMS/sample_state" $store/state.mdb \
		"$(pinbound verify --json | sed -n 's/.*"generation": //p')"
	chmod 0660 $store/*lock $store/state.mdb
	cp -rp $store "$made/store"
}
if [ -d "$made/store" ]; then
	cp -p "$made/store"/* $store
else
	make_stores
fi
running=yes # a resolver that runs has the state store locked

eval "$change" || exit 1
set -- pinbound doctor -c /etc/unbound/pinbound.conf --root . --path bin --offline "$@"
[ $running = no ] || exec flock "$store/state.mdb" "$@"
exec "$@"
