#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Schedules mean what systemd means by the same: random ones, in several zones, over a year
# with both changes of the clocks.  Left out is what the two answer differently on purpose: a
# time of day that does not exist (systemd: not at all that day; here: when clocks change) and
# every hour in the hour that comes twice (systemd: once; here: evenly).
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

command -v systemd-analyze > /dev/null || { skip "all" "needs systemd-analyze"; finish; }

RANDOM=${SEED:-20261122}
pick() { local -n from=$1; REPLY=${from[RANDOM % ${#from[@]}]}; }
# shellcheck disable=SC2034 # by name
zones=(UTC Europe/Berlin America/New_York Australia/Lord_Howe Asia/Kathmandu America/Santiago
	Pacific/Auckland) days=(Sun Mon Tue Wed Thu Fri Sat) nth=(1st 2nd 3rd 4th 5th last)
# shellcheck disable=SC2034
weeks=(01..07 08..14 15..21 22..28 29..31 last)

# ours and theirs, a schedule in both languages.  No hour from 23 to 3: that is where clocks
# are changed.
make() {
	local h=$((4 + RANDOM % 18)) m=$((RANDOM % 60)) a b n
	printf -v at '%02d:%02d' $h $m
	case $((RANDOM % 8)) in
	0) ours="daily $at" theirs="*-*-* $at:00" ;;
	1) pick days; a=$REPLY; pick days; b=$REPLY
	   ours="$a,$b $at" theirs="$a,$b *-*-* $at:00" ;;
	2) n=$((RANDOM % 5)); a=${days[n + 1]} b=${days[(n + 2) % 7]}
	   [ "$b" = Sun ] && b=$a
	   ours="$a-$b $at" theirs="$a..$b *-*-* $at:00" ;;
	3) a=$((1 + RANDOM % 31)) b=$((1 + RANDOM % 31))
	   ours="monthly $a $b $at" theirs="*-*-$a,$b $at:00" ;;
	4) ours="monthly last $at" theirs="*-*~01 $at:00" ;;
	5) n=$((RANDOM % 6)); pick days
	   ours="monthly ${nth[n]} $REPLY $at" theirs="$REPLY *-*-${weeks[n]} $at:00"
	   [ $n = 5 ] && theirs="$REPLY *-*~07/1 $at:00" ;;
	6) a=$((1 + RANDOM % 12)) n=$((2 + RANDOM % 20))
	   ours="cron */$n $h * $a *" theirs="*-$a-* $h:0/$n:00" ;;
	7) pick days; n=$((2 + RANDOM % 5))
	   ours="cron $m $h-21/$n * 1-12/2 $REPLY" theirs="$REPLY *-01/2-* $h..21/$n:$m:00" ;;
	esac
	pick zones; zone=$REPLY
	printf -v from '2026-%02d-%02d %02d:%02d' $((1 + RANDOM % 12)) $((1 + RANDOM % 28)) \
		$((RANDOM % 24)) $((RANDOM % 60))
}

differ=0 count=${COUNT:-80}
for ((i = 0; i < count; i++)); do
	make
	"$MUSTER" when "$ours" --timezone "$zone" --from "$from" -n 12 | awk '{ print $5 }' > "$tmp/ours"
	TZ=UTC systemd-analyze calendar --base-time="$from:00 UTC" --iterations=12 "$theirs $zone" |
		sed -nE 's/.*(Next elapse|Iter. #[0-9]+|\(in UTC\)): ... (.*) (.*) UTC$/\2T\3Z/p' > "$tmp/theirs"
	cmp -s "$tmp/ours" "$tmp/theirs" || {
		differ=$((differ + 1))
		echo "# $ours ($theirs) $zone from $from: $(diff "$tmp/ours" "$tmp/theirs" | head -n 3 | one_line)"
	}
done
if [ $differ -eq 0 ]; then
	ok "random schedules are those of systemd ($count, 12 times each)"
else
	not_ok "random schedules are those of systemd" "$differ of $count differ"
fi

# --- the command itself ---
try "words need no quotes" "$MUSTER" when mon-fri 07:00 12:30 -n 2
try "what never comes is told" bash -c '"$1" when after office 2>&1 | grep -q "never comes"' . "$MUSTER"
try "a mistake is misuse" exits 2 "$MUSTER" when sometimes
try "no zone is misuse" exits 2 "$MUSTER" when daily 03:00 --timezone Europe/Atlantis
finish
