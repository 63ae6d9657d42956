#!/bin/bash
# json.sh - what each command writes with --json is JSON, and pinbound-json(5) describes
# it: each key is there with its type, and what is not optional is never missing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$(cd "${BUILD:-$top/build}" && pwd)
page=$top/man/pinbound-json.5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
printf 'pins: "%s/pins.mdb"\nstate: "%s/state.mdb"\n' "$work" "$work" > pinbound.conf
export PINBOUND_CONF=$work/pinbound.conf TZ=UTC
passed=0
failed=0

# Writes "SECTION KEY TYPE optional|always" for each key that the page describes.
read_page() {
	awk '/^\.Ss / { section = $2 }
		/^\.It Va / && section != "" {
			key = $3; type = $5; sub(/^\\&/, "", key); gsub(/[(),]/, "", type)
			print section, key, type, ($6 ~ /optional/ ? "optional" : "always") }' "$page"
}

# Writes "PATH TYPE VALUE" for each value in JSON on standard input.
flatten() {
	jq -r 'def walked(path): [path, type, if type == "string" then . else "" end],
			if type == "object" then to_entries[] | .key as $key |
				.value | walked(if path == "." then $key else path + "." + $key end)
			elif type == "array" then .[] |
				walked(if path == "." then "[]" else path + "[]" end)
			else empty end;
		walked(".") | @tsv'
}

# compare SECTION: standard input against the page. Parts are filled in where they are
# named as a type.
compare() {
	awk -F '\t' -v section="$1" '
	function join(path, key) { return path == "." ? key : path "." key }
	function fill(name, path, may,    i, n, part, word) {
		n = split(of[name], part, "\n")
		for (i = 1; i < n; i++) {
			split(part[i], word, " ")
			add(word[1] == "." ? path : join(path, word[1]), word[2], may || word[3] == "optional")
		}
	}
	function add(path, type, may) {
		if (type in of) {
			if (path != ".") { types[path] = "object"; optional[path] = may }
			fill(type, path, may)
			return
		}
		types[path] = type
		if (!(path in optional) || !may) optional[path] = may
	}
	FNR == NR { split($0, w, " "); of[w[1]] = of[w[1]] w[2] " " w[3] " " w[4] "\n"; next }
	FNR == 1 { if (!(section in of)) { print "it has no section"; exit bad = 1 } fill(section, ".", 0) }
	$1 == "." { next }
	{
		seen[$1]++
		want = types[$1]; is = $2
		if (want == "") { print "not described: " $1; bad = 1 }
		else if (want == "time" && $3 !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z$/) { print "no time: " $1 " " $3; bad = 1 }
		else if (want == "name" && $3 !~ /\.$/) { print "no name: " $1 " " $3; bad = 1 }
		else if (want != "time" && want != "name" && want != is) { print $1 " is a " is ", not a " want; bad = 1 }
	}
	END {
		for (path in types) {
			if (!optional[path] && path !~ /\[\]/ && !(path in seen)) { print "missing: " path; bad = 1 }
		}
		exit bad
	}' described -
}

# check SECTION COMMAND...: also that no key stands twice in an object.
check() {
	local section=$1 said
	shift
	"$@" > out 2> err
	if ! said=$(flatten < out 2>&1 > flat && compare "$section" < flat 2>&1) ||
		[ ! -s out ] || [ "$(jq -c --stream 'select(length == 2)[0]' out | sort | uniq -d)" ]; then
		echo "FAIL $*: $said $(cat err)"
		failed=$((failed + 1))
		return
	fi
	passed=$((passed + 1))
}

pinbound() {
	"$build/pinbound" "$@" < /dev/null
}

# Writes into "lines" what "log --follow" says, until it has said something.
follow() {
	local pid
	"$build/pinbound" log --json --verbose --follow > lines &
	pid=$!
	for _ in $(seq 200); do
		[ -s lines ] && break
		sleep 0.1
	done
	kill $pid
	wait $pid 2> /dev/null
}

read_page > described
printf '. NS a.root.\na.root. A 127.0.0.53\n' > nobody.hints
printf 'pin:\n name: new.example\n ns: ns1.dns-host.example\n' > new.pins
check init pinbound init --json
check add pinbound add --json example.com --mode refuse --ns ns1.dns-host.example \
	--child-ns ns2.dns-host.example --ds none --mx '*.example.com' --note kept \
	--address 'ns1.dns-host.example 192.0.2.1' --expires 9999-12-31 --strict
check add pinbound add --json --dry-run www.example.com --ns ns1.dns-host.example
check set pinbound set --json example.com --on-expiry log --ds \
	'20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D'
check list pinbound list --json
check show pinbound show --json example.com
check export pinbound export --json
check import pinbound import --json --dry-run --replace new.pins
check import pinbound import --json new.pins
check undo pinbound undo --json
"$build/tests/sample_state" "$work/state.mdb" 4
check status pinbound status --json
check log pinbound log --json --verbose
follow
check log jq -s . lines
pinbound -q add other.example --ns ns1.dns-host.example 2> /dev/null
check graph pinbound graph --json example.com --root-hints nobody.hints
check accept pinbound accept --json --dry-run --offline example.com
check accept pinbound accept --json --dry-run example.com --root-hints nobody.hints
check accept pinbound accept --json --yes --offline example.com
check remove pinbound remove --json other.example
check suggest pinbound suggest --json "$here/logs/postfix.log"
check verify pinbound verify --json
check checkconf pinbound checkconf --json
check help pinbound help --json
check help pinbound help --json add

# One event in each line.
if [ "$(wc -l < lines)" -gt 0 ] && while read -r line; do
	jq -e .zone <<< "$line" > /dev/null || exit 1
done < lines; then
	passed=$((passed + 1))
else
	echo "FAIL log --follow: $(cat lines)"
	failed=$((failed + 1))
fi

# Whether a change is enforced is said, and only of a change.
for enforced in false null; do
	said=$(pinbound set --json example.com --note one 2> /dev/null)
	if [ "$(jq .enforced <<< "$said")" = $enforced ]; then
		passed=$((passed + 1))
	else
		echo "FAIL enforced is not $enforced: $said"
		failed=$((failed + 1))
	fi
done

# Each command has its section, and refuses --json if it says so.
for command in $("$build/pinbound" help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	if grep -qx "\.Ss $command" "$page"; then
		passed=$((passed + 1))
	else
		echo "FAIL pinbound-json.5 has no section on $command"
		failed=$((failed + 1))
	fi
done
echo "json: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
