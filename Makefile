# SPDX-License-Identifier: GPL-3.0-or-later
# One makefile, no recursion into folders.  `make help` lists the targets.
#
# MODE=release|debug|sanitize|coverage|fuzz   how to build; each has its folder
# WERROR=1 (or CI set)                        warnings are errors
# V=1                                         show the commands
VERSION   := 0.1.0
MODE      ?= release
OUT       := build/$(MODE)
PREFIX    ?= /usr/local
OUI_DIR   ?= /usr/share/ieee-data
FUZZ_RUNS ?= 1000000
FUZZ      ?=
WERROR    ?= $(if $(CI),1)

FOLDERS   := base wire host iprange inventory location scope scanner netbios ldap \
             db feed install schedule server
PKGS      := libcap libseccomp libmnl libcares jansson yaml-0.1 sqlite3 \
             libsodium expat openssl lber libsasl2
# Headers alone: who needs the library loads it (base/late.h).
LOADED    := libpcap libcurl ldap krb5 krb5-gssapi netsnmp dcerpc samba-credentials \
             samba-hostconfig smbclient talloc tevent

MAKEFLAGS += --no-print-directory
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(MODE),fuzz)
CC := clang-14
endif
ifeq ($(filter $(MODE),release debug sanitize coverage fuzz),)
$(error MODE is one of release debug sanitize coverage fuzz)
endif

CFLAGS   ?= -O2 -g
CPPFLAGS += -I. -I$(OUT)/gen -D_GNU_SOURCE -DMUSTER_VERSION='"$(VERSION)"' \
            $(shell pkg-config --cflags $(PKGS) 2>/dev/null) \
            $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I $(LOADED) 2>/dev/null))
# Embedded SQL is longer than the 4095 bytes that C11 promises for a literal.
WARN     := -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes -Wconversion -Wformat=2 -Wvla \
            -Wno-overlength-strings
HARDEN   := -fstack-protector-strong -fstack-clash-protection -fPIE \
            $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
SAN      := -fsanitize=address,undefined -fno-sanitize-recover=all \
            -fno-omit-frame-pointer

FLAGS_release  := $(CFLAGS) -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
FLAGS_debug    := -O0 -g3
# A report tells lines and no variables: -g would cost a fifth of the compiling.
FLAGS_sanitize := -O1 -g1 $(SAN)
FLAGS_coverage := -O0 -g --coverage
FLAGS_fuzz     := -O1 -g $(SAN) -fsanitize=fuzzer-no-link
# gcc's flow warnings give false alarms under the sanitizers and without
# optimisation, so warnings are errors only where the real program is built.
FLAGS := $(WARN) $(HARDEN) $(FLAGS_$(MODE)) \
         $(if $(WERROR),$(if $(filter release,$(MODE)),-Werror))
LINK  := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed $(LDFLAGS)
LIBS  := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lm $(LDLIBS)

LIB_SRC  := $(sort $(wildcard $(addsuffix /*.c,$(FOLDERS))))
CLI_SRC  := $(sort $(wildcard cli/*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
SCORE_SRC := $(sort $(wildcard tests/scorecard/*.c))
SCHEMA   := $(sort $(wildcard db/schema/*.sqlite.sql))

obj   = $(patsubst %.c,$(OUT)/%.o,$(1))
bin   = $(patsubst %.c,$(OUT)/%,$(1))
LIB  := $(OUT)/lib.a
CLI  := $(OUT)/cli.a
PROG := $(OUT)/muster
UNIT_BIN := $(call bin,$(UNIT_SRC))
FUZZ_BIN := $(call bin,$(FUZZ_SRC))
# A harness is driven by libFuzzer, or by our own main that replays files.
REPLAY    := $(OUT)/tests/fuzz/replay_main.o
FUZZ_MAIN := $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer,$(REPLAY))
# The worlds of the scorecard: a program of their own, and a unit test.
SCORECARD := $(OUT)/tests/scorecard/scorecard
SCORE_OBJ := $(filter-out $(SCORECARD).o,$(call obj,$(SCORE_SRC)))
BENCH_SRC := $(addprefix tests/bench/,ptr.c identity.c load.c bare.c)
ALL_OBJ  := $(call obj,$(LIB_SRC) $(CLI_SRC) $(UNIT_SRC) $(FUZZ_SRC) $(SCORE_SRC) $(BENCH_SRC)) $(REPLAY)
GEN      := $(OUT)/gen/schema.inc $(OUT)/gen/oui.inc $(OUT)/gen/fingerprints.inc

Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '%-4s %s\n' $(1) $(2))

all: $(PROG)			## build the program (the default)
ifeq ($(MODE),release)
	@ln -sfn release/muster build/muster
endif

$(PROG): $(OUT)/cli/main.o $(CLI) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS) $(LINK) -o $@ $^ $(LIBS)
$(LIB): $(call obj,$(LIB_SRC))
$(CLI): $(call obj,$(filter-out cli/main.c,$(CLI_SRC)))
$(LIB) $(CLI): $(OUT)/sources
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)
$(ALL_OBJ): $(OUT)/%.o: %.c $(OUT)/flags | $(GEN)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(FLAGS) $(FLAGS_TEST) -MMD -MP -c -o $@ $<
# A harness and a replay main are called by name from outside.
$(OUT)/tests/%.o: FLAGS_TEST := -Wno-missing-prototypes
$(UNIT_BIN): %: %.o $(CLI) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS) $(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcmocka -lpcap $(LIBS)
$(OUT)/tests/unit/test_scorecard: $(SCORE_OBJ)
$(SCORECARD): %: %.o $(SCORE_OBJ) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS) $(LINK) -o $@ $^ $(LIBS)
$(OUT)/tests/bench/identity $(OUT)/tests/bench/load: $(OUT)/tests/bench/bare.o
$(addprefix $(OUT)/tests/bench/,ptr identity load): %: %.o $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS) $(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)
$(FUZZ_BIN): %: %.o $(filter %.o,$(FUZZ_MAIN)) $(CLI) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(FLAGS) $(filter -%,$(FUZZ_MAIN)) $(LINK) -o $@ $^ $(LIBS)

# Other flags mean other objects, a removed source means another archive: both
# are remembered in a file that changes only when they do.
remember = @mkdir -p $(@D); printf '%s\n' $(1) | cmp -s - $@ || printf '%s\n' $(1) > $@
$(OUT)/flags: FORCE
	@pkg-config --print-errors --exists $(PKGS) $(LOADED) && test -r $(OUI_DIR)/oui.txt || \
		{ echo "A library is missing; make deps installs them." >&2; exit 1; }
	$(call remember,'$(subst ','\'',$(CC) $(CPPFLAGS) $(FLAGS))')
$(OUT)/sources: FORCE
	$(call remember,'$(LIB_SRC) $(CLI_SRC)')

# Rows { 1, "0001_init.sqlite.sql", "..." }, by number; '?' is escaped because
# C11 has trigraphs.  The folder is a prerequisite so that a removal is noticed.
$(OUT)/gen/schema.inc: $(SCHEMA) $(wildcard db/schema)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)for f in $(SCHEMA); do \
		n=$${f##*/}; echo "$$n" | sed 's/^0*\([0-9]*\).*/{ \1, "&",/'; \
		sed 's/[\\"?]/\\&/g; s/.*/"&\\n"/' "$$f"; echo '},'; \
	done > $@
# One literal, as the schema is.
$(OUT)/gen/fingerprints.inc: inventory/fingerprints.yaml
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)sed 's/[\\"?]/\\&/g; s/.*/"&\\n"/' $< > $@
$(OUT)/gen/oui.inc: deps/oui.awk deps/oui_table.awk $(wildcard $(OUI_DIR)/*.txt)
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)cd $(OUI_DIR) && LC_ALL=C awk -f $(CURDIR)/$< oui.txt mam.txt oui36.txt iab.txt | \
		LC_ALL=C sort -s -u -k1,2 | LC_ALL=C awk -f $(CURDIR)/deps/oui_table.awk > $(CURDIR)/$@

demo:				## build and show a scan of a network made of namespaces
	@deps/install.sh deps/build.txt deps/lab.txt
	@$(MAKE) all
	@tests/lab/demo.sh
check:				## everything a change must pass; ends with the totals
	@tests/check.sh
deps:				## install what the build needs
	@deps/install.sh deps/build.txt
deps-test:			## install what check needs: build, lab and test lists
	@deps/install.sh deps/build.txt deps/lab.txt deps/test.txt
deps-bench:			## install what bench needs
	@deps/install.sh deps/build.txt deps/lab.txt deps/bench.txt
unit: $(UNIT_BIN)		## unit tests of this MODE
	@tests/unit.sh $(OUT) $(UNIT_BIN)
fuzz-replay:			## every corpus file once, under ASan and UBSan
	@$(MAKE) MODE=sanitize replay
replay: $(FUZZ_BIN)
	@tests/fuzz.sh replay $(OUT) $(FUZZ_BIN)
e2e: all			## end-to-end tests in network namespaces (root)
	@if [ -x tests/e2e/run.sh ]; then tests/e2e/run.sh; \
		else echo "skip e2e: no tests/e2e/run.sh"; fi
scorecard: $(SCORECARD)		## identity in networks with a known truth; SEED= CASES=
	@$(SCORECARD) $(or $(SEED),1) $(CASES)
layers:				## which folder may include which
	@tests/layers.sh
headers:			## each header compiles alone
	@tests/headers.sh
format:				## let clang-format rewrite the sources
	@tests/format.sh
format-check:			## fail when clang-format would change something
	@tests/format.sh --check
lint: docs			## cppcheck, shellcheck, mandoc, licences, banned functions
	@tests/lint.sh
sanitize:			## unit tests and corpora under ASan and UBSan
	@$(MAKE) MODE=sanitize unit replay
coverage:			## line coverage of unit tests and corpora
	@mkdir -p build/coverage && find build/coverage -name '*.gcda' -delete
	@$(MAKE) MODE=coverage unit replay
	@gcovr -r . build/coverage -e tests/ --txt build/coverage.txt --print-summary
	@cat build/coverage.txt
fuzz:				## run the fuzzers; FUZZ_RUNS=1000000 FUZZ=name
	@$(MAKE) MODE=fuzz fuzz-run
fuzz-run: $(FUZZ_BIN)
	@FUZZ_RUNS='$(FUZZ_RUNS)' FUZZ='$(FUZZ)' tests/fuzz.sh run $(OUT) $(FUZZ_BIN)
bench: all			## race the programs of deps/bench.txt; JOB="icmp arp-16"
	@tests/bench/run.sh $(JOB)
faults: all			## kill the agent, fill its disk, let it run for long; PART="kills 300"
	@nice tests/bench/agent_faults.sh $(PART)
lab-up: all			## raise a test network and leave it up; NET=real|big|all
	@tests/lab/lab up $(or $(NET),real)
lab-down:			## take the test networks away
	@tests/lab/lab down
docs: $(PROG)			## man pages, into build/man
	@rm -rf build/man && mkdir -p build/man
	@for m in $$($(PROG) man); do \
		$(PROG) man $$m > $(OUT)/page.scd && scdoc < $(OUT)/page.scd > build/man/$$m || \
			{ echo "docs: $$m" >&2; exit 1; }; \
	done
install: all docs		## program, man pages, completions; DESTDIR= PREFIX=
	install -D -m 755 $(PROG) '$(DESTDIR)$(PREFIX)/bin/muster'
	install -D -m 644 schedule/muster-agent.service '$(DESTDIR)$(PREFIX)/lib/systemd/system/muster-agent.service'
	install -D -m 644 schedule/muster-agent.sysusers '$(DESTDIR)$(PREFIX)/lib/sysusers.d/muster.conf'
	@sed -i 's,/usr/local/bin/,$(PREFIX)/bin/,' '$(DESTDIR)$(PREFIX)/lib/systemd/system/muster-agent.service'
	@for m in build/man/*; do install -v -D -m 644 "$$m" \
		"$(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}" || exit 1; done
	@for c in bash:bash-completion/completions/muster zsh:zsh/site-functions/_muster; do \
		$(PROG) completion "$${c%%:*}" > $(OUT)/completion || exit 1; \
		install -v -D -m 644 $(OUT)/completion "$(DESTDIR)$(PREFIX)/share/$${c#*:}" || exit 1; \
	done
clean:				## remove what was built
	rm -rf build
help:				## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14
FORCE:
.PHONY: all demo check deps deps-test deps-bench unit fuzz-replay replay e2e scorecard layers \
	headers format format-check lint sanitize coverage fuzz fuzz-run bench faults lab-up \
	lab-down docs install clean help FORCE
.DELETE_ON_ERROR:
.SUFFIXES:
-include $(ALL_OBJ:.o=.d)
