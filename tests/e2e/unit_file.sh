#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The unit of the agent, by systemd's own word: it is right, and what it gives away is little.
# Nothing is started.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

command -v systemd-analyze > /dev/null || { skip "all" "needs systemd-analyze"; finish; }
unit=$root/schedule/muster-agent.service
# As installed: the program is where the unit says, and the manuals are not looked for here.
sed -e "s,/usr/local/bin/muster,$MUSTER," -e '/^Documentation=/d' "$unit" > "$tmp/muster-agent.service"
try "it is verified" systemd-analyze verify "$tmp/muster-agent.service"
said=$(systemd-analyze verify "$tmp/muster-agent.service" 2>&1)
if [ -z "$said" ]; then ok "without a word"; else not_ok "without a word" "$said"; fi
# --threshold is in tenths.
try "its exposure is 2.0 at most" systemd-analyze security --offline=true --threshold=20 "$unit"
sed '/^ProtectSystem=/d' "$unit" > "$tmp/worse.service"
if systemd-analyze security --offline=true --threshold=20 "$tmp/worse.service" > "$tmp/worse" 2>&1; then
	not_ok "a worse one is noticed" "$(tail -n 1 "$tmp/worse")"
else ok "a worse one is noticed"; fi
# The polls need these, beside what @system-service has (seccomp(2)).
for call in capset seccomp setrlimit prlimit64 landlock_create_ruleset landlock_add_rule landlock_restrict_self; do
	grep -qE "^SystemCallFilter=([^~].* )?$call( |\$)" "$unit" || not_ok "a poll may close its sandbox" "$call"
done
finish
