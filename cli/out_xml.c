/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `nmap -oX` writes (nmap.dtd, version 1.05), for the programs that read that: devices
 * as hosts.  Every attribute value goes through sb_add_xml.  A device without any address
 * has no place in it; a comment says how many there were.
 */
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cli/out_format.h"
#include "inventory/fact_print.h"

struct xml {
	uint64_t by_state[3]; /* enum device_state */
	uint64_t left_out;    /* without an address */
};

/* --- attributes ------------------------------------------------------------------------- */

static void
add_attr(struct sb *out, const char *name, const char *value)
{
	sb_printf(out, " %s=\"", name);
	sb_add_xml(out, value, strlen(value));
	sb_add(out, "\"");
}

static void
add_number(struct sb *out, const char *name, uint64_t value)
{
	sb_printf(out, " %s=\"%" PRIu64 "\"", name, value);
}

/* Seconds, and where str is given the same as nmap's text, in UTC. */
static void
add_moment(struct sb *out, const char *name, const char *str, int64_t at)
{
	time_t seconds = (time_t)(at / SECOND);
	char text[64];
	struct tm tm;

	sb_printf(out, " %s=\"%" PRId64 "\"", name, (int64_t)seconds);
	if (str && gmtime_r(&seconds, &tm) &&
		strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &tm))
		add_attr(out, str, text);
}

/* --- facts of a device ------------------------------------------------------------------ */

static const struct fact *
fact_of(const struct device *d, const char *key)
{
	const struct device_field *f = device_field(d, key);

	return f ? &f->fact : NULL;
}

static int64_t
number_of(const struct device *d, const char *key)
{
	const struct fact *f = fact_of(d, key);

	return f ? f->num : 0;
}

/* nmap's portreasons.cc; import reads "arp-response" as a MAC seen on-link. */
static const char *
reason_of(const struct device *d)
{
	static const struct {
		const char *key, *reason;
	} rows[] = {
		{ "mac.onlink", "arp-response" },
		{ "icmp.echo", "echo-reply" },
		{ "tcp.open", "syn-ack" },
		{ "tcp.closed", "reset" },
		{ "udp.open", "udp-response" },
	};

	if (d->state == DEVICE_DOWN)
		return "no-response";
	for (size_t i = 0; d->state == DEVICE_UP && i < sizeof(rows) / sizeof(rows[0]);
		i++) {
		const struct fact *f = fact_of(d, rows[i].key);
		if (f && (f->type == FACT_BOOL ? f->num != 0 : f->ports.n > 0))
			return rows[i].reason;
	}
	return "unknown-response";
}

/* --- parts of a host -------------------------------------------------------------------- */

static void
add_status(struct sb *out, const struct device *d)
{
	static const char *const states[] = { "up", "down", "unknown" };

	sb_add(out, "<status");
	add_attr(out, "state", states[d->state]);
	add_attr(out, "reason", reason_of(d));
	add_number(out, "reason_ttl", (uint64_t)number_of(d, "ip.ttl"));
	sb_add(out, "/>\n");
}

static void
add_address(struct sb *out, const struct addr *ip)
{
	char buf[ADDR_TEXT_MAX];

	sb_add(out, "<address");
	add_attr(out, "addr", addr_print(ip, buf));
	add_attr(out, "addrtype", ip->family == ADDR_IP4 ? "ipv4" : "ipv6");
	sb_add(out, "/>\n");
}

static void
add_mac(struct sb *out, const struct device *d)
{
	const struct fact *mac = fact_of(d, "mac"), *vendor = fact_of(d, "vendor");

	if (!mac)
		return;
	sb_add(out, "<address addr=\"");
	for (size_t i = 0; i < sizeof(mac->mac.bytes); i++) /* upper case, as nmap's */
		sb_printf(out, "%s%02X", i ? ":" : "", mac->mac.bytes[i]);
	sb_add(out, "\" addrtype=\"mac\"");
	if (vendor)
		add_attr(out, "vendor", vendor->text);
	sb_add(out, "/>\n");
}

/* The addresses it holds now; when none, the one seen last: a host needs one. */
static void
add_addresses(struct sb *out, const struct device *d)
{
	const struct device_address *latest = NULL;

	for (size_t i = 0; i < d->n_addrs; i++) {
		if (d->addrs[i].current)
			add_address(out, &d->addrs[i].ip);
		if (!latest || d->addrs[i].last_seen > latest->last_seen)
			latest = &d->addrs[i];
	}
	if (latest && !d->addrs[0].current) /* current ones come first */
		add_address(out, &latest->ip);
	add_mac(out, d);
}

static void
add_hostname(struct sb *out, const char *name, const char *type)
{
	sb_add(out, "<hostname");
	add_attr(out, "name", name);
	if (type)
		add_attr(out, "type", type);
	sb_add(out, "/>\n");
}

static const struct {
	const char *key, *type; /* nmap.dtd knows "user" and "PTR" only */
} hostname_facts[] = {
	{ "dns.fqdn", "PTR" },
	{ "dns.ptr", "PTR" },
	{ "smb.dns_name", NULL },
	{ "mdns.name", NULL },
	{ "netbios.name", NULL },
	{ "snmp.sysname", NULL },
};

static bool
has_text(const struct fact *f, const char *text)
{
	if (!f || f->type == FACT_TEXT)
		return f && strcasecmp(f->text, text) == 0;
	for (size_t i = 0; i < f->texts.n; i++)
		if (strcasecmp(f->texts.items[i], text) == 0)
			return true;
	return false;
}

/* Of equal names the first counts. */
static bool
is_repeated(const struct device *d, size_t row, const char *text)
{
	for (size_t i = 0; i < row; i++)
		if (has_text(fact_of(d, hostname_facts[i].key), text))
			return true;
	return false;
}

static void
add_hostnames(struct sb *out, const struct device *d)
{
	sb_add(out, "<hostnames>\n");
	for (size_t i = 0; i < sizeof(hostname_facts) / sizeof(hostname_facts[0]); i++) {
		const struct fact *f = fact_of(d, hostname_facts[i].key);
		if (!f)
			continue;
		bool one = f->type == FACT_TEXT;
		for (size_t k = 0; k < (one ? 1 : f->texts.n); k++) {
			const char *name = one ? f->text : f->texts.items[k];
			if (!is_repeated(d, i, name))
				add_hostname(out, name, hostname_facts[i].type);
		}
	}
	sb_add(out, "</hostnames>\n");
}

/* The names that nmap-services gives them. */
static const char *
service_name(unsigned port)
{
	static const struct {
		uint16_t port;
		const char *name;
	} rows[] = {
		{ 21, "ftp" },
		{ 22, "ssh" },
		{ 23, "telnet" },
		{ 25, "smtp" },
		{ 53, "domain" },
		{ 80, "http" },
		{ 88, "kerberos-sec" },
		{ 110, "pop3" },
		{ 111, "rpcbind" },
		{ 135, "msrpc" },
		{ 137, "netbios-ns" },
		{ 139, "netbios-ssn" },
		{ 143, "imap" },
		{ 161, "snmp" },
		{ 389, "ldap" },
		{ 443, "https" },
		{ 445, "microsoft-ds" },
		{ 515, "printer" },
		{ 631, "ipp" },
		{ 636, "ldapssl" },
		{ 993, "imaps" },
		{ 995, "pop3s" },
		{ 1433, "ms-sql-s" },
		{ 3306, "mysql" },
		{ 3389, "ms-wbt-server" },
		{ 5353, "zeroconf" },
		{ 5432, "postgresql" },
		{ 5900, "vnc" },
		{ 8080, "http-proxy" },
		{ 9100, "jetdirect" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].port == port)
			return rows[i].name;
	return NULL;
}

static void
add_ports(struct sb *out, const struct device *d)
{
	static const struct {
		const char *key, *protocol, *state, *reason;
	} rows[] = {
		{ "tcp.open", "tcp", "open", "syn-ack" },
		{ "tcp.closed", "tcp", "closed", "reset" },
		{ "udp.open", "udp", "open", "udp-response" },
		{ "udp.closed", "udp", "closed", "port-unreach" },
	};

	sb_add(out, "<ports>\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fact *f = fact_of(d, rows[i].key);
		for (size_t k = 0; f && k < f->ports.n; k++) {
			const char *service = service_name(f->ports.items[k]);
			sb_printf(out,
				"<port protocol=\"%s\" portid=\"%u\"><state state=\"%s\" "
				"reason=\"%s\" reason_ttl=\"%" PRId64 "\"/>",
				rows[i].protocol, (unsigned)f->ports.items[k],
				rows[i].state, rows[i].reason, number_of(d, "ip.ttl"));
			if (service) /* 3 of 10: known by its number only */
				sb_printf(out,
					"<service name=\"%s\" method=\"table\" conf=\"3\"/>",
					service);
			sb_add(out, "</port>\n");
		}
	}
	sb_add(out, "</ports>\n");
}

static void
add_os(struct sb *out, const struct device *d)
{
	const struct fact *said = fact_of(d, "os.name"), *os = fact_of(d, "os"),
			  *sure = fact_of(d, "os.confidence");

	if (!said && !os)
		return;
	sb_add(out, "<os><osmatch");
	add_attr(out, "name", said ? said->text : os->text);
	/* What it says itself, or a person, is sure. */
	add_number(out, "accuracy", !said && sure ? (uint64_t)sure->num : 100);
	sb_add(out, " line=\"0\"/></os>\n");
}

/* --- the document ----------------------------------------------------------------------- */

static int
xml_open(struct out *o, struct err *e)
{
	if (!(o->state = arena_alloc(o->arena, sizeof(struct xml))))
		return err_nomem(e);
	sb_add(&o->text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>\n"
		"<nmaprun scanner=\"nmap\""); /* the only one that nmap.dtd allows */
	add_attr(&o->text, "args", o->info.command);
	add_moment(&o->text, "start", "startstr", o->info.started);
	sb_add(&o->text,
		" version=\"muster " MUSTER_VERSION "\" xmloutputversion=\"1.05\">\n"
		"<verbose level=\"0\"/>\n<debugging level=\"0\"/>\n");
	return out_put(o, e);
}

static int
xml_device(struct out *o, const struct device *d, struct err *e)
{
	struct xml *x = o->state;

	if (d->n_addrs == 0 && !fact_of(d, "mac")) {
		x->left_out++;
		return 0;
	}
	x->by_state[d->state]++;
	sb_add(&o->text, "<host");
	add_moment(&o->text, "starttime", NULL, d->last_seen);
	add_moment(&o->text, "endtime", NULL, d->last_seen);
	add_attr(&o->text, "comment", d->id);
	sb_add(&o->text, ">");
	add_status(&o->text, d);
	add_addresses(&o->text, d);
	add_hostnames(&o->text, d);
	add_ports(&o->text, d);
	add_os(&o->text, d);
	sb_add(&o->text, "</host>\n");
	return out_put(o, e);
}

static const char *
error_of(const struct run_end *end)
{
	if (end->error)
		return end->error;
	return end->interrupted ? "interrupted" : "not everything could be asked";
}

static void
add_finished(struct out *o, const struct run_end *end, uint64_t hosts)
{
	struct xml *x = o->state;
	int64_t elapsed = end ? end->duration_us : o->info.now - o->info.started;
	bool failed = end && (!end->ok || end->interrupted);

	sb_add(&o->text, "<runstats><finished");
	add_moment(&o->text, "time", "timestr", o->info.started + elapsed);
	sb_printf(&o->text, " elapsed=\"%" PRId64 ".%02d\"", elapsed / SECOND,
		(int)(elapsed % SECOND / 10000));
	sb_printf(&o->text, " summary=\"%" PRIu64 " devices, %" PRIu64 " up\"", hosts,
		x->by_state[DEVICE_UP]);
	add_attr(&o->text, "exit", failed ? "error" : "success");
	if (failed)
		add_attr(&o->text, "errormsg", error_of(end));
	sb_add(&o->text, "/>");
}

static int
xml_close(struct out *o, const struct run_end *end, struct err *e)
{
	struct xml *x = o->state;
	uint64_t up = x->by_state[DEVICE_UP], down = x->by_state[DEVICE_DOWN];
	uint64_t hosts = up + down + x->by_state[DEVICE_UNCONFIRMED], total = hosts;

	if (end && end->targets > hosts) { /* as nmap: what did not answer is down */
		total = end->targets;
		down += total - hosts;
	}
	if (x->left_out)
		sb_printf(&o->text, "<!-- %" PRIu64 " without an address left out -->\n",
			x->left_out);
	add_finished(o, end, hosts);
	sb_add(&o->text, "<hosts");
	add_number(&o->text, "up", up);
	add_number(&o->text, "down", down);
	add_number(&o->text, "total", total);
	sb_add(&o->text, "/></runstats>\n</nmaprun>\n");
	return out_put(o, e);
}

const struct out_format out_xml = {
	.open = xml_open,
	.device = xml_device,
	.close = xml_close,
};
