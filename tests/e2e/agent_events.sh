#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What happens to devices is told: in the log, to a program, and to a receiver over HTTP that
# is away, fails and hangs meanwhile.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"
command -v jq > /dev/null || { skip "all" "needs jq"; finish; }

host hook 198.18.250.30 00:16:3e:5e:fa:30
host h1 198.18.250.11 00:16:3e:5e:fa:11
host h2 198.18.250.12 00:16:3e:5e:fa:12
mkdir "$tmp/got"
receive() {
	ip netns exec "$net-hook" python3 "$root/tests/e2e/hook.py" 8080 "$tmp/got" >> "$tmp/hook.log" 2>&1 &
	hook=$!
	await 10 ip netns exec "$net-point" bash -c 'echo > /dev/tcp/198.18.250.30/8080'
}
printf 'a long secret\n' > "$tmp/secret"
chmod 600 "$tmp/secret"
cat > "$tmp/program" <<END
#!/bin/sh
cat >> "$tmp/program.got"
END
chmod 755 "$tmp/program"
agent_more=", unassigned: 3s"
conf "events: {command: [$tmp/program], webhook: 'http://198.18.250.30:8080/in', secret: $tmp/secret,
  deadline: 2s, limit: 1000}
ranges:
  office: {targets: [198.18.250.0/27], schedule: every 2s, names: no, talk: no}"

# told EVENT ADDRESS...: a message that the receiver took has it.
told() { jq -e --arg e "$1" --arg a "$2" '.events[] | select(.event == $e and
	(.name + " " + .before + " " + .after | contains($a)))' "$tmp"/got/*.json; }
said() { jq -e --arg e "$1" --arg a "$2" '.events[] | select(.event == $e and
	(.name + " " + .before + " " + .after | contains($a)))' "$tmp/program.got"; }

receive || { not_ok "the receiver is there" "$(cat "$tmp/hook.log")"; finish; }
start "$tmp/db" || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
try "a new device is told to the receiver" await 40 told device-new 198.18.250.12
try "and to the program" await 5 said device-new 198.18.250.12
try "and in the log" logged 'event=device-new device=.* name="198.18.250.12"'
bad=0
for f in "$tmp"/got/*.json; do
	want=sha256=$(openssl dgst -sha256 -hmac "a long secret" -r < "$f" | cut -d' ' -f1)
	[ "$want" = "$(cat "${f%.json}.sig")" ] || bad=$((bad + 1))
done
if [ $bad -eq 0 ]; then ok "each message is signed, by openssl's word"
else not_ok "each message is signed, by openssl's word" "$bad of them not"; fi

# --- it changes its address; one goes ---
ip -n "$net-h2" addr del 198.18.250.12/24 dev eth0
ip -n "$net-h2" addr add 198.18.250.20/24 dev eth0
ip netns del "$net-h1"
try "a changed address is told" await 40 told device-address 198.18.250.20
try "one that goes is told" await 40 told device-down 198.18.250.11
try "and in the log, too" logged 'event=device-down device=.*before="198.18.250.11"'

# --- it is set up anew: another name, system and kind, as somebody else's sweep saw it ---
seen() { # RUN NAME SYSTEM
	printf '{"v":1,"at":"%s","source":"sweep","run":"%s","point":"p2","site":"main","ip":"198.18.250.40","evidence":"reply","facts":{"mac":"3c:00:00:00:00:40","mac.onlink":true,"netbios.name":"%s","os.name":"%s"}}\n' \
		"$(date -u +%FT%T.%6NZ)" "$1" "$2" "$3" | "$MUSTER" import --db "$tmp/db" --socket "$sock" - 2> "$tmp/import"
}
try "a sweep from elsewhere is brought in" seen elsewhere-1 DESK-40 "Windows 10 Pro 19045"
try "another one, of what it became" seen elsewhere-2 MAIL-40 "Windows Server 2019 Standard 17763"
try "its new name is told" await 20 told device-name "DESK-40 MAIL-40"
try "its system, too" await 10 told device-os "Windows Server 2019"
try "and what kind it is" await 10 told device-kind "workstation server"
try "and by the log" logged 'event=device-kind device=.*before="workstation" after="server"'

# --- a receiver that hangs holds nobody up, and one that fails is told later ---
touch "$tmp/got/hang"
host h3 198.18.250.13 00:16:3e:5e:fa:13
try "one that hangs is given up" await 40 logged 'event=events-failed to=webhook'
t0=$(now_us)
"$MUSTER" status --socket "$sock" > "$tmp/status"
took=$((($(now_us) - t0) / 1000))
if [ $took -lt 1000 ]; then ok "the agent answers meanwhile ($took ms)"
else not_ok "the agent answers meanwhile" "$took ms"; fi
n=$(count 'poll-ended')
polls_on() { [ "$(count 'poll-ended')" -gt "$n" ]; }
try "and polls" await 10 polls_on
touch "$tmp/got/fail"; rm "$tmp/got/hang"
n=$(count 'events-failed to=webhook')
fails_on() { [ "$(count 'events-failed to=webhook')" -gt "$n" ]; }
try "one that fails is tried again" await 20 fails_on
kill -9 "$agent"; wait "$agent" 2> /dev/null
rm "$tmp/got/fail"
start "$tmp/db"
try "what it had not taken it is told, also by the next agent" await 40 told device-new 198.18.250.13
try "who was not seen for long has left the list" await 15 told device-left 198.18.250.11
if [ "$(device 198.18.250.11)" = 0 ] && [ "$(device 198.18.250.11 --all)" = 1 ]; then
	ok "and is listed by --all alone"
else not_ok "and is listed by --all alone" "$("$MUSTER" devices --db "$tmp/db" --all)"; fi
double=$(jq -r '.events[].id' "$tmp"/got/*.json | sort | uniq -d | wc -l)
if [ "$double" -eq 0 ]; then ok "nothing that was taken is told twice"
else not_ok "nothing that was taken is told twice" "$double ids"; fi

# --- only what is wanted ---
conf "events: {only: [device-new], limit: 20}
ranges:
  office: {targets: [198.18.250.0/27], schedule: every 2s, names: no, talk: no}"
kill -HUP "$agent"
await 8 logged 'event=config-read'
: > "$tmp/log"
for i in 14 15 16; do host "h$i" 198.18.250.$i 00:16:3e:5e:fa:$i; done
try "another configuration is taken" await 30 logged 'event=device-new'
try "a try by hand" ip netns exec "$net-point" "$MUSTER" webhook http://198.18.250.30:8080/ --secret "$tmp/secret" --try
chmod 644 "$tmp/secret"
if exits 1 "$MUSTER" webhook http://127.0.0.1:9/ --secret "$tmp/secret" --try &&
	grep -q 'chmod 600' "$tmp/exits.err"; then
	ok "a secret that others may read is refused"
else not_ok "a secret that others may read is refused" "$(cat "$tmp/exits.err")"; fi
if exits 1 "$MUSTER" webhook https://127.0.0.1:9/ --try && grep -q 'https://127.0.0.1:9' "$tmp/exits.err"; then
	ok "who is not there is told"
else not_ok "who is not there is told" "$(cat "$tmp/exits.err")"; fi
kill "$hook"

# --- by HTTPS: who has signed the certificate is named, and it must be of that address ---
certificate() { # FILE ADDRESS: signed by the authority of this script
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=hook -keyout "$1.key" -out "$1.csr" &&
		openssl x509 -req -in "$1.csr" -CA "$tmp/ca.pem" -CAkey "$tmp/ca.key" -CAcreateserial -days 2 \
			-extfile <(echo "subjectAltName=IP:$2") -out "$1.crt" && cat "$1.crt" "$1.key" > "$1"
}
{ openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
	-keyout "$tmp/ca.key" -out "$tmp/ca.pem" && certificate "$tmp/good" 198.18.250.30 &&
	certificate "$tmp/other" 198.18.250.31; } > "$tmp/openssl" 2>&1 || not_ok "certificates" "$(cat "$tmp/openssl")"
chmod 600 "$tmp/secret"
secure() { # PORT CERTIFICATE
	mkdir "$tmp/tls$1"
	ip netns exec "$net-hook" python3 "$root/tests/e2e/hook.py" "$1" "$tmp/tls$1" "$tmp/$2" >> "$tmp/hook.log" 2>&1 &
	disown
	await 10 ip netns exec "$net-point" bash -c "echo > /dev/tcp/198.18.250.30/$1"
}
secure 8443 good
secure 8444 other
by_https() { # PORT [CA]
	kill -TERM "$agent"; wait "$agent" 2> /dev/null
	: > "$tmp/log"; rm -f "$tmp/db"*
	conf "events: {webhook: 'https://198.18.250.30:$1/in', secret: $tmp/secret, deadline: 2s${2+, ca: $2}}
ranges:
  office: {targets: [198.18.250.0/27], schedule: every 2s, names: no, talk: no}"
	start "$tmp/db"
}
by_https 8443
try "an authority that nobody trusts is no receiver" await 20 logged '8443/in: .*certificate'
by_https 8444 "$tmp/ca.pem"
try "nor is a certificate of another address" await 20 logged '8444/in: .*certificate subject name'
if compgen -G "$tmp/tls*/*" > "$tmp/leaked"; then not_ok "neither was told a word" "$(cat "$tmp/leaked")"
else ok "neither was told a word"; fi
by_https 8443 "$tmp/ca.pem"
safely() { jq -e '.events[] | select(.event == "device-new")' "$tmp"/tls8443/1.json; }
try "by events.ca the receiver is told" await 20 safely
want=sha256=$(openssl dgst -sha256 -hmac "a long secret" -r < "$tmp/tls8443/1.json" | cut -d' ' -f1)
if [ "$want" = "$(cat "$tmp/tls8443/1.sig")" ]; then ok "and it is signed as well"; else not_ok "and it is signed as well" "$want"; fi
finish
