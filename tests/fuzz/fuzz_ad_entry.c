/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Entries as a directory server sends them, whoever made them: computers become facts, names
 * get addresses, and who changed or was deleted is found again.
 */
#include "ad_entry.h"

#include "inventory/fact.h"
#include "ldap/bin.h"
#include "ldap/changed.h"
#include "ldap/computers.h"
#include "ldap/zones.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ZONES_MEMORY = 1 << 20 };

static const char *const attributes[] = { "objectGUID", "objectSid", "sAMAccountName",
	"dNSHostName", "operatingSystem", "operatingSystemVersion",
	"operatingSystemServicePack", "lastLogonTimestamp", "pwdLastSet",
	"userAccountControl", "servicePrincipalName", "whenCreated", "whenChanged",
	"description", "location", "managedBy", "primaryGroupID", "uSNChanged",
	"isDeleted", "msDS-SupportedEncryptionTypes", "msDS-AllowedToDelegateTo",
	"objectClass", "name", "dnsRecord", "dNSTombstoned" };
enum { NAMES = sizeof(attributes) / sizeof(attributes[0]) };

struct known {
	struct zones *zones;
	struct changed *changed;
	struct bin *bin;
	struct containers *containers;
};

static void
check_facts(const struct fact *facts, size_t n)
{
	MUST(n <= COMPUTER_FACTS_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct fact_def *def = fact_find(facts[i].key);
		MUST(def && def->type == facts[i].type);
		MUST(i == 0 || strcmp(facts[i - 1].key, facts[i].key) < 0);
		if (facts[i].type == FACT_TEXT)
			must_be_clean(facts[i].text);
		for (size_t k = 0; facts[i].type == FACT_TEXTS && k < facts[i].texts.n;
			k++)
			must_be_clean(facts[i].texts.items[k]);
	}
}

static void
try_entry(const struct entry *e, struct known *known)
{
	const struct computer_domain domain = { "corp.example", "CORP",
		known->containers };
	struct fact facts[COMPUTER_FACTS_MAX];
	struct computer_id id;
	struct err ignored;
	size_t n;

	if (computer_facts(e, &domain, facts, &n)) {
		check_facts(facts, n);
		computer_id(e, facts, n, &id);
	}
	MUST(computer_dns_name(e, &domain));
	(void)zones_add(known->zones, e, &ignored);
	(void)changed_add(known->changed, e, &ignored);
	bin_add(known->bin, e);
	const char *account = entry_text(e, "sAMAccountName");
	const char *was = account ? bin_find(known->bin, account) : NULL;
	MUST(!was || strlen(was) == 36);
}

static void
check_known(struct known *known)
{
	const struct zone_name *name;
	struct sb filter;
	size_t at = 0;

	while ((name = zones_next_unused(known->zones, &at))) {
		must_be_clean(name->name);
		MUST(name->n > 0 && name->n <= ZONE_ADDRESSES_MAX);
		MUST(zones_find(known->zones, name->name) == name);
	}
	sb_init(&filter, CHANGED_FILTER_MAX);
	for (int deleted = 0; deleted < 2; deleted++)
		for (at = 0; changed_filter(known->changed, deleted, &at, &filter);)
			MUST(!filter.bad && filter.text[0] == '(');
	sb_done(&filter);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct berval values[ENTRY_VALUES];
	struct rd r = rd_from(data, size);
	struct known known = { .changed = changed_new(),
		.bin = bin_new(),
		.containers = containers_new() };
	struct err e;

	MUST(zones_new(&known.zones, ZONES_MEMORY, &e) == 0);
	MUST(known.changed && known.bin && known.containers);
	while (rd_left(&r)) {
		struct entry one = { .mem = arena_new(1 << 20) };
		MUST(one.mem);
		entry_read(&r, attributes, NAMES, &one, values);
		try_entry(&one, &known);
		arena_free(one.mem);
	}
	check_known(&known);
	zones_free(known.zones);
	changed_free(known.changed);
	bin_free(known.bin);
	containers_free(known.containers);
	return 0;
}
