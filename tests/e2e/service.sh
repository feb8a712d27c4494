#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The agent as a service: what `sudo muster` puts into /var/lib/muster its user can use, and doctor
# tries as that user.  In a mount namespace of its own, as user 65534.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || { skip "all" "needs root for a mount namespace"; finish; }

if command -v systemd-sysusers > /dev/null; then
	mkdir -p "$tmp/root/etc"
	systemd-sysusers --root="$tmp/root" "$root/schedule/muster-agent.sysusers" > "$tmp/said" 2>&1
	try "the user of the unit is made" grep -q '^muster:.*:/var/lib/muster:' "$tmp/root/etc/passwd"
else skip "the user of the unit is made" "needs systemd-sysusers"; fi

echo Passw0rd > "$tmp/secret"
chmod 600 "$tmp/secret"
chmod 711 "$tmp"
cat > "$tmp/agent.yaml" <<END
agent: {socket: $tmp/nobody}
scope: {allow: [198.18.250.0/24]}
ad: {corp: {domain: corp.example, credential: corp, schedule: every 1h}}
END
cat > "$tmp/inside" <<'END'
mount -t tmpfs tmpfs /var/lib
mkdir -m 700 /var/lib/muster
[ "$3" = root ] || chown 65534:65534 /var/lib/muster
"$1" credential add corp --user svc@CORP.EXAMPLE --secret-file "$2/secret" || exit 9
[ "$3" != hidden ] || chown 0:0 /var/lib/muster/credentials*
case $4 in
config) sed 's/credential: corp/credential: crop/' "$2/agent.yaml" > "$2/typo.yaml"
	"$1" config check --agent "$2/agent.yaml" && ! "$1" config check --agent "$2/typo.yaml" ;;
stranger) HOME=/tmp setpriv --reuid 65534 --regid 65534 --clear-groups "$1" config check --agent "$2/agent.yaml" ;;
doctor) "$1" doctor --no-ask --quick --agent "$2/agent.yaml" | grep -A1 credentials ;;
*) HOME=/var/lib/muster setpriv --reuid 65534 --regid 65534 --clear-groups "$1" credential check corp ;;
esac
END
in_folder() { # OWNER|hidden COMMAND: as the agent's user where it is none of doctor
	unshare -mn sh "$tmp/inside" "$MUSTER" "$tmp" "$1" "$2" > "$tmp/said" 2>&1
}
try "what root seals the agent's user can use" in_folder muster check
try "and it is good" grep -q 'corp .*svc@CORP.EXAMPLE' "$tmp/said"
try "one that is root's it cannot" bash -c '! "$@"' . bash -c "$(declare -f in_folder); tmp='$tmp' MUSTER='$MUSTER'; in_folder hidden check"
in_folder muster doctor
try "doctor says for whom" grep -q '^ok *credentials *corp can be used by nobody: /var/lib/muster/credentials' "$tmp/said"
in_folder hidden doctor
try "doctor says who cannot" grep -q '^problem *credentials *corp, as nobody: .*denied' "$tmp/said"
try "a credential that is not there is a mistake" in_folder agent config
try "and which was meant" grep -q 'agent.yaml: no mistakes' "$tmp/said"
try "where it stands" grep -q 'typo.yaml:3:[0-9]*: ad.corp.credential: there is no credential crop; did you mean corp?' "$tmp/said"
try "who cannot know is told" in_folder agent stranger
try "that it was not looked for" grep -q 'credentials of polls were not looked for' "$tmp/said"
in_folder root doctor
try "root's own is root's" grep -q '^ok *credentials *corp can be used by root' "$tmp/said"
finish
