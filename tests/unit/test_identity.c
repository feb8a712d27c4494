/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stories of devices: which sightings are one device, and why.
 *
 * A row says when and where something was seen and which letter it is: rows of one letter
 * are one device, rows of two letters are two.  Each story is also told in other orders and
 * in batches.
 */
#include "tests/unit/test_identity.h"

#include "sanitized.h"

/* A row says no more than its story needs. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

struct row {
	const char *who;
	int hour;
	const char *run, *ip,
		*keys; /* "mac=a ssh=k1": names of id_rules; ip "" for none */
	enum evidence evidence;
	const char *site; /* NULL: "berlin" */
	int lives;        /* hours; 0: LIFETIME */
};

enum { ROWS_MAX = 400, KEYS_MAX = 8 };

struct story {
	struct arena *mem;
	struct sighting sightings[ROWS_MAX];
	const struct row *rows;
	size_t n;
	const struct ruling *rulings;
	size_t n_rulings;
	struct identity_result result; /* of everything at once, in mem */
};

static enum id_kind
kind_named(const char *name, size_t n)
{
	for (int k = 0; k < ID_KINDS; k++)
		if (strlen(id_rules[k].name) == n &&
			memcmp(id_rules[k].name, name, n) == 0)
			return (enum id_kind)k;
	fail_msg("no kind is called %.*s", (int)n, name);
	return ID_KINDS;
}

static struct id_key
key_of(struct arena *mem, const char *text, size_t n)
{
	const char *is = memchr(text, '=', n);

	assert_non_null(is);
	const char *value = arena_strndup(mem, is + 1, n - (size_t)(is + 1 - text));
	assert_non_null(value);
	return (struct id_key){ kind_named(text, (size_t)(is - text)), value };
}

static void
read_keys(struct arena *mem, const char *text, struct sighting *s)
{
	struct id_key *keys = arena_new_array(mem, struct id_key, KEYS_MAX);

	assert_non_null(keys);
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t n = strcspn(text, " ");
		assert_true(s->n_keys < KEYS_MAX);
		keys[s->n_keys++] = key_of(mem, text, n);
		text += n;
	}
	s->keys = keys;
}

static struct story *
new_story(const struct row *rows, size_t n)
{
	struct arena *mem = arena_new(1 << 26);
	struct story *t = mem ? arena_alloc(mem, sizeof(*t)) : NULL;

	assert_non_null(t);
	assert_true(n <= ROWS_MAX);
	*t = (struct story){ .mem = mem, .rows = rows, .n = n };
	for (size_t i = 0; i < n; i++) {
		struct sighting *s = &t->sightings[i];
		*s = (struct sighting){
			.at = rows[i].hour * HOUR,
			.seq = (int64_t)i,
			.site = rows[i].site ? rows[i].site : "berlin",
			.point = "p",
			.run = rows[i].run,
			.evidence = rows[i].evidence,
			.lifetime = rows[i].lives * HOUR,
			.ref = (int64_t)i + 1,
		};
		assert_true(!*rows[i].ip || addr_parse(rows[i].ip, &s->ip));
		read_keys(mem, rows[i].keys, s);
	}
	return t;
}

/* --- telling ------------------------------------------------------------------------------------ */

static void
check_devices(const struct story *t, const char *how, const uint32_t *of)
{
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < i; k++) {
			bool same = strcmp(t->rows[i].who, t->rows[k].who) == 0;
			if (same != (of[i] == of[k]))
				fail_msg("%s: rows %zu (%s) and %zu (%s) are %s", how,
					k, t->rows[k].who, i, t->rows[i].who,
					same ? "torn apart" : "one device");
		}
	}
}

static void
tell_in_batches(struct story *t, const uint32_t *order, uint64_t *state, uint32_t most)
{
	struct memory m;
	uint32_t of[ROWS_MAX];
	size_t n;

	memory_init(&m, t->sightings, t->n, t->rulings, t->n_rulings);
	for (size_t i = 0; i < t->n; i += n) {
		n = 1 + below(state, most);
		n = n < t->n - i ? n : t->n - i;
		memory_ingest(&m, order + i, n);
	}
	partition_of_memory(&m, of);
	check_devices(t, "in batches", of);
	memory_done(&m);
}

static void
tell(struct story *t)
{
	uint32_t order[ROWS_MAX], of[ROWS_MAX];
	uint64_t state = t->n;

	resolve_all(
		t->sightings, t->n, NULL, t->rulings, t->n_rulings, t->mem, &t->result);
	partition_of_result(&t->result, of);
	check_devices(t, "at once", of);
	for (uint32_t i = 0; i < t->n; i++)
		order[i] = i;
	for (int turn = 0; turn < (t->n > 20 ? 2 : 40); turn++) {
		struct arena *mem = arena_new(1 << 26);
		struct identity_result r;
		shuffle(&state, order, t->n);
		resolve_all(
			t->sightings, t->n, order, t->rulings, t->n_rulings, mem, &r);
		partition_of_result(&r, of);
		check_devices(t, "in another order", of);
		arena_free(mem);
		tell_in_batches(t, order, &state, turn % 2 ? 1 : 4);
	}
}

/* The story, told; free its mem. */
static struct story *
told(const struct row *rows, size_t n, const struct ruling *rulings, size_t n_rulings)
{
	struct story *t = new_story(rows, n);

	t->rulings = rulings;
	t->n_rulings = n_rulings;
	tell(t);
	return t;
}

#define N(array)                  (sizeof(array) / sizeof((array)[0]))
#define TELL(rows)                told((rows), N(rows), NULL, 0)
#define TELL_RULED(rows, rulings) told((rows), N(rows), (rulings), N(rulings))

static void
end(struct story *t)
{
	arena_free(t->mem);
}

static bool
is_demoted(const struct story *t, const char *key)
{
	struct id_key want = key_of(t->mem, key, strlen(key));

	for (size_t i = 0; i < t->result.n_demoted; i++)
		if (id_key_cmp(&t->result.demoted[i], &want) == 0)
			return true;
	return false;
}

static size_t
links_by(const struct story *t, const char *rule)
{
	size_t n = 0;

	for (size_t i = 0; i < t->result.n_links; i++)
		n += strcmp(t->result.links[i].rule, rule) == 0;
	return n;
}

/* --- joined by identifiers ----------------------------------------------------------------------- */

static void
a_laptop_is_the_same_at_another_address(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a netbios=corp\\a" },
		{ "A", 50, "r2", "10.0.0.2", "mac=a" },
		{ "A", 99, "r3", "10.9.0.7", "mac=a", .site = "bonn" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(2, links_by(t, "tier1:mac"));
	assert_int_equal(1, t->result.n_clusters);
	assert_false(t->result.clusters[0].address_only);
	end(t);
}

static void
an_address_given_to_another_device_is_two_devices(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a" },
		{ "B", 1, "r2", "10.0.0.1", "mac=b" },
		{ "A", 2, "r3", "10.0.0.2", "mac=a" },
		{ "B", 3, "r4", "10.0.0.1", "mac=b" },
	};

	(void)state;
	end(TELL(rows));
}

static void
two_cards_with_one_host_key_are_one_device(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a ssh=k" },
		{ "A", 0, "r1", "10.0.0.2", "mac=b ssh=k" },
		{ "A", 9, "r2", "10.0.0.3", "mac=b" },
	};

	(void)state;
	end(TELL(rows));
}

static void
sightings_of_one_run_at_one_address_are_one_device(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a" },
		{ "A", 0, "r1", "10.0.0.1", "ssh=k" },
		{ "A", 5, "r2", "10.0.0.2", "ssh=k" },
		{ "A", 6, "r3", "10.0.0.3", "mac=a" },
		{ "B", 0, "r1", "10.0.0.1", "mac=z", .site = "bonn" },
	};

	(void)state;
	end(TELL(rows));
}

static void
two_names_that_agree_are_one_device_at_any_address(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "netbios=corp\\a ntlm=a.corp" },
		{ "A", 90, "r2", "10.0.0.2", "netbios=corp\\a ntlm=a.corp" },
		{ "A", 200, "r3", "10.0.0.3",
			"netbios=corp\\a ntlm=a.corp fqdn=a.corp" },
		{ "A", 300, "r4", "10.0.0.4", "fqdn=a.corp ntlm=a.corp mdns=a.local" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(2, links_by(t, "tier2:netbios+ntlm"));
	assert_int_equal(1, links_by(t, "tier2:ntlm+fqdn"));
	end(t);
}

static void
one_name_is_not_enough(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "netbios=corp\\a ntlm=a.corp" },
		{ "B", 1, "r2", "10.0.0.2", "netbios=corp\\a" },
		{ "C", 2, "r3", "10.0.0.3", "ntlm=a.corp mdns=c.local" },
	};

	(void)state;
	end(TELL(rows));
}

static void
names_of_two_sites_are_two_devices(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "netbios=home\\nas mdns=nas.local" },
		{ "B", 1, "r2", "10.0.0.1", "netbios=home\\nas mdns=nas.local",
			.site = "bonn" },
		{ "A", 2, "r3", "10.0.0.9", "netbios=home\\nas mdns=nas.local" },
	};

	(void)state;
	end(TELL(rows));
}

static void
names_on_another_card_may_have_gone_over_to_another_machine(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a smb=a netbios=p ntlm=p.x" },
		{ "B", 48, "r2", "10.0.0.1", "mac=b netbios=p ntlm=p.x" },
		/* the same, until its server was heard */
		{ "C", 0, "r1", "10.0.0.2", "mac=c smb=c netbios=q ntlm=q.x" },
		{ "C", 48, "r2", "10.0.0.2", "mac=d netbios=q ntlm=q.x" },
		{ "C", 96, "r3", "10.0.0.2", "mac=d smb=c" },
		/* where no card was seen, two names are enough */
		{ "E", 0, "r1", "10.0.0.3", "mac=e netbios=r ntlm=r.x" },
		{ "E", 48, "r2", "10.0.0.4", "netbios=r ntlm=r.x" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(1, links_by(t, "veto:mac"));
	end(t);
}

static void
who_comes_back_with_its_first_card_was_not_replaced(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=cable netbios=p ntlm=p.x" },
		{ "A", 10, "r2", "10.0.0.2", "mac=radio netbios=p ntlm=p.x" },
		{ "A", 20, "r3", "10.0.0.1", "mac=cable netbios=p ntlm=p.x" },
		/* under its other name it did not come back */
		{ "B", 0, "r1", "10.0.0.3", "mac=b netbios=q ntlm=q.x" },
		{ "C", 10, "r2", "10.0.0.4", "mac=c netbios=q ntlm=q.x" },
		{ "B", 20, "r3", "10.0.0.3", "mac=b netbios=old ntlm=old.x" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_card_that_several_had_keeps_no_names_apart(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=usb netbios=p ntlm=p.x" },
		{ "A", 10, "r2", "10.0.0.1", "mac=a smb=a netbios=p ntlm=p.x" },
		{ "B", 10, "r2", "10.0.0.5", "mac=usb smb=b netbios=q ntlm=q.x" },
		{ "B", 20, "r3", "10.0.0.5", "mac=b smb=b netbios=q ntlm=q.x" },
		{ "C", 20, "r3", "10.0.0.6", "mac=usb smb=c netbios=r ntlm=r.x" },
	};

	(void)state;
	end(TELL(rows));
}

static void
sightings_without_address_are_joined_by_identifiers_only(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "", "agent=1" },
		{ "A", 0, "r1", "", "agent=1 uuid=u" },
		{ "B", 0, "r1", "", "" },
		{ "C", 0, "r1", "", "" },
		{ "A", 1, "r1", "10.0.0.1", "uuid=u" },
	};

	(void)state;
	end(TELL(rows));
}

/* --- vetoes ------------------------------------------------------------------------------------------ */

static void
a_new_agent_key_on_the_same_hardware_is_refused(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "agent=1 uuid=u mac=a" },
		{ "B", 1, "r2", "10.0.0.1", "agent=2 uuid=u mac=a" },
		{ "B", 2, "r3", "10.0.0.1", "mac=a" }, /* the latest that bore it */
		{ "B", 3, "r4", "10.0.0.5", "agent=2" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(1, links_by(t, "tier1:mac"));
	assert_true(links_by(t, "veto:agent") >= 1);
	end(t);
}

static void
two_serials_are_two_devices(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "ad=g serial=dell/1" },
		{ "B", 9, "r2", "10.0.0.1", "ad=g serial=dell/2" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(1, links_by(t, "successor"));
	assert_int_equal(LINK_TIED, t->result.links[0].outcome);
	end(t);
}

static void
new_hardware_under_the_same_account_is_the_same_device(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "ad=g uuid=u1 mac=a" },
		{ "A", 9, "r2", "10.0.0.2", "ad=g uuid=u2 mac=b" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_card_moved_between_two_boards_joins_nothing(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "uuid=u1 mac=dock" },
		{ "B", 9, "r2", "10.0.0.2", "uuid=u2 mac=dock" },
		{ "A", 10, "r3", "10.0.0.3", "uuid=u1" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(1, links_by(t, "veto:uuid"));
	end(t);
}

/* --- demotion ----------------------------------------------------------------------------------------- */

static void
a_dock_that_goes_back_and_forth_is_no_identifier(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "smb=ga mac=dock" },
		{ "B", 9, "r2", "10.0.0.1", "smb=gb mac=dock" },
		{ "A", 20, "r3", "10.0.0.1", "smb=ga mac=dock" },
		{ "B", 30, "r4", "10.0.0.7", "smb=gb mac=wifi" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_true(is_demoted(t, "mac=dock"));
	assert_int_equal(1, links_by(t, "demoted:alternates"));
	end(t);
}

static void
a_reinstalled_system_is_the_same_device(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "smb=ga mac=a netbios=corp\\old" },
		{ "A", 9, "r2", "10.0.0.1", "smb=gb mac=a netbios=corp\\new" },
		{ "A", 20, "r3", "10.0.0.2", "smb=gb" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(0, t->result.n_demoted);
	end(t);
}

static void
a_host_key_on_two_boards_at_once_is_demoted_everywhere(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "ssh=k uuid=u1" },
		{ "B", 0, "r1", "10.0.0.2", "ssh=k uuid=u2" },
		{ "C", -90, "r0", "10.0.0.3", "ssh=k" },
		{ "D", 90, "r2", "10.0.0.4", "ssh=k" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_true(is_demoted(t, "ssh=k"));
	assert_false(is_demoted(t, "uuid=u1"));
	assert_int_equal(1, t->result.n_demoted);
	assert_int_equal(1, links_by(t, "demoted:at-once"));
	end(t);
}

static void
a_cloned_windows_image_is_told_apart_by_names(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "smb=g netbios=corp\\pc1 ntlm=pc1.corp" },
		{ "B", 0, "r1", "10.0.0.2", "smb=g netbios=corp\\pc2 ntlm=pc2.corp" },
		{ "A", 9, "r2", "10.0.0.3", "smb=g netbios=corp\\pc1 ntlm=pc1.corp" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_serial_on_two_boards_at_once_is_demoted(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "serial=hp/chassis uuid=u1" },
		{ "B", 0, "r1", "10.0.0.2", "serial=hp/chassis uuid=u2" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_true(is_demoted(t, "serial=hp/chassis"));
	end(t);
}

static void
hearsay_and_other_runs_do_not_demote(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "ssh=k smb=g1" },
		{ "A", 0, "r1", "10.0.0.2", "ssh=k smb=g2", EVIDENCE_WEAK },
		{ "A", 0, "r2", "10.0.0.3", "ssh=k smb=g3" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(0, t->result.n_demoted);
	end(t);
}

static void
a_host_with_two_addresses_keeps_its_identifiers(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "uuid=u ssh=k smb=g netbios=corp\\a" },
		{ "A", 0, "r1", "10.0.0.2", "uuid=u ssh=k smb=g netbios=corp\\a" },
		{ "A", 0, "r1", "10.0.0.3", "ssh=k" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(0, t->result.n_demoted);
	end(t);
}

static void
two_names_of_one_agent_do_not_demote_its_key(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "agent=1 netbios=corp\\node" },
		{ "A", 0, "r1", "10.0.0.2", "agent=1 netbios=corp\\cluster" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(0, t->result.n_demoted);
	end(t);
}

/* Its server says so at r1; at r2 the server is heard at the node's own address only. */
static void
a_node_that_is_known_to_have_a_clusters_name_is_one(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a smb=g netbios=corp\\node" },
		{ "A", 0, "r1", "10.0.0.9", "mac=a smb=g netbios=corp\\cluster" },
		{ "A", 30, "r2", "10.0.0.1", "mac=a smb=g netbios=corp\\node" },
		{ "A", 30, "r2", "10.0.0.9", "mac=a netbios=corp\\cluster" },
	};

	(void)state;
	end(TELL(rows));
}

/* In r2 two machines answer for a, so it and b are nobody's from then on; b is told from the
 * card that was seen last at its address all the same. */
static void
a_card_that_counts_no_more_is_still_another(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a ssh=k" },
		{ "B", 0, "r1", "10.0.0.2", "mac=b smb=g" },
		{ "C", 0, "r1", "10.0.0.3", "mac=b smb=h" },
		{ "A", 10, "r2", "10.0.0.2", "mac=a ssh=k" },
		{ "D", 20, "r3", "10.0.0.2", "mac=b" },
	};

	(void)state;
	end(TELL(rows));
}

/* QEMU gives 52:54:00:12:34:56 to each guest that nobody gave another. */
static void
one_private_mac_and_other_names_are_two_guests(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "link=q ssh=k fqdn=one.example" },
		{ "B", 90, "r2", "10.0.0.1", "link=q fqdn=other.example" },
		{ "A", 120, "r3", "10.0.0.1", "link=q fqdn=one.example" },
	};

	(void)state;
	end(TELL(rows));
}

static void
two_names_at_once_behind_one_card_are_two_devices(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a netbios=corp\\one" },
		{ "B", 0, "r1", "10.0.0.9", "mac=a netbios=corp\\other" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_name_that_comes_back_does_not_demote_hardware(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a netbios=corp\\old" },
		{ "A", 1, "r2", "10.0.0.1", "mac=a netbios=corp\\new" },
		{ "A", 2, "r3", "10.0.0.1", "mac=a netbios=corp\\old" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(0, t->result.n_demoted);
	end(t);
}

static void
a_list_that_contradicts_itself_demotes_nothing(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a smb=g1" },
		{ "A", 1, "r2", "10.0.0.1", "mac=a smb=g2", EVIDENCE_LISTED },
		{ "A", 2, "r3", "10.0.0.1", "mac=a smb=g1" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(0, t->result.n_demoted);
	end(t);
}

static void
three_cards_with_one_firmware_key_are_three_devices(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "tls=factory mac=a" },
		{ "B", 0, "r1", "10.0.0.2", "tls=factory mac=b" },
		{ "C", 0, "r1", "10.0.0.3", "tls=factory mac=c" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(1, links_by(t, "demoted:macs"));
	end(t);
}

/* The n-th row of a crowd: 10.1.x.y, with a name of its own in who. */
static void
crowd(struct row *rows, size_t n, const char *keys, char (*texts)[2][16])
{
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(texts[i][0], sizeof(texts[i][0]), "device %zu", i);
		(void)snprintf(texts[i][1], sizeof(texts[i][1]), "10.1.%zu.%zu",
			i / 250, i % 250);
		rows[i] = (struct row){ texts[i][0], 0, "r1", texts[i][1], keys };
	}
}

static void
a_router_that_answers_arp_for_300_addresses_identifies_nobody(void **state)
{
	struct row rows[302];
	char texts[300][2][16];

	(void)state;
	crowd(rows, 300, "mac=router", texts);
	rows[300] = (struct row){ "R", -90, "r0", "10.0.0.1", "mac=router ssh=r" };
	rows[301] = (struct row){ "R", 90, "r2", "10.0.0.2", "ssh=r" };
	struct story *t = TELL(rows);
	assert_true(is_demoted(t, "mac=router"));
	assert_int_equal(1, links_by(t, "demoted:places"));
	end(t);
}

static void
places_max_is_the_last_number_that_identifies(void **state)
{
	char texts[100][2][16], keys[32];
	struct row rows[100];

	(void)state;
	for (int k = 0; k < ID_KINDS; k++) {
		size_t most = id_rules[k].places_max;
		if (id_rules[k].tier > 1 || most >= N(rows) || k == ID_VIP)
			continue; /* a virtual address is where it is */
		(void)snprintf(keys, sizeof(keys), "%s=x", id_rules[k].name);
		crowd(rows, most + 1, keys, texts);
		for (size_t i = 0; i < most; i++)
			rows[i].who = "one";
		struct story *t = told(rows, most, NULL, 0);
		assert_int_equal(0, t->result.n_demoted);
		end(t);
		for (size_t i = 0; i < most; i++)
			rows[i].who = texts[i][0];
		t = told(rows, most + 1, NULL, 0);
		assert_int_equal(1, t->result.n_demoted);
		end(t);
	}
}

static void
two_machines_with_one_address_stay_two(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a" },
		{ "B", 0, "r1", "10.0.0.2", "mac=b" },
		{ "A", 5, "r2", "10.0.0.1",
			"mac=a" }, /* who had it answers too, and so */
		{ "A", 5, "r2", "10.0.0.1",
			"mac=b" }, /* the visit goes to it by address */
		{ "A", 9, "r3", "10.0.0.3", "mac=a" },
		{ "B", 9, "r3", "10.0.0.4", "mac=b" },
	};

	(void)state;
	end(TELL(rows));
}

/* --- virtual addresses ------------------------------------------------------------------------------ */

static void
a_virtual_address_is_an_object_of_its_own(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.2", "mac=a ssh=a" },
		{ "B", 0, "r1", "10.0.0.3", "mac=b ssh=b" },
		{ "V", 0, "r1", "10.0.0.1", "vip=berlin/1 link=v ssh=a" },
		{ "V", 5, "r2", "10.0.0.1", "vip=berlin/1 link=v ssh=b" },
		{ "V", 6, "r3", "10.0.0.1", "ssh=a" }, /* through a router */
		{ "V", 7, "r4", "10.0.0.1", "" },
		{ "A", 8, "r5", "10.0.0.1", "mac=a ssh=a" }, /* virtual no more */
		{ "A", 9, "r6", "10.0.0.2", "ssh=a" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(0, t->result.n_demoted);
	assert_true(links_by(t, "vip") >= 2); /* joined, and tied to A and B */
	end(t);
}

/* --- not at once ------------------------------------------------------------------------------------ */

static void
hosts_behind_one_card_stay_apart(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.2", "mac=a ssh=a" },
		{ "B", 0, "r1", "10.0.0.3", "mac=b ssh=b" },
		{ "A", 0, "r1", "10.0.0.9", "mac=lb ssh=a" },
		{ "B", 1, "r2", "10.0.0.9", "mac=lb ssh=b" },
		{ "LB", 1, "r2", "10.0.0.8", "mac=lb" },
		{ "LB", 2, "r3", "10.0.0.8", "mac=lb" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_true(links_by(t, "veto:ssh") >= 1);
	end(t);
}

static void
a_balancer_that_led_to_one_host_is_not_that_host(void **state)
{
	static const struct row rows[] = {
		{ "H", 0, "r1", "10.0.0.21", "mac=h ssh=h" },
		{ "H", 0, "r1", "10.0.0.10", "mac=lb ssh=h" },
		{ "LB", 0, "r1", "10.0.0.9", "mac=lb" },
		{ "LB", 5, "r2", "10.0.0.9", "mac=lb" },
		{ "LB", 5, "r2", "10.0.0.8", "mac=lb netbios=lb" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(1, links_by(t, "veto:front"));
	end(t);
}

static void
a_host_that_was_not_heard_at_one_of_its_addresses_is_one(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a1 ssh=a" },
		{ "A", 0, "r1", "10.0.0.2", "mac=a1" }, /* lost */
		{ "A", 0, "r1", "10.0.0.3", "mac=a2 ssh=a" },
		{ "A", 5, "r2", "10.0.0.2", "ssh=a" },
		/* with IPv6 a card has several addresses, and some for a day */
		{ "B", 0, "r1", "10.0.0.11", "mac=b1 ssh=b" },
		{ "B", 0, "r1", "fd00::b", "mac=b1" },
		{ "B", 0, "r1", "10.0.0.12", "mac=b2 ssh=b" },
		/* its only card */
		{ "C", 0, "r1", "10.0.0.21", "mac=c ssh=c" },
		{ "C", 0, "r1", "10.0.0.22", "mac=c" },
		{ "C", 5, "r2", "10.0.0.23", "mac=c ssh=c" },
		/* its own by its own word */
		{ "D", 0, "r1", "10.0.0.31", "mac=d1 engine=d card=d1 card=d2" },
		{ "D", 0, "r1", "10.0.0.32", "mac=d1" },
		{ "D", 0, "r1", "10.0.0.33", "mac=d2 engine=d" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(0, links_by(t, "veto:front"));
	end(t);
}

static void
a_card_does_not_give_its_machine_the_name_of_another(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a smb=a netbios=a ntlm=a.x" },
		{ "B", 0, "r1", "10.0.0.2", "mac=b smb=b netbios=b ntlm=b.x" },
		{ "A", 10, "r2", "10.0.0.1", "mac=dock smb=a ntlm=a.x" },
		{ "B", 20, "r3", "10.0.0.3", "mac=dock netbios=b ntlm=b.x" },
		{ "B", 30, "r4", "10.0.0.2", "mac=b smb=b netbios=b ntlm=b.x" },
		/* who has one card has not lent it, but got the name */
		{ "C", 0, "r1", "10.0.0.5", "mac=c smb=c netbios=c ntlm=c.x" },
		{ "D", 0, "r1", "10.0.0.6", "mac=d smb=d netbios=d ntlm=d.x" },
		{ "C", 20, "r3", "10.0.0.5", "mac=c netbios=d ntlm=d.x" },
		/* a name that nobody has is its new one */
		{ "E", 0, "r1", "10.0.0.7", "mac=e smb=e netbios=e ntlm=e.x" },
		{ "E", 10, "r2", "10.0.0.7", "mac=e2 smb=e ntlm=e.x" },
		{ "E", 20, "r3", "10.0.0.7", "mac=e2 netbios=new ntlm=new.x" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(1, links_by(t, "veto:passed-on"));
	end(t);
}

static void
one_who_may_have_used_a_card_is_nobody_until_it_comes_back(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a smb=a netbios=a ntlm=a.x" },
		{ "B", 0, "r1", "10.0.0.2", "mac=b smb=b netbios=b ntlm=b.x" },
		{ "A", 10, "r2", "10.0.0.1", "mac=dock smb=a ntlm=a.x" },
		{ "?", 20, "r3", "10.0.0.3", "mac=dock netbios=b ntlm=b.x" },
		{ "?", 30, "r4", "10.0.0.4", "mac=dock netbios=b" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_new_system_on_the_same_card_is_the_same_device(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.2", "mac=a ssh=1" },
		{ "A", 5, "r2", "10.0.0.3", "mac=a ssh=2" },
		{ "B", 5, "r2", "10.0.0.4", "mac=b ssh=3" },
	};

	(void)state;
	end(TELL(rows));
}

static void
names_do_not_join_what_differs_in_a_key(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.2", "engine=a sysname=p mdns=p" },
		{ "B", 5, "r2", "10.0.0.2", "engine=b sysname=p mdns=p" },
		{ "C", 0, "r1", "10.0.0.5", "netbios=c ntlm=c.x" },
		{ "C", 5, "r2", "10.0.0.6", "netbios=c ntlm=c.x" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_true(links_by(t, "veto:engine") >= 1);
	end(t);
}

static void
names_that_were_exchanged_join_nobody(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.2", "mac=a netbios=p ntlm=p.x" },
		{ "B", 0, "r1", "10.0.0.3", "mac=b netbios=q ntlm=q.x" },
		{ "A", 5, "r2", "10.0.0.2", "mac=a netbios=q ntlm=q.x" },
		{ "B", 5, "r2", "10.0.0.3", "mac=b netbios=p ntlm=p.x" },
	};

	(void)state;
	end(TELL(rows));
}

/* --- cards that a machine lists ----------------------------------------------------------------------- */

static void
a_listed_card_and_a_seen_one_are_one(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "engine=e card=a card=b" },
		{ "A", 0, "r2", "10.0.1.1", "mac=b" },
		{ "A", 9, "r3", "10.0.7.7", "mac=a" },
		{ "B", 9, "r3", "10.0.7.8", "mac=c" },
	};

	(void)state;
	end(TELL(rows));
}

static void
of_an_address_with_two_cards_nothing_identifies(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a ssh=a" },
		{ "B", 0, "r1", "10.0.0.2", "mac=b tls=b" },
		{ "A", 5, "r2", "10.0.0.1", "mac=a mac=b ssh=a tls=b" },
		{ "B", 9, "r3", "10.0.0.3", "mac=b tls=b" },
		{ "A", 9, "r3", "10.0.0.4", "mac=a ssh=a" },
	};

	(void)state;
	end(TELL(rows));
}

/* --- by address --------------------------------------------------------------------------------------- */

static void
silence_at_an_address_is_its_tenant(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a" },
		{ "A", 20, "r2", "10.0.0.1", "" },
		{ "A", 40, "r3", "10.0.0.1", "" }, /* 40 h after its identifier */
		{ "B", 41, "r4", "10.0.0.2", "" },
		{ "C", 41, "r4", "10.0.0.1", "", .site = "bonn" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(2, links_by(t, "address"));
	end(t);
}

static void
an_address_only_device_is_adopted_by_the_next_identifier(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "" },
		{ "A", 1, "r2", "10.0.0.1", "" },
		{ "A", 2, "r3", "10.0.0.1", "ssh=k" },
		{ "B", 3, "r4", "10.0.0.1", "ssh=other" },
		{ "B", 4, "r5", "10.0.0.1", "" },
	};

	(void)state;
	end(TELL(rows));
}

static void
after_its_lifetime_an_address_is_someone_new(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "" },
		{ "A", 24, "r2", "10.0.0.1", "" },
		{ "B", 49, "r3", "10.0.0.1", "" },
		{ "C", 100, "r4", "10.0.0.1", "mac=c" },
		{ "D", 125, "r5", "10.0.0.1", "" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_true(t->result.clusters[0].address_only);
	assert_false(t->result.clusters[2].address_only);
	end(t);
}

/* Whoever believes it longest: a shorter lifetime of another run takes nothing back. */
static void
each_run_says_how_long_an_address_lives(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "", .lives = 2 },
		{ "A", 2, "r2", "10.0.0.1", "", .lives = 2 },
		{ "B", 5, "r3", "10.0.0.1", "", .lives = 2 },
		{ "C", 0, "r1", "10.0.0.2", "", .lives = 72 },
		{ "C", 1, "r2", "10.0.0.2", "", .lives = 2 },
		{ "C", 72, "r4", "10.0.0.2", "", .lives = 2 },
		{ "D", 75, "r5", "10.0.0.2", "", .lives = 2 },
		{ "E", 0, "r1", "10.0.0.3", "mac=e", .lives = 2 },
		{ "E", 3, "r3", "10.0.0.3", "mac=e", .lives = 2 },
		{ "F", 6, "r4", "10.0.0.3", "", .lives = 2 },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_name_or_link_address_at_its_address_outlives_the_lifetime(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "sysname=printer-7" },
		{ "A", 168, "r2", "10.0.0.1", "sysname=printer-7" },
		{ "A", 336, "r3", "10.0.0.1", "sysname=printer-7 mac=p" },
		{ "B", 0, "r1", "10.0.0.2", "link=02:00:00:00:00:01" },
		{ "B", 168, "r2", "10.0.0.2", "link=02:00:00:00:00:01" },
		{ "C", 168, "r2", "10.0.0.3", "sysname=printer-7" },
	};

	(void)state;
	end(TELL(rows));
}

static void
the_name_of_an_address_does_not_bring_its_last_user_back(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "ssh=a fqdn=dhcp-1.x" },
		{ "B", 10, "r2", "10.0.0.1", "ssh=b" },
		{ "?", 20, "r3", "10.0.0.1", "fqdn=dhcp-1.x" },
		/* until the other is seen under it */
		{ "H", 0, "r1", "10.0.0.5", "ssh=h fqdn=dhcp-5.x" },
		{ "I", 10, "r2", "10.0.0.5", "ssh=i" },
		{ "I", 20, "r3", "10.0.0.5", "fqdn=dhcp-5.x" },
		{ "I", 30, "r4", "10.0.0.5", "ssh=i fqdn=dhcp-5.x" },
		/* with nobody in between, or one of another name */
		{ "C", 0, "r1", "10.0.0.2", "ssh=c fqdn=c.x" },
		{ "C", 168, "r4", "10.0.0.2", "fqdn=c.x" },
		{ "D", 0, "r1", "10.0.0.3", "ssh=d fqdn=d.x" },
		{ "E", 10, "r2", "10.0.0.3", "ssh=e fqdn=e.x" },
		{ "D", 20, "r3", "10.0.0.3", "fqdn=d.x" },
		/* who had it when nothing else was seen is not who had it with a key */
		{ "M", 0, "r1", "10.0.0.6", "ssh=m" },
		{ "M", 10, "r2", "10.0.0.6", "fqdn=n.x" },
		{ "N", 20, "r3", "10.0.0.6", "ssh=n fqdn=n.x" },
		{ "M", 30, "r4", "10.0.0.6", "ssh=m" },
		{ "O", 60, "r5", "10.0.0.6", "fqdn=n.x" },
		/* after the lifetime it says no more than the address that it spells */
		{ "J", 0, "r1", "10.0.0.51", "ssh=j fqdn=dhcp-051-a.x" },
		{ "J", 20, "r2", "10.0.0.51", "fqdn=dhcp-051-a.x" },
		{ "L", 48, "r5", "10.0.0.51", "fqdn=dhcp-051-a.x" },
		{ "K", 0, "r1", "10.0.0.52", "ssh=k fqdn=web2-51.x" },
		{ "K", 48, "r5", "10.0.0.52", "fqdn=web2-51.x" },
		/* what a machine says itself says more */
		{ "F", 0, "r1", "10.0.0.4", "link=02:00:00:00:00:01 fqdn=dhcp-4.x" },
		{ "G", 10, "r2", "10.0.0.4", "link=02:00:00:00:00:02 fqdn=dhcp-4.x" },
	};
	struct story *t = TELL(rows);

	(void)state;
	assert_int_equal(2, links_by(t, "veto:doubt"));
	end(t);
}

static void
another_name_at_the_address_is_another_device(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a netbios=corp\\a" },
		{ "B", 1, "r2", "10.0.0.1", "netbios=corp\\b" },
		{ "B", 2, "r3", "10.0.0.1", "" },
		{ "A", 3, "r4", "10.0.0.1", "netbios=corp\\a" },
		{ "A", 4, "r5", "10.0.0.1", "" },
		{ "C", 5, "r6", "10.0.0.1", "link=02:00:00:00:00:01" },
		{ "C", 6, "r7", "10.0.0.1", "" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_long_visit_counts_from_its_first_sighting(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a" }, { "A", 20, "r2", "10.0.0.1", "" },
		{ "A", 30, "r2", "10.0.0.1", "" }, /* the same run */
		{ "A", 50, "r3", "10.0.0.1", "" }, /* 20 h after its last */
	};

	(void)state;
	end(TELL(rows));
}

static void
hearsay_does_not_come_before_who_answers(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a netbios=corp\\a" },
		{ "B", 1, "r2", "10.0.0.1", "netbios=corp\\b", EVIDENCE_LISTED },
		{ "A", 2, "r3", "10.0.0.1", "" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_device_remembers_its_name_when_it_comes_back_without(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a netbios=corp\\a" },
		{ "B", 1, "r2", "10.0.0.1", "netbios=corp\\b", EVIDENCE_HEARD },
		{ "A", 2, "r3", "10.0.0.1", "mac=a" },
	};

	(void)state;
	end(TELL(rows));
}

static void
an_identifier_with_another_name_adopts_nobody(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "netbios=corp\\a" },
		{ "B", 1, "r2", "10.0.0.1", "netbios=corp\\b mac=b" },
		{ "A", 2, "r3", "10.0.0.1", "netbios=corp\\a mac=a" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_weak_answer_does_not_prolong_a_tenancy(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a" },
		{ "A", 20, "r2", "10.0.0.1", "", EVIDENCE_WEAK },
		{ "B", 30, "r3", "10.0.0.1", "", EVIDENCE_WEAK },
		{ "B", 50, "r4", "10.0.0.1", "", EVIDENCE_WEAK },
		{ "B", 70, "r5", "10.0.0.1", "" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_listed_device_does_not_take_the_address_that_its_entry_names(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "ad=ga ntlm=a.corp", EVIDENCE_LISTED },
		{ "B", 0, "r1", "10.0.0.1", "ad=gb ntlm=b.corp", EVIDENCE_LISTED },
		{ "C", 1, "r2", "10.0.0.1", "" },
		{ "A", 2, "r3", "10.0.0.1", "ad=ga ntlm=a.corp", EVIDENCE_LISTED },
		{ "C", 3, "r4", "10.0.0.1", "" },
	};

	(void)state;
	end(TELL(rows));
}

static void
stale_names_of_a_list_keep_apart(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "netbios=corp\\a", EVIDENCE_LISTED },
		{ "B", 0, "r1", "10.0.0.1", "netbios=corp\\b", EVIDENCE_LISTED },
		{ "A", 1, "r2", "10.0.0.1", "netbios=corp\\a", EVIDENCE_LISTED },
		{ "B", 1, "r2", "10.0.0.1", "netbios=corp\\b", EVIDENCE_LISTED },
		{ "B", 2, "r3", "10.0.0.1", "netbios=corp\\b mac=b" },
	};

	(void)state;
	end(TELL(rows));
}

static void
a_directory_and_a_sweep_meet_by_two_names(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "ad", "10.0.0.99", "ad=g netbios=corp\\a ntlm=a.corp",
			EVIDENCE_LISTED },
		{ "A", 1, "sweep", "10.0.0.1", "smb=x netbios=corp\\a ntlm=a.corp" },
	};

	(void)state;
	end(TELL(rows));
}

static void
without_a_run_nothing_happens_at_once(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "", "10.0.0.1", "ssh=k uuid=u1" },
		{ "A", 1, "", "10.0.0.1", "ssh=k" },
		{ "B", 2, "", "10.0.0.1", "ssh=other" },
	};

	(void)state;
	end(TELL(rows));
}

/* --- what people ruled ---------------------------------------------------------------------------- */

#define KEY(k, v) \
	{ \
		ID_##k, v \
	}

static void
what_someone_pinned_is_one_device_against_a_veto(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a serial=dell/1" },
		{ "A", 1, "r2", "10.0.0.2", "mac=b serial=dell/2" },
		{ "A", 2, "r3", "10.0.0.3", "serial=dell/1 agent=1" },
		{ "A", 3, "r4", "10.0.0.4", "serial=dell/2" },
		{ "B", 4, "r5", "10.0.0.5", "serial=dell/3 agent=1" },
	};
	static const struct ruling pinned[] = {
		{ RULING_SAME, KEY(MAC, "a"), KEY(MAC, "b") },
	};
	struct story *t = TELL_RULED(rows, pinned);

	(void)state;
	assert_int_equal(1, links_by(t, "same"));
	end(t);
}

static void
a_pin_may_name_what_would_not_identify(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "link=02:00:00:00:00:01" },
		{ "A", 99, "r2", "10.0.0.2", "link=02:00:00:00:00:01" },
		{ "A", 199, "r3", "10.0.0.3", "sysname=core" },
		{ "B", 299, "r4", "10.0.0.4", "sysname=edge" },
	};
	static const struct ruling pinned[] = {
		{ RULING_SAME, KEY(LINK, "02:00:00:00:00:01"), KEY(SYSNAME, "core") },
	};

	(void)state;
	end(TELL_RULED(rows, pinned));
}

static void
what_someone_forbade_stays_apart(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a ssh=k" },
		{ "B", 1, "r2", "10.0.0.2", "mac=b ssh=k" },
		{ "A", 2, "r3", "10.0.0.3", "mac=a" },
		{ "B", 3, "r4", "10.0.0.4", "ssh=k" }, /* the latest that bore it */
		{ "C", 4, "r5", "10.0.0.1", "mdns=c.local" },
	};
	static const struct ruling forbidden[] = {
		{ RULING_NEVER, KEY(MAC, "a"), KEY(MAC, "b") },
		{ RULING_NEVER, KEY(MDNS, "c.local"), KEY(SSH_KEY, "k") },
	};
	struct story *t = TELL_RULED(rows, forbidden);

	(void)state;
	assert_int_equal(1, links_by(t, "veto:never"));
	end(t);
}

static void
what_someone_demoted_joins_nothing(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a" },
		{ "B", 1, "r2", "10.0.0.2", "mac=a" },
		{ "A", 2, "r3", "10.0.0.1", "mac=a" },
	};
	static const struct ruling demoted[] = {
		{ .kind = RULING_DEMOTED, .a = KEY(MAC, "a") },
	};
	struct story *t = TELL_RULED(rows, demoted);

	(void)state;
	assert_int_equal(0, t->result.n_demoted); /* not newly */
	assert_true(t->result.clusters[0].address_only);
	end(t);
}

/* --- devices over several batches -------------------------------------------------------------------- */

/* Rows from..to as one batch. */
static void
ingest(struct memory *m, uint32_t from, uint32_t to)
{
	uint32_t which[ROWS_MAX];

	for (uint32_t i = from; i < to; i++)
		which[i - from] = i;
	memory_ingest(m, which, to - from);
}

static void
the_oldest_id_survives_a_merge(void **state)
{
	static const struct row rows[] = {
		{ "A", 5, "r1", "10.0.0.1", "mac=a" },       /* device 1 */
		{ "A", 3, "r2", "10.0.0.2", "ssh=k" },       /* device 2, older */
		{ "A", 9, "r3", "10.0.0.3", "mac=a ssh=k" }, /* is both */
	};
	struct story *t = new_story(rows, N(rows));
	struct memory m;

	(void)state;
	memory_init(&m, t->sightings, t->n, NULL, 0);
	ingest(&m, 0, 1);
	ingest(&m, 1, 2);
	assert_int_equal(1, m.device[0]);
	assert_int_equal(2, m.device[1]);
	ingest(&m, 2, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(2, m.device[i]);
	memory_done(&m);
	end(t);
}

static void
when_a_device_splits_its_oldest_sighting_keeps_the_id(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "ssh=k netbios=corp\\a ntlm=a.corp" },
		{ "B", 1, "r2", "10.0.0.2", "ssh=k netbios=corp\\b ntlm=b.corp" },
		{ "A", 5, "r3", "10.0.0.1", "ssh=k netbios=corp\\a ntlm=a.corp" },
		{ "B", 5, "r3", "10.0.0.2", "ssh=k netbios=corp\\b ntlm=b.corp" },
	};
	struct story *t = new_story(rows, N(rows));
	struct memory m;
	uint32_t of[ROWS_MAX];

	(void)state;
	memory_init(&m, t->sightings, t->n, NULL, 0);
	ingest(&m, 0, 2);
	assert_int_equal(m.device[0], m.device[1]);
	ingest(&m, 2, 4);
	assert_int_equal(1, m.device[0]);
	partition_of_memory(&m, of);
	check_devices(t, "after the split", of);
	memory_done(&m);
	end(t);
}

static void
a_late_observation_moves_what_rested_on_the_gap(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a" },
		{ "B", 10, "r3", "10.0.0.1", "" }, /* A's, until B is known */
		{ "A", 20, "r4", "10.0.0.9", "mac=a" },
		{ "B", 5, "r2", "10.0.0.1", "mac=b" }, /* comes last */
	};
	struct story *t = new_story(rows, N(rows));
	struct memory m;
	uint32_t of[ROWS_MAX];

	(void)state;
	memory_init(&m, t->sightings, t->n, NULL, 0);
	ingest(&m, 0, 3);
	assert_int_equal(m.device[0], m.device[1]);
	ingest(&m, 3, 4);
	partition_of_memory(&m, of);
	check_devices(t, "after the late one", of);
	assert_int_equal(1, m.device[0]);
	memory_done(&m);
	end(t);
}

static void
the_same_sightings_again_change_nothing(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a ssh=k" },
		{ "A", 1, "r2", "10.0.0.2", "ssh=k" },
		{ "B", 2, "r3", "10.0.0.3", "" },
		{ "C", 3, "r4", "10.0.0.3", "mac=c" },
	};
	struct story *t = new_story(rows, N(rows));
	struct memory m;
	int64_t before[N(rows)];

	(void)state;
	memory_init(&m, t->sightings, t->n, NULL, 0);
	ingest(&m, 0, N(rows));
	memcpy(before, m.device, sizeof(before));
	ingest(&m, 0, N(rows));
	assert_memory_equal(before, m.device, sizeof(before));
	memory_done(&m);
	end(t);
}

/* Adds the story's sightings with these devices and resolves. */
static void
resolve_with_devices(struct story *t, const int64_t *devices, struct identity_recall *r)
{
	struct identity_batch *b;
	struct err e = { 0 };

	assert_int_equal(0, identity_batch_new(t->mem, &b, &e));
	for (size_t i = 0; i < t->n; i++) {
		t->sightings[i].device = devices[i];
		assert_int_equal(0, identity_add(b, &t->sightings[i], &e));
	}
	assert_int_equal(0, identity_resolve(b, r, LIFETIME, &t->result, &e));
	check_result(&t->result);
}

static void
links_that_the_devices_tell_already_are_not_news(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a agent=1" },
		{ "A", 1, "r2", "10.0.0.2", "mac=a" },
		{ "A", 2, "r3", "10.0.0.2", "" },
		{ "B", 3, "r4", "10.0.0.3", "mac=a agent=2" },
	};
	static const int64_t none[N(rows)] = { 0 }, right[] = { 7, 7, 7, 8 },
			     wrong[] = { 7, 8, 9, 8 };
	struct story *t = new_story(rows, N(rows));

	(void)state;
	resolve_with_devices(t, none, NULL);
	assert_int_equal(3, t->result.n_links);
	resolve_with_devices(t, right, NULL);
	assert_int_equal(0, t->result.n_links);
	resolve_with_devices(t, wrong, NULL);
	assert_int_equal(3, t->result.n_links);
	end(t);
}

static void
each_old_id_lives_on_or_is_merged(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a" },
		{ "A", 1, "r2", "10.0.0.2", "mac=a" },
		{ "A", 2, "r3", "10.0.0.3", "mac=a" },
		{ "B", 3, "r4", "10.0.0.4", "mac=b" },
		{ "C", 4, "r5", "10.0.0.5", "mac=c" },
	};
	/* 6 is split between A, which lives on as 5, and B; 7 goes to A wholly. */
	static const int64_t devices[] = { 5, 6, 7, 6, 0 };
	struct story *t = new_story(rows, N(rows));

	(void)state;
	resolve_with_devices(t, devices, NULL);
	assert_int_equal(3, t->result.n_clusters);
	assert_int_equal(5, t->result.clusters[0].device);
	assert_int_equal(1, t->result.clusters[0].n_merged);
	assert_int_equal(7, t->result.clusters[0].merged[0]);
	assert_int_equal(6, t->result.clusters[1].device);
	assert_int_equal(0, t->result.clusters[2].device);
	end(t);
}

static void
a_device_known_by_its_address_alone_is_boundary_and_keeps_its_id(void **state)
{
	static const struct row rows[] = {
		{ "A", 5, "r2", "10.0.0.9", "mac=a" },
		{ "A", 9, "r3", "10.0.0.1", "mac=a" }, /* boundary: its place is asked */
		{ "A", 10, "r4", "10.0.0.1", "" },     /* new */
	};
	struct story *t = new_story(rows, N(rows));
	struct memory m;
	struct identity_batch *b;
	struct identity_result r;
	struct err e = { 0 };

	(void)state;
	memory_init(&m, t->sightings, t->n, NULL, 0);
	ingest(&m, 0, 2);
	assert_int_equal(0, identity_batch_new(t->mem, &b, &e));
	assert_int_equal(0, give(&m, 2, b, &e));
	assert_int_equal(0, identity_resolve(b, &m.recall, LIFETIME, &r, &e));
	assert_int_equal(2, r.n);
	assert_true(r.sightings[0].boundary);
	assert_false(r.sightings[1].boundary);
	assert_int_equal(1, r.n_clusters);
	assert_true(r.clusters[0].boundary);
	assert_int_equal(1, r.clusters[0].device);
	memory_done(&m);
	end(t);
}

/* --- floods: quadratic work would not end ----------------------------------------------------------- */

enum { FLOOD = SANITIZED ? 6000 : 30000 };

static const struct id_key *
numbered_key(struct arena *mem, enum id_kind kind, size_t number)
{
	struct id_key *k = arena_alloc(mem, sizeof(*k));

	assert_non_null(k);
	k->kind = kind;
	k->value = arena_printf(mem, "%zu", number);
	assert_non_null(k->value);
	return k;
}

/* Sighting i of a flood. */
typedef void flood_fn(struct arena *, size_t i, struct sighting *);

static struct identity_result
resolve_flood(struct arena *mem, flood_fn *fill)
{
	static const struct ruling rulings[] = {
		{ RULING_NEVER, KEY(SSH_KEY, "1"), KEY(SSH_KEY, "2") },
	};
	struct sighting *all = arena_new_array(mem, struct sighting, FLOOD);
	struct identity_result r;

	assert_non_null(all);
	for (size_t i = 0; i < FLOOD; i++) {
		all[i] = (struct sighting){ .at = (int64_t)i * HOUR,
			.seq = (int64_t)i,
			.site = "s",
			.point = "p",
			.run = "r",
			.ip = addr_ip4(1),
			.ref = (int64_t)i + 1,
			.n_keys = 1 };
		fill(mem, i, &all[i]);
	}
	resolve_all(all, FLOOD, NULL, rulings, N(rulings), mem, &r);
	return r;
}

/* One visit after the other at one address, each with the key of a ruling. */
static void
fill_one_place(struct arena *mem, size_t i, struct sighting *s)
{
	s->run = arena_printf(mem, "run %zu", i);
	s->keys = numbered_key(mem, ID_SSH_KEY, 1 + i % 2);
}

/* Two addresses, each with thousands of host keys. */
static void
fill_host_keys(struct arena *mem, size_t i, struct sighting *s)
{
	s->ip = addr_ip4(1 + i % 2);
	s->keys = numbered_key(mem, ID_SSH_KEY, i / 2);
}

/* One MAC, and each time another agent. */
static void
fill_agents(struct arena *mem, size_t i, struct sighting *s)
{
	const struct id_key both[] = { *numbered_key(mem, ID_AGENT_KEY, i),
		*numbered_key(mem, ID_MAC, 0) };

	s->run = arena_printf(mem, "run %zu", i);
	s->keys = arena_dup(mem, both, sizeof(both));
	s->n_keys = 2;
}

/* One address, listed each time under another name. */
static void
fill_listed_names(struct arena *mem, size_t i, struct sighting *s)
{
	s->evidence = EVIDENCE_LISTED;
	s->keys = numbered_key(mem, ID_NETBIOS, i);
}

static void
floods_are_resolved_in_time(void **state)
{
	static const struct {
		const char *label;
		flood_fn *fill;
		size_t devices;
	} floods[] = {
		{ "one place", fill_one_place, 2 },
		{ "host keys", fill_host_keys, 2 },
		{ "agents", fill_agents, FLOOD },
		{ "listed names", fill_listed_names, FLOOD },
	};

	(void)state;
	for (size_t i = 0; i < N(floods); i++) {
		struct arena *mem = arena_new(1 << 28);
		print_message("  %s\n", floods[i].label);
		struct identity_result r = resolve_flood(mem, floods[i].fill);
		assert_int_equal(floods[i].devices, r.n_clusters);
		arena_free(mem);
	}
}

static void
more_keys_of_a_kind_than_a_host_shows_are_none(void **state)
{
	struct row rows[65 + 1];
	char keys[65][16];

	(void)state;
	for (size_t i = 0; i < 65; i++) {
		(void)snprintf(keys[i], sizeof(keys[i]), "ssh=%zu", i);
		rows[i] = (struct row){ "A", 0, "r1", "10.0.0.1", keys[i] };
	}
	rows[65] = (struct row){ "B", 1, "r2", "10.0.0.2", "ssh=0" };
	struct story *t = told(rows, 66, NULL, 0);
	assert_int_equal(65, t->result.n_demoted);
	end(t);
	rows[64] = rows[65];
	rows[64].who = "A";
	t = told(rows, 65, NULL, 0);
	assert_int_equal(0, t->result.n_demoted);
	end(t);
}

/* --- limits --------------------------------------------------------------------------------------------- */

static void
a_device_that_is_told_later_counts(void **state)
{
	static const struct row rows[] = { { "A", 0, "r1", "10.0.0.1", "mac=a" } };
	struct story *t = new_story(rows, N(rows));
	struct identity_batch *b;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(0, identity_batch_new(t->mem, &b, &e));
	assert_int_equal(0, identity_add(b, &t->sightings[0], &e));
	t->sightings[0].device = 7;
	assert_int_equal(0, identity_add(b, &t->sightings[0], &e));
	assert_int_equal(0, identity_resolve(b, NULL, LIFETIME, &t->result, &e));
	assert_int_equal(1, t->result.n);
	assert_int_equal(7, t->result.clusters[0].device);
	end(t);
}

static void
what_ties_in_order_is_ordered_by_what_it_says(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "", "agent=1 mac=a", EVIDENCE_LISTED },
		{ "B", 0, "r1", "", "agent=2 mac=a",
			EVIDENCE_LISTED }, /* the later one */
		{ "B", 5, "r2", "", "mac=a" },
		{ "C", 5, "r2", "", "" },
		{ "D", 5, "r2", "", "" },
	};
	struct story *t = new_story(rows, N(rows));

	(void)state;
	for (size_t i = 0; i < t->n; i++)
		t->sightings[i].seq = 0;
	tell(t);
	end(t);
}

static void
times_at_the_ends_of_their_range_are_far_apart(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "" },
		{ "B", 1, "r2", "10.0.0.1", "" },
	};
	struct story *t = new_story(rows, N(rows));

	(void)state;
	t->sightings[0].at = INT64_MIN;
	t->sightings[1].at = INT64_MAX;
	tell(t);
	end(t);
}

static void
nothing_resolves_to_nothing(void **state)
{
	struct arena *mem = arena_new(1 << 16);
	struct identity_result r;

	(void)state;
	resolve_all(NULL, 0, NULL, NULL, 0, mem, &r);
	assert_int_equal(0, r.n);
	assert_int_equal(0, r.n_clusters);
	assert_int_equal(0, r.n_links);
	arena_free(mem);
}

static int
try_in(size_t limit, const struct story *t, struct err *e)
{
	struct arena *mem = arena_new(limit);
	struct identity_batch *b;
	struct identity_result r;
	int rc = identity_batch_new(mem, &b, e);

	for (size_t i = 0; i < t->n && rc == 0; i++)
		rc = identity_add(b, &t->sightings[i], e);
	for (size_t i = 0; i < t->n_rulings && rc == 0; i++)
		rc = identity_rule(b, &t->rulings[i], e);
	if (rc == 0)
		rc = identity_resolve(b, NULL, LIFETIME, &r, e);
	arena_free(mem);
	return rc;
}

static void
an_arena_that_is_full_is_an_error_wherever_it_happens(void **state)
{
	static const struct row rows[] = {
		{ "A", 0, "r1", "10.0.0.1", "mac=a agent=1 ssh=k" },
		{ "A", 1, "r2", "10.0.0.2", "mac=a netbios=corp\\a ntlm=a.corp" },
		{ "A", 2, "r3", "10.0.0.9", "netbios=corp\\a ntlm=a.corp" },
		{ "A", 3, "r4", "10.0.0.9", "" },
		{ "B", 3, "r4", "10.0.0.3", "mac=a agent=2" },
		{ "C", 3, "r4", "10.0.0.4", "ssh=k uuid=1" },
		{ "D", 3, "r4", "10.0.0.5", "ssh=k uuid=2" },
	};
	static const struct ruling rulings[] = {
		{ RULING_NEVER, KEY(MAC, "a"), KEY(MAC, "b") },
		{ RULING_SAME, KEY(MAC, "a"), KEY(MAC, "a") },
	};
	struct story *t = new_story(rows, N(rows));
	size_t limit = 0, failed = 0;

	(void)state;
	t->rulings = rulings;
	t->n_rulings = N(rulings);
	for (;; limit += 16) {
		struct err e = { 0 };
		if (try_in(limit, t, &e) == 0)
			break;
		assert_int_equal(ERR_NOMEM, e.code);
		failed++;
	}
	assert_true(failed > 100);
	assert_true(limit < 1 << 20);
	end(t);
}

/* What the v-th visit of machine i tells: its card, and by turns names, a server or a key. */
static struct sighting
visit_of(uint32_t i, uint32_t v, struct id_key keys[static 3], struct arena *mem)
{
	static const enum id_kind second[] = { ID_NETBIOS, ID_SMB_GUID, ID_SSH_KEY };
	const char *run = arena_printf(mem, "run-%u", v);
	size_t n = 0;

	keys[n++] = (struct id_key){ ID_MAC, arena_printf(mem, "mac-%u", i) };
	keys[n++] = (struct id_key){ second[v % 3], arena_printf(mem, "second-%u", i) };
	if (v % 3 == 1)
		keys[n++] = (struct id_key){ ID_NTLM_DNS,
			arena_printf(mem, "ntlm-%u", i) };
	return (struct sighting){ .at = HOUR * v,
		.seq = i,
		.site = "main",
		.point = "p1",
		.run = run,
		.ip = addr_ip4(0x0a000000 + i),
		.evidence = EVIDENCE_REPLY,
		.keys = keys,
		.n_keys = n,
		.ref = (int64_t)v << 32 | i };
}

static size_t
size_of_facts(const struct sighting *s)
{
	size_t n = sizeof(*s) + s->n_keys * sizeof(s->keys[0]);

	for (size_t i = 0; i < s->n_keys; i++)
		n += strlen(s->keys[i].value) + 1;
	return n;
}

/* Beyond what the sightings take where they are told; at the end, what is handed out. */
static void
a_device_of_ten_visits_takes_less_than_a_kibibyte_beyond_its_facts(void **state)
{
	enum { DEVICES = 500, VISITS = 10 };
	struct arena *mem = arena_new((size_t)1 << 26), *told = arena_new(1 << 12);
	struct identity_batch *b;
	struct identity_result r;
	struct err e = { 0 };
	size_t facts = 0;

	(void)state;
	assert_int_equal(0, identity_batch_new(mem, &b, &e));
	for (uint32_t i = 0; i < DEVICES * VISITS; i++, arena_reset(told)) {
		struct id_key keys[3];
		struct sighting s = visit_of(i % DEVICES, i / DEVICES, keys, told);
		assert_int_equal(0, identity_add(b, &s, &e));
		facts += size_of_facts(&s);
	}
	assert_int_equal(0, identity_resolve(b, NULL, LIFETIME, &r, &e));
	assert_int_equal(DEVICES, r.n_clusters);
	print_message("  %zu bytes at the peak, %zu at the end, of which facts %zu\n",
		arena_peak(mem), arena_used(mem), facts);
	assert_in_range(arena_peak(mem), facts / 2, facts + DEVICES * 1024);
	assert_in_range(arena_used(mem), facts / 2, facts + DEVICES * 256);
	arena_free(told);
	arena_free(mem);
}

static int
fail_keys(struct identity_recall *r, const struct id_key *k, size_t n,
	struct identity_batch *b, struct err *e)
{
	(void)r;
	(void)k;
	(void)n;
	(void)b;
	return err_set(e, ERR_DB, "the disk is on fire");
}

static int
no_places(struct identity_recall *r, const struct sighting *const *s, size_t n,
	struct identity_batch *b, struct err *e)
{
	(void)r;
	(void)s;
	(void)n;
	(void)b;
	return err_set(e, ERR_DB, "no places");
}

static int
no_keys(struct identity_recall *r, const struct id_key *k, size_t n,
	struct identity_batch *b, struct err *e)
{
	(void)r;
	(void)k;
	(void)n;
	(void)b;
	(void)e;
	return 0;
}

static void
an_error_of_recall_is_passed_on(void **state)
{
	static const struct row rows[] = { { "A", 0, "r1", "10.0.0.1", "mac=a" } };
	struct identity_recall recalls[] = {
		{ fail_keys, no_places, no_keys },
		{ no_keys, no_places, no_keys },
		{ no_keys, no_places, fail_keys },
	};
	struct story *t = new_story(rows, N(rows));

	(void)state;
	for (size_t i = 0; i < N(recalls); i++) {
		struct identity_batch *b;
		struct err e = { 0 };
		assert_int_equal(0, identity_batch_new(t->mem, &b, &e));
		assert_int_equal(0, identity_add(b, &t->sightings[0], &e));
		assert_int_equal(
			-1, identity_resolve(b, &recalls[i], LIFETIME, &t->result, &e));
		assert_int_equal(ERR_DB, e.code);
	}
	end(t);
}

#define TEST(f) cmocka_unit_test(f)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_laptop_is_the_same_at_another_address),
		TEST(an_address_given_to_another_device_is_two_devices),
		TEST(two_cards_with_one_host_key_are_one_device),
		TEST(sightings_of_one_run_at_one_address_are_one_device),
		TEST(two_names_that_agree_are_one_device_at_any_address),
		TEST(one_name_is_not_enough),
		TEST(names_of_two_sites_are_two_devices),
		TEST(names_on_another_card_may_have_gone_over_to_another_machine),
		TEST(who_comes_back_with_its_first_card_was_not_replaced),
		TEST(a_card_that_several_had_keeps_no_names_apart),
		TEST(sightings_without_address_are_joined_by_identifiers_only),
		TEST(a_new_agent_key_on_the_same_hardware_is_refused),
		TEST(two_serials_are_two_devices),
		TEST(new_hardware_under_the_same_account_is_the_same_device),
		TEST(a_card_moved_between_two_boards_joins_nothing),
		TEST(a_dock_that_goes_back_and_forth_is_no_identifier),
		TEST(a_reinstalled_system_is_the_same_device),
		TEST(a_host_key_on_two_boards_at_once_is_demoted_everywhere),
		TEST(a_cloned_windows_image_is_told_apart_by_names),
		TEST(a_serial_on_two_boards_at_once_is_demoted),
		TEST(hearsay_and_other_runs_do_not_demote),
		TEST(a_host_with_two_addresses_keeps_its_identifiers),
		cmocka_unit_test(two_names_of_one_agent_do_not_demote_its_key),
		cmocka_unit_test(a_node_that_is_known_to_have_a_clusters_name_is_one),
		cmocka_unit_test(a_card_that_counts_no_more_is_still_another),
		cmocka_unit_test(one_private_mac_and_other_names_are_two_guests),
		cmocka_unit_test(two_names_at_once_behind_one_card_are_two_devices),
		TEST(a_name_that_comes_back_does_not_demote_hardware),
		TEST(a_list_that_contradicts_itself_demotes_nothing),
		TEST(three_cards_with_one_firmware_key_are_three_devices),
		TEST(a_router_that_answers_arp_for_300_addresses_identifies_nobody),
		TEST(places_max_is_the_last_number_that_identifies),
		TEST(two_machines_with_one_address_stay_two),
		TEST(a_virtual_address_is_an_object_of_its_own),
		TEST(hosts_behind_one_card_stay_apart),
		TEST(a_balancer_that_led_to_one_host_is_not_that_host),
		TEST(a_host_that_was_not_heard_at_one_of_its_addresses_is_one),
		TEST(a_card_does_not_give_its_machine_the_name_of_another),
		TEST(one_who_may_have_used_a_card_is_nobody_until_it_comes_back),
		TEST(a_new_system_on_the_same_card_is_the_same_device),
		TEST(names_do_not_join_what_differs_in_a_key),
		TEST(names_that_were_exchanged_join_nobody),
		TEST(a_listed_card_and_a_seen_one_are_one),
		TEST(of_an_address_with_two_cards_nothing_identifies),
		TEST(silence_at_an_address_is_its_tenant),
		TEST(an_address_only_device_is_adopted_by_the_next_identifier),
		TEST(after_its_lifetime_an_address_is_someone_new),
		TEST(each_run_says_how_long_an_address_lives),
		TEST(a_name_or_link_address_at_its_address_outlives_the_lifetime),
		TEST(the_name_of_an_address_does_not_bring_its_last_user_back),
		TEST(another_name_at_the_address_is_another_device),
		TEST(a_long_visit_counts_from_its_first_sighting),
		TEST(hearsay_does_not_come_before_who_answers),
		TEST(a_device_remembers_its_name_when_it_comes_back_without),
		TEST(an_identifier_with_another_name_adopts_nobody),
		TEST(a_weak_answer_does_not_prolong_a_tenancy),
		TEST(a_listed_device_does_not_take_the_address_that_its_entry_names),
		TEST(stale_names_of_a_list_keep_apart),
		TEST(a_directory_and_a_sweep_meet_by_two_names),
		TEST(without_a_run_nothing_happens_at_once),
		TEST(what_someone_pinned_is_one_device_against_a_veto),
		TEST(a_pin_may_name_what_would_not_identify),
		TEST(what_someone_forbade_stays_apart),
		TEST(what_someone_demoted_joins_nothing),
		TEST(the_oldest_id_survives_a_merge),
		TEST(when_a_device_splits_its_oldest_sighting_keeps_the_id),
		TEST(a_late_observation_moves_what_rested_on_the_gap),
		TEST(the_same_sightings_again_change_nothing),
		TEST(links_that_the_devices_tell_already_are_not_news),
		TEST(each_old_id_lives_on_or_is_merged),
		TEST(a_device_known_by_its_address_alone_is_boundary_and_keeps_its_id),
		TEST(floods_are_resolved_in_time),
		TEST(more_keys_of_a_kind_than_a_host_shows_are_none),
		TEST(a_device_that_is_told_later_counts),
		TEST(what_ties_in_order_is_ordered_by_what_it_says),
		TEST(times_at_the_ends_of_their_range_are_far_apart),
		TEST(nothing_resolves_to_nothing),
		TEST(an_arena_that_is_full_is_an_error_wherever_it_happens),
		TEST(a_device_of_ten_visits_takes_less_than_a_kibibyte_beyond_its_facts),
		TEST(an_error_of_recall_is_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
