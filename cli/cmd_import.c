/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `muster import`: observations from a file, into the store.
 *
 *	bytes ─▶ NDJSON lines ────────────────┐
 *	      ├▶ nmap XML ─▶ written as lines ┼▶ read and checked ─▶ batch ─▶ store_ingest
 *	      └▶ leases ───▶ written as lines ┘
 *
 * All ways end in the same reader, so the same rules hold for all.  A record without
 * site, point or run gets them here; the run is made from the bytes themselves, so that
 * importing the same file twice changes nothing.
 *
 * Where an agent has the store, it gets the observations, and counts them.
 */
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/uuid.h"
#include "cli/beside.h"
#include "db/gather.h"
#include "inventory/leases.h"
#include "inventory/ndjson.h"
#include "inventory/nmap_xml.h"

LOG_TAG("import");

enum {
	CHUNK = 64 << 10,   /* what is read at once; the first one makes the run's id */
	REFUSALS_TOLD = 20, /* one by one; the rest are counted */
	RUN_ID_BYTES = 16,
};

enum input_format { INPUT_AUTO, INPUT_NDJSON, INPUT_NMAP, INPUT_LEASES };

struct import_conf {
	struct store_conf store;
	const char *socket;
	struct place_conf place;
	int format;
	bool leases; /* --leases */
};

struct import {
	struct sink sink; /* first: what nmap_xml and leases see */
	const char *name; /* of the file, for messages */
	const struct call *call;
	struct run run; /* for observations that name none */
	char run_id[UUID_TEXT_MAX];
	bool run_begun;
	struct gather gather; /* batches on their way into the store */
	struct guest *guest;  /* an agent has that; NULL: there is none */
	struct sb line;       /* an observation of nmap as NDJSON */
	uint64_t line_no, refused;
	struct leases_report leases;
};

/* --- into the store --------------------------------------------------------------------- */

/* The run exists before the first observation that belongs to it. */
static int
use_run(struct import *im, struct err *e)
{
	if (im->run_begun || im->guest)
		return 0;
	if (store_begin_run(im->gather.store, &im->run, e) == -1)
		return -1;
	im->run_begun = true;
	return 0;
}

/* What o points to is in the arena of the batch. */
static int
add(struct import *im, struct observation *o, struct err *e)
{
	if (!o->run && use_run(im, e) == -1)
		return -1;
	if (!o->run)
		o->run = im->run.id;
	if (!o->site)
		o->site = im->run.site;
	if (!o->point)
		o->point = im->run.point;
	return gather_add(&im->gather, o, e);
}

static void
refuse(struct import *im, const char *where, const char *why)
{
	im->refused++;
	if (im->refused <= REFUSALS_TOLD)
		log_warn("%s:%s: %s", im->name, where, why);
	else if (im->refused == REFUSALS_TOLD + 1)
		log_warn("%s: what else is refused is only counted", im->name);
}

/* --- NDJSON ----------------------------------------------------------------------------- */

static void
refuse_line(struct import *im, const char *why)
{
	char where[32];

	(void)snprintf(where, sizeof(where), "%" PRIu64, im->line_no);
	refuse(im, where, why);
}

static void
too_long(void *arg)
{
	struct import *im = arg;

	im->line_no++;
	refuse_line(im, "longer than 64 KiB");
}

static bool
is_blank(const char *text, size_t n)
{
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	return n == 0;
}

static int
take_line(void *arg, const char *text, size_t n, struct err *e)
{
	struct import *im = arg;
	struct observation o;
	struct err why;

	im->line_no++;
	if (is_blank(text, n))
		return 0;
	if (ndjson_read(text, n, gather_arena(&im->gather), &o, &why) == 0)
		return add(im, &o, e);
	if (why.code == ERR_PROTO) {
		refuse_line(im, why.text);
		return gather_idle(&im->gather, e); /* it took memory */
	}
	*e = why;
	return -1;
}

/* --- nmap XML, leases -------------------------------------------------------------------- */

/* Written and read again: a copy of our own, checked by the rules of the record. */
static int
take_observation(struct sink *sink, const struct observation *seen, struct err *e)
{
	struct import *im = (struct import *)sink;
	struct observation o = *seen;
	struct err why;

	if (use_run(im, e) == -1)
		return -1;
	o.run = im->run.id;
	o.site = im->run.site;
	o.point = im->run.point;
	sb_clear(&im->line);
	if (ndjson_write(&o, &im->line, &why) == 0 &&
		ndjson_read(im->line.text, im->line.len - 1, gather_arena(&im->gather),
			&o, &why) == 0)
		return add(im, &o, e);
	if (why.code != ERR_PROTO && why.code != ERR_ARG) {
		*e = why;
		return -1;
	}
	char ip[ADDR_TEXT_MAX];
	refuse(im, addr_print(&seen->ip, ip), why.text);
	return gather_idle(&im->gather, e); /* it took memory */
}

/* --- the input -------------------------------------------------------------------------- */

struct input {
	int fd;
	char buf[CHUNK];
	size_t n; /* bytes in buf */
};

/* Fills the buffer as far as the input goes; n 0: its end. */
static int
fill(struct import *im, struct input *in, struct err *e)
{
	in->n = 0;
	while (in->n < sizeof(in->buf)) {
		ssize_t got = read(in->fd, in->buf + in->n, sizeof(in->buf) - in->n);
		if (got == -1)
			return err_sys(e, "read %s", im->name);
		if (got == 0)
			break;
		in->n += (size_t)got;
	}
	return 0;
}

static size_t
bom_length(const struct input *in)
{
	return in->n >= 3 && memcmp(in->buf, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

static int
detect(const struct import *im, const struct input *in, enum input_format *out,
	struct err *e)
{
	size_t i = bom_length(in);

	while (i < in->n && isspace((unsigned char)in->buf[i]))
		i++;
	char first = i < in->n ? in->buf[i] : '{'; /* an empty file has no lines */
	if (leases_begin_so(in->buf + i, in->n - i)) {
		*out = INPUT_LEASES;
		return 0;
	}
	if (first != '{' && first != '<')
		return err_set(e, ERR_PROTO,
			"%s is neither NDJSON nor nmap XML nor a lease file: it begins with byte "
			"0x%02x",
			im->name, (unsigned)(unsigned char)first);
	*out = first == '<' ? INPUT_NMAP : INPUT_NDJSON;
	return 0;
}

/* RFC 9562 §5.8 (UUIDv8): from where it is said to come, and how the document begins. */
static int
make_run_id(struct import *im, const struct input *in, struct err *e)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char id[RUN_ID_BYTES];
	crypto_generichash_state hash;
	char *p = im->run_id;

	if (sodium_init() == -1)
		return err_set(e, ERR_SYS, "start the hash library");
	(void)crypto_generichash_init(&hash, NULL, 0, sizeof(id)); /* cannot fail so */
	(void)crypto_generichash_update(
		&hash, (const unsigned char *)im->run.site, strlen(im->run.site) + 1);
	(void)crypto_generichash_update(
		&hash, (const unsigned char *)im->run.point, strlen(im->run.point) + 1);
	(void)crypto_generichash_update(&hash, (const unsigned char *)in->buf, in->n);
	(void)crypto_generichash_final(&hash, id, sizeof(id));
	id[6] = (unsigned char)((id[6] & 0x0f) | 0x80); /* version 8 */
	id[8] = (unsigned char)((id[8] & 0x3f) | 0x80); /* variant 10 */
	for (size_t i = 0; i < sizeof(id); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[id[i] >> 4];
		*p++ = hex[id[i] & 0x0f];
	}
	*p = '\0';
	im->run.id = im->run_id;
	return 0;
}

static int
read_ndjson(struct import *im, struct input *in, struct err *e)
{
	size_t skip = bom_length(in);
	struct ndjson_lines lines;
	int rc = 0;

	if (ndjson_lines_init(&lines, e) == -1)
		return -1;
	while (rc == 0 && in->n) {
		rc = ndjson_lines_feed(&lines, in->buf + skip, in->n - skip, take_line,
			too_long, im, e);
		skip = 0;
		if (rc == 0)
			rc = fill(im, in, e);
	}
	if (rc == 0)
		rc = ndjson_lines_end(&lines, take_line, im, e);
	ndjson_lines_done(&lines);
	return rc;
}

/* What stood before the place where a document breaks is kept. */
static int
read_nmap(struct import *im, struct input *in, struct err *e)
{
	struct nmap_xml *xml;
	int rc = 0;

	if (nmap_xml_new(&xml, &im->sink, e) == -1)
		return -1;
	while (rc == 0 && in->n) {
		rc = nmap_xml_feed(xml, in->buf, in->n, e);
		if (rc == 0)
			rc = fill(im, in, e);
	}
	if (rc == 0)
		rc = nmap_xml_end(xml, e);
	nmap_xml_free(xml);
	if (rc == -1 && e->code == ERR_PROTO) {
		im->refused++;
		log_warn("%s: %s", im->name, e->text);
		rc = 0;
	}
	return rc;
}

/* When the file was written; of a pipe, now. */
static int64_t
time_written(const struct input *in)
{
	struct stat st;

	return fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode)
		? (int64_t)st.st_mtim.tv_sec * SECOND
		: clock_wall(&clock_system);
}

static void
tell_broken(struct import *im)
{
	const struct leases_report *r = &im->leases;
	char where[32];

	if (r->broken == 0)
		return;
	(void)snprintf(where, sizeof(where), "%" PRIu64, r->first_broken_line);
	refuse(im, where, "the first lease, or line, that is not understood");
	im->refused += r->broken - 1;
}

static int
read_leases(struct import *im, struct input *in, struct err *e)
{
	size_t skip = bom_length(in);
	struct leases *leases;
	int rc = 0;

	if (leases_new(&leases, &im->sink, time_written(in), e) == -1)
		return -1;
	while (rc == 0 && in->n) {
		rc = leases_feed(leases, in->buf + skip, in->n - skip, e);
		skip = 0;
		if (rc == 0)
			rc = fill(im, in, e);
	}
	if (rc == 0)
		rc = leases_end(leases, &im->leases, e);
	leases_free(leases);
	if (rc == -1 && e->code == ERR_PROTO)
		return err_add(e, "%s", im->name);
	tell_broken(im);
	return rc;
}

/* The first bytes say what it is, and which run. */
static int
look_at_input(
	struct import *im, struct input *in, enum input_format *format, struct err *e)
{
	if (fill(im, in, e) == -1)
		return -1;
	if (*format == INPUT_AUTO && detect(im, in, format, e) == -1)
		return -1;
	return make_run_id(im, in, e);
}

static int
read_input(struct import *im, struct input *in, enum input_format format, struct err *e)
{
	static int (*const readers[])(struct import *, struct input *, struct err *) = {
		[INPUT_NDJSON] = read_ndjson,
		[INPUT_NMAP] = read_nmap,
		[INPUT_LEASES] = read_leases,
	};

	return readers[format](im, in, e) == -1 ? -1 : gather_flush(&im->gather, e);
}

/* --- an agent that has the store -------------------------------------------------------- */

static int
hand_over(void *arg, const struct observation *o, struct err *e)
{
	return guest_record(((struct import *)arg)->guest, o, e);
}

static int
open_guest(struct import *im, const struct import_conf *conf, struct err *e)
{
	struct control_request request = { .source = im->run.source,
		.targets = im->run.targets,
		.run = im->run.id,
		.site = im->run.site,
		.point = im->run.point };

	im->gather.seen = hand_over;
	im->gather.arg = im;
	return beside_guest(
		im->call, &conf->store, conf->socket, &request, &im->guest, e);
}

static int
end_guest(struct import *im, const struct run_end *end, struct err *e)
{
	char said[256];
	struct sb line;

	sb_init(&line, NDJSON_LINE_MAX);
	ndjson_write_end(end, &line);
	int rc = guest_control(im->guest, line.text, line.len, e);
	sb_done(&line);
	return rc == -1
		? -1
		: guest_end(im->guest, &im->gather.total, said, sizeof(said), e);
}

/* --- the command ------------------------------------------------------------------------ */

static int
end_run(struct import *im, struct err *e)
{
	int64_t now = clock_wall(&clock_system);
	struct run_end end = { .ok = im->refused == 0,
		.found = im->gather.total.observations,
		.duration_us = now - im->run.started };

	if (im->guest)
		return end_guest(im, &end, e);
	/* A second import of the same file leaves the first one's end as it is. */
	if (!im->run_begun || im->gather.total.observations == 0)
		return 0;
	return store_end_run(im->gather.store, im->run.id, now, &end, e);
}

static void
tell_result(const struct import *im)
{
	const struct ingest_result *r = &im->gather.total;

	(void)fprintf(stderr,
		"%" PRIu64 " new observations, %" PRIu64 " known already: %" PRIu64
		" devices new, %" PRIu64 " changed, %" PRIu64 " merged\n",
		r->observations, r->duplicates, r->devices_new, r->devices_changed,
		r->devices_merged);
	if (im->leases.expired + im->leases.unbound)
		(void)fprintf(stderr,
			"%" PRIu64 " leases of %s are over, %" PRIu64
			" addresses belong to nobody\n",
			im->leases.expired, im->leases.format, im->leases.unbound);
	if (im->refused)
		(void)fprintf(stderr, "%" PRIu64 " refused\n", im->refused);
}

static int
open_input(const char *name, int *fd, struct err *e)
{
	*fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	return *fd == -1 ? err_sys(e, "open %s", name) : 0;
}

static int
prepare(struct import *im, const struct import_conf *conf, struct err *e)
{
	im->sink.take = take_observation;
	im->run = (struct run){ .source = "import",
		.command = im->call->command_line,
		.site = conf->place.site,
		.point = conf->place.point,
		.targets = "",
		.started = clock_wall(&clock_system) };
	sb_init(&im->line, NDJSON_LINE_MAX);
	if (!im->run.point && common_point(im->call->mem, &im->run.point, e) == -1)
		return -1;
	im->gather.clock = &clock_system;
	return gather_init(&im->gather, e);
}

static enum input_format
format_of(const struct import_conf *conf)
{
	return conf->leases ? INPUT_LEASES : (enum input_format)conf->format;
}

static int
open_store(struct import *im, const struct import_conf *conf, struct err *e)
{
	if (common_open_store(
		    im->call, &conf->store, STORE_WRITE, &im->gather.store, e) == 0)
		return 0;
	return beside_taken(e) ? open_guest(im, conf, e) : -1;
}

static int
run_import(const struct call *c, struct err *e)
{
	const struct import_conf *conf = c->settings;
	bool from_stdin = strcmp(c->args[0], "-") == 0;
	struct import im = { .call = c,
		.name = from_stdin ? "standard input" : c->args[0] };
	struct input *in = calloc(1, sizeof(*in));
	enum input_format format = format_of(conf);
	int rc = -1;

	if (!in)
		return err_nomem(e);
	in->fd = -1;
	if (prepare(&im, conf, e) == -1 || open_input(c->args[0], &in->fd, e) == -1 ||
		look_at_input(&im, in, &format, e) == -1 ||
		open_store(&im, conf, e) == -1 ||
		read_input(&im, in, format, e) == -1 || end_run(&im, e) == -1)
		goto out;
	if (!c->common->quiet)
		tell_result(&im);
	rc = im.refused ? EXIT_FAILED : EXIT_DONE;
out:
	store_close(im.gather.store);
	guest_free(im.guest);
	gather_done(&im.gather);
	sb_done(&im.line);
	if (!from_stdin && in->fd != -1)
		close(in->fd);
	free(in);
	return rc;
}

static const char *const input_formats[] = { "auto", "ndjson", "nmap", "leases", NULL };

#define AT(member) offsetof(struct import_conf, member)
static const struct opt import_opts[] = {
	{ .name = "import.format_in",
		.type = OPT_ENUM,
		.at = AT(format),
		.choices = input_formats,
		.value = "auto",
		.flags = OPT_CLI_ONLY,
		.help = "What FILE is; auto looks at how it begins" },
	{ .name = "import.leases",
		.type = OPT_BOOL,
		.at = AT(leases),
		.flags = OPT_CLI_ONLY,
		.help = "Read FILE as the leases of a DHCP server: ISC dhcpd, Kea (CSV) or dnsmasq, "
			"found by looking" },
	{ .name = NULL },
};

static const struct opt_table import_tables[] = {
	{ "Input", import_opts, 0 },
	{ "What a record lacks", place_opts, AT(place) },
	{ "Store", store_opts, AT(store) },
	{ "Store", socket_opts, AT(socket) },
	{ NULL, NULL, 0 },
};

const struct command cmd_import = {
	.name = "import",
	.group = "Inventory",
	.args = "FILE|-",
	.help = "Take observations from a file into the inventory",
	.details = "Reads what 'muster export' or 'muster scan --format ndjson' printed, or what\n"
		   "'nmap -oX' wrote, or the lease file of a DHCP server.  A line that is malformed\n"
		   "is reported, and the rest goes on.\n"
		   "Importing the same file twice changes nothing.\n"
		   "\n"
		   "Examples:\n"
		   "  muster import scan.xml\n"
		   "  muster import --site berlin export.ndjson\n"
		   "  muster import --leases /var/lib/dhcp/dhcpd.leases\n"
		   "  zcat inventory.ndjson.gz | muster import -\n",
	.tables = import_tables,
	.settings_size = sizeof(struct import_conf),
	.args_min = 1,
	.args_max = 1,
	.run = run_import,
};
