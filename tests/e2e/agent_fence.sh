#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Which files an agent, and the program that it tells what happens, may write.  /mnt is a tmpfs
# that only the agent sees.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lib_point.sh
. "$(dirname "$0")/lib_point.sh"

host h1 198.18.250.11 00:16:3e:5e:fa:11
mkdir "$tmp/in"
cat > "$tmp/program" <<END
#!/bin/sh
cat > "$tmp/in/got"
{ mkdir -p /mnt/told && echo told > /mnt/told/it; } 2> "$tmp/in/said" && echo wrote > "$tmp/in/how" || echo refused > "$tmp/in/how"
END
chmod 755 "$tmp/program"
begin() { # start of lib_point.sh, with a disk of its own
	# shellcheck disable=SC2016 # for the shell inside
	ip netns exec "$net-point" bash -c 'mount -t tmpfs -o size=16m tmpfs /mnt && mkdir /mnt/store /mnt/more &&
		exec "$0" agent --agent "$1" --db /mnt/store/db' "$MUSTER" "$tmp/agent.yaml" >> "$tmp/log" 2>&1 &
	agent=$!
	await 10 "$MUSTER" status --socket "$sock"
}
ended() { kill -TERM "$agent"; wait "$agent"; agent=; : > "$tmp/log"; rm -f "$tmp/in/"*; }
told() { # HOW: the program was told, and could write, or not
	await 30 test -s "$tmp/in/how"
	[ "$(cat "$tmp/in/how")" = "$1" ] || { cat "$tmp/in/how" "$tmp/in/said" "$tmp/log"; return 1; }
}
range="ranges: {office: {targets: [198.18.250.0/28], schedule: every 2s, names: no, talk: no}}"
program="events: {command: [$tmp/program]}"

conf "$range"
begin || { not_ok "the agent starts" "$(cat "$tmp/log")"; finish; }
if ! logged 'event=not-fenced: this kernel'; then
	try "an agent has a fence" logged 'event=fenced landlock='
else skip "an agent has a fence" "no Landlock in this kernel"; finish; fi
try "a poll is done behind it, and kept" await 20 logged 'poll=office .*outcome=done'
try "no poll was without" bash -c '! grep -q not-fenced "$1"' . "$tmp/log"
try "its figures are written" await 5 test -s "$tmp/metrics"
ended

conf "$range
$program"
begin
try "a program may write anywhere" told wrote
try "and that is told" logged 'event=not-fenced: the program'
ended

agent_more=", writable: [/mnt/more]" conf "$range
$program"
begin
try "with agent.writable the agent has a fence" logged 'event=fenced landlock='
try "and the program writes where that says only" told refused
try "but was told what happened" grep -q device-new "$tmp/in/got"
sed -i 's,/mnt/told,/mnt/more/told,g' "$tmp/program"
ended
begin
try "there it writes" told wrote
ended

# --- what muster.yaml names as a secret no poll can read: it is handed what it uses ---
cat > "$tmp/muster.yaml" <<END
credentials_file: /mnt/store/credentials
credentials: ["corp password /mnt/more/password user", "tickets ccache /mnt/more/tickets"]
END
begin_with_secrets() {
	# shellcheck disable=SC2016 # for the shell inside
	ip netns exec "$net-point" bash -c 'mount -t tmpfs -o size=16m tmpfs /mnt && mkdir /mnt/store /mnt/more && umask 077 &&
		for file in password list tickets; do echo 198.18.250.11 > /mnt/more/$file; done &&
		exec "$0" agent -c "$2" --agent "$1" --db /mnt/store/db' "$MUSTER" "$tmp/agent.yaml" "$tmp/muster.yaml" >> "$tmp/log" 2>&1 &
	agent=$!
	await 10 "$MUSTER" status --socket "$sock"
}
# Polls are the only ones that can be made to read a file: as a list of targets.
each="schedule: start, names: no, talk: no"
conf "ranges:
  list: {targets: ['@/mnt/more/list'], $each}
  tickets: {targets: ['@/mnt/more/tickets'], $each}
  password: {targets: ['@/mnt/more/password'], $each}"
begin_with_secrets
try "another file is read" await 15 logged 'poll=list .*outcome=done'
try "tickets are" await 15 logged 'poll=tickets .*outcome=done'
try "a password is not" await 15 logged 'poll=password .*outcome=failed.*/mnt/more/password.*ermission denied'
ended
finish
