#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The command line itself: help, manual, completion, settings file, where results go.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

mapfile -t names < <("$MUSTER" help | sed -n 's/^  \([a-z-]*\)  .*/\1/p')
try "help lists commands" test "${#names[@]}" -ge 4

# --- help ---
helps() {	# $1: a command
	local out; out=$("$MUSTER" "$1" --help 2> "$tmp/err") || return 1
	[ ! -s "$tmp/err" ] && [ "$out" = "$("$MUSTER" help "$1")" ] &&
		! grep -qE '.{81}' <<< "$out" && grep -q '^Usage: muster' <<< "$out"
}
for c in "${names[@]}"; do try "$c --help" helps "$c"; done
try "no command is a question for help" bash -c '[ "$("$0")" = "$("$0" --help)" ]' "$MUSTER"
try "the version" bash -c '"$0" --version | grep -qE "^muster [0-9]+\.[0-9]+"' "$MUSTER"
try "an option before the command" exits 2 "$MUSTER" --verbose scan
try "the error says where help is" grep -q "See 'muster help'" "$tmp/exits.err"
try "an unknown verb" exits 2 "$MUSTER" config chekc
try "the nearest verb is named" grep -q "did you mean check?" "$tmp/exits.err"

# --- where results go ---
try "a full disk is a failure" exits 1 bash -c '"$0" help > /dev/full' "$MUSTER"
try "and is told" grep -q 'No space left on device' "$tmp/exits.err"
try "a reader that leaves is none" bash -c \
	'set -o pipefail; for i in 1 2 3 4 5; do "$0" help 2>&1 >&3 | grep . && exit 1; done 3> >(:); true' "$MUSTER"
try "a closed standard output is none" exits 0 bash -c '"$0" help >&-' "$MUSTER"

# --- settings file ---
printf 'scan:\n  rate: 77\n  exclude: [198.18.3.0/28, "198.18.9.1"]\n' > "$tmp/right.yaml"
printf 'scan:\n  rate: 0\n  prots: 1\n' > "$tmp/wrong.yaml"
try "a right file" exits 0 "$MUSTER" config check "$tmp/right.yaml"
try "is counted" grep -q 'no mistakes, 2 settings' "$tmp/exits.out"
try "a wrong file" exits 1 "$MUSTER" config check "$tmp/wrong.yaml"
try "each mistake has its place" diff - "$tmp/exits.out" <<- EOF
	$tmp/wrong.yaml:2:9: scan.rate: 0: must be 1 to 10000000 packets/s
	$tmp/wrong.yaml:3:3: unknown key scan.prots; did you mean scan.ports?
EOF
try "a wrong file stops a command" exits 1 "$MUSTER" scan --config "$tmp/wrong.yaml" 127.0.0.1 --preview
try "but not help" exits 0 "$MUSTER" version --config "$tmp/wrong.yaml"
try "a named file must be there" exits 1 "$MUSTER" config check "$tmp/nowhere.yaml"
try "dump says where a value is from" bash -c \
	'"$0" config dump "$1" | grep -qE "^  rate: 77 +# .*right\.yaml:2; default 10000$"' \
	"$MUSTER" "$tmp/right.yaml"
"$MUSTER" config dump "$tmp/right.yaml" > "$tmp/dump.yaml"
try "a dump is a settings file" exits 0 "$MUSTER" config check "$tmp/dump.yaml"
values() { "$MUSTER" config dump "$1" | sed 's/ *# .*//'; }
try "that says the same" diff <(values "$tmp/right.yaml") <(values "$tmp/dump.yaml")

# --- manual ---
page_is_clean() {	# $1: its name; the paragraphs are scdoc's way
	"$MUSTER" man "$1" > "$tmp/page.scd" && scdoc < "$tmp/page.scd" > "$tmp/$1" || return 1
	! mandoc -T lint -W warning "$tmp/$1" | grep -v 'skipping paragraph macro'
}
no_sentences() { ! grep -nE '^\.SH .*([,;.] |--)' "$tmp"/*.[15]; }	# for headings
rendered() { mandoc -T ascii "$@" | sed 's/.\x08//g'; }	# without overstrikes
page_has() { rendered "$tmp/$1" | grep -E -- "$2" > /dev/null; }
no_markup() { ! rendered "$tmp"/*.[15] | grep -nE '\\|```|^ *#+ [A-Z]'; }
if command -v scdoc mandoc > /dev/null; then
	for page in $("$MUSTER" man); do try "$page" page_is_clean "$page"; done
	for c in "${names[@]}"; do
		try "muster(1) names $c" page_has muster.1 "muster-$c\(1\)"
		try "$c has its page" page_has "muster-$c.1" "^ *muster $c"
	done
	try "the settings page" page_has muster.yaml.5 'scan\.rate: a number'
	try "a page without traces of its source" no_markup
	try "no sentence is a heading" no_sentences
else
	skip "manual" "scdoc or mandoc is not installed"
fi

# --- completion ---
complete_words() {	# the words of a line; prints what the last may become
	bash -c 'source <("$1" completion bash); shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _muster
		printf "%s\n" "${COMPREPLY[@]}"' - "$MUSTER" "$@" | sort | xargs
}
completes() {	# WANT WORD...
	local want=$1 got; shift
	got=$(complete_words "$@")
	[ "$got" = "$want" ] || { echo "'$got', not '$want'"; return 1; }
}
mkdir "$tmp/files" && touch "$tmp/files/a b.yaml" "$tmp/files/c.yaml"
try "a command" completes "completion config" muster co
try "all commands" completes "$(printf '%s\n' "${names[@]}" --help --version | sort | xargs)" muster ''
try "an option" completes "--rate" muster scan --rat
try "what is on by default, by its off" completes "--no-identify" muster scan --no-id
try "a choice" completes "csv" muster devices --format c
try "a choice after =" completes "csv" muster devices --format = c
try "all choices after =" completes "csv ndjson table xml" muster devices --format =
try "a choice of a letter" completes "ndjson" muster devices -f n
try "a verb" completes "check" muster config c
try "a number is not guessed" completes "" muster scan --rate ''
try "a file" completes "$tmp/files/c.yaml" muster config check "$tmp/files/c"
try "a file with a blank" completes "$tmp/files/a b.yaml" muster config check "$tmp/files/a"
try "the file of an option" completes "$tmp/files/c.yaml" muster scan --config "$tmp/files/c"
try "the command of help" completes "version" muster help v
"$MUSTER" completion bash > "$tmp/muster.bash"
try "the bash script is sound" shellcheck -s bash "$tmp/muster.bash"
if command -v zsh > /dev/null; then
	"$MUSTER" completion zsh > "$tmp/_muster"
	try "the zsh script is sound" zsh -n "$tmp/_muster"
else
	skip "zsh completion" "zsh is not installed"
fi

# --- what is not kept is counted in the words of its source ---
closes() {
	unshare -n "$MUSTER" "${@:2}" --emit > "$tmp/records" 2> "$tmp/told"
	tail -n 1 "$tmp/told" | grep -qxE "$1" || { cat "$tmp/told"; return 1; }
}
if [ "$(id -u)" -eq 0 ]; then # a network of its own, without a link: nobody hears it
	try "ad --emit ends by its own count" closes 'not complete: 0 of 1 domains, 0 computers in 0 pages, .*' ad --domain x.example
	try "windows --emit" closes 'done: 0 machines, .*' windows --quick
	printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0' > "$tmp/none.pcap"
	try "listen --emit" closes 'done: 0 devices heard, .*' listen --packets-from "$tmp/none.pcap"
else
	skip "the closing lines of --emit" "needs root for a network namespace"
fi
finish
