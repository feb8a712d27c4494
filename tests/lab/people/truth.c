/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is true of them, in three files:
 *
 *	facts.ndjson	a host a line: {"ip":…,"profile":…,"fault":…,"facts":{…}}, with the keys of
 *			muster's table of facts and the values that a reader should report; of
 *			who is faulty, no facts
 *	rows		the lines of tests/lab/truth.h, which nft's rules and nbns are made of
 *	names		records of a zone file (RFC 1035 §5)
 */
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "conn.h"

/* --- facts ------------------------------------------------------------------------ */

/* Only what is here: no character of the texts needs more than this. */
static void
print_text(FILE *f, const char *text)
{
	putc('"', f);
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			fprintf(f, "\\%c", *text);
		else
			putc(*text, f);
	putc('"', f);
}

static void
print_key(FILE *f, const char *key)
{
	fprintf(f, ",\"%s\":", key);
}

static void
text_fact(FILE *f, const char *key, const char *text)
{
	print_key(f, key);
	print_text(f, text);
}

__attribute__((format(printf, 3, 4))) static void
format_fact(FILE *f, const char *key, const char *format, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	text_fact(f, key, text);
}

/* The same on the two ports of the web: ["443 x","80 x"], sorted as text. */
static void
web_fact(FILE *f, const char *key, const struct person *p, const char *on_443,
	const char *on_80)
{
	bool both = p->profile->services & HTTPS && p->profile->services & HTTP;
	char text[256];

	print_key(f, key);
	putc('[', f);
	if (p->profile->services & HTTPS) {
		snprintf(text, sizeof(text), "443 %s", on_443);
		print_text(f, text);
	}
	fputs(both ? "," : "", f);
	if (p->profile->services & HTTP) {
		snprintf(text, sizeof(text), "80 %s", on_80);
		print_text(f, text);
	}
	putc(']', f);
}

static void
print_hex(char *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
}

static void
dns_facts(FILE *f, const struct person *p)
{
	print_key(f, "dns.fqdn");
	putc('[', f);
	if (!p->is_only_a_lie)
		print_text(f, p->dns);
	putc(']', f);
	print_key(f, "dns.ptr");
	putc('[', f);
	if (!p->is_only_a_lie)
		print_text(f, p->dns);
	fputs(!p->is_only_a_lie && p->lie[0] ? "," : "", f);
	if (p->lie[0])
		print_text(f, p->lie);
	putc(']', f);
}

static void
http_facts(FILE *f, const struct person *p)
{
	char status[8];

	if (!(p->profile->services & (HTTP | HTTPS)))
		return;
	snprintf(status, sizeof(status), "%u", p->profile->status);
	web_fact(f, "http.server", p, http_server(p), http_server(p));
	web_fact(f, "http.status", p, "200", status);
	web_fact(f, "http.title", p, p->title, p->title);
}

static void
ldap_facts(FILE *f, const struct person *p)
{
	if (!(p->profile->services & LDAP))
		return;
	print_key(f, "ldap.dc");
	fputs("true", f);
	text_fact(f, "ldap.dns_name", p->dns);
	text_fact(f, "ldap.domain", p->domain->dns);
	text_fact(f, "ldap.forest", p->domain->forest);
	print_key(f, "ldap.gc");
	fputs("true", f);
	text_fact(f, "ldap.site", "Berlin");
}

/* What NTLM tells, under two names.  A machine of its own says its own name where its domain
 * would be. */
static void
ntlm_facts(FILE *f, const struct person *p, const char *prefix)
{
	const struct windows *w = p->windows;
	const struct domain *d = p->domain;
	char key[32];
	const struct {
		const char *key, *text;
	} facts[] = {
		{ "computer", p->name },
		{ "dns_domain", d ? d->dns : p->name },
		{ "dns_name", d ? p->dns : p->name },
		{ "domain", d ? d->netbios : p->name },
		{ "forest", d ? d->forest : NULL },
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		snprintf(key, sizeof(key), "%s.%s", prefix, facts[i].key);
		if (facts[i].text)
			text_fact(f, key, facts[i].text);
	}
	snprintf(key, sizeof(key), "%s.os_build", prefix);
	if (w->build) /* Samba's is none */
		format_fact(f, key, "%u.%u.%u", w->major, w->minor, w->build);
}

/* Its node status: named are all Windows (tests/lab/nbns.c answers for them). */
static bool
has_netbios(const struct person *p)
{
	return p->windows && p->windows->build && !p->fault;
}

static const char *
workgroup(const struct person *p)
{
	return p->domain ? p->domain->netbios : "WORKGROUP";
}

static void
netbios_facts(FILE *f, const struct person *p)
{
	if (!has_netbios(p))
		return;
	text_fact(f, "netbios.domain", workgroup(p));
	text_fact(f, "netbios.name", p->name);
}

static void
rdp_facts(FILE *f, const struct person *p)
{
	if (!(p->profile->services & RDP))
		return;
	ntlm_facts(f, p, "rdp");
	text_fact(f, "rdp.security", "nla");
}

/* [MS-DTYP] 2.3.4.1: the first three parts are little endian */
static void
guid_fact(FILE *f, const struct person *p)
{
	const uint8_t *g = p->guid;
	char rest[17];

	print_hex(rest, g + 8, 8);
	format_fact(f, "smb.guid", "%02x%02x%02x%02x-%02x%02x-%02x%02x-%.4s-%s", g[3],
		g[2], g[1], g[0], g[5], g[4], g[7], g[6], rest, rest + 4);
}

static void
smb_facts(FILE *f, const struct person *p)
{
	if (!(p->profile->services & SMB))
		return;
	ntlm_facts(f, p, "smb");
	text_fact(f, "smb.dialect", smb_dialect_text(p->windows->dialect));
	guid_fact(f, p);
	text_fact(f, "smb.signing", smb_must_sign(p) ? "required" : "enabled");
	print_key(f, "smb.v1");
	fputs(p->windows->smb1 ? "true" : "false", f);
}

static void
snmp_facts(FILE *f, const struct person *p)
{
	char engine[23], descr[256];

	if (!(p->profile->services & SNMP))
		return;
	print_hex(engine, p->engine, sizeof(p->engine));
	snmp_descr(p, descr, sizeof(descr));
	text_fact(f, "snmp.contact", "lab@people.example");
	text_fact(f, "snmp.engine", engine);
	print_key(f, "snmp.forwarding");
	fputs(p->profile->forwards ? "true" : "false", f);
	text_fact(f, "snmp.location", p->location);
	print_key(f, "snmp.services");
	fprintf(f, "%u", p->profile->layers);
	text_fact(f, "snmp.sysdescr", descr);
	text_fact(f, "snmp.sysname", p->dns);
	text_fact(f, "snmp.sysobjectid", p->profile->object);
}

/* As ssh-keygen -l prints it: base64 without padding. */
static void
ssh_facts(FILE *f, const struct person *p)
{
	struct bytes key = { 0 };
	uint8_t hash[SHA256_DIGEST_LENGTH], text[64];

	if (!(p->profile->services & SSH))
		return;
	ssh_put_public_key(&key, p);
	SHA256(key.p, key.n, hash);
	EVP_EncodeBlock(text, hash, sizeof(hash));
	text_fact(f, "ssh.banner", p->profile->banner);
	print_key(f, "ssh.hostkey");
	fprintf(f, "[\"SHA256:%.43s\"]", (const char *)text);
	bytes_free(&key);
}

static void
tls_facts(FILE *f, const struct person *p)
{
	bool web = p->profile->services & HTTPS, rdp = p->profile->services & RDP;
	const char *both = web && rdp ? "," : "";
	uint8_t *der = NULL, hash[SHA256_DIGEST_LENGTH];
	char cert[65], key[65];

	if (!web && !rdp)
		return;
	int n = i2d_X509(p->cert, &der);
	SHA256(der, (size_t)n, hash);
	print_hex(cert, hash, sizeof(hash));
	OPENSSL_free(der);
	der = NULL;
	n = i2d_PUBKEY(p->tls, &der);
	SHA256(der, (size_t)n, hash);
	print_hex(key, hash, sizeof(hash));
	OPENSSL_free(der);
	print_key(f, "tls.certs");
	fprintf(f, "[%s%s%s%s", rdp ? "\"3389 " : "", rdp ? cert : "", rdp ? "\"" : "",
		both);
	fprintf(f, "%s%s%s]", web ? "\"443 " : "", web ? cert : "", web ? "\"" : "");
	print_key(f, "tls.issuers");
	fprintf(f, "[%s%s%s%s", rdp ? "\"3389 CN=" : "", rdp ? p->dns : "",
		rdp ? "\"" : "", both);
	fprintf(f, "%s%s%s]", web ? "\"443 CN=" : "", web ? p->dns : "",
		web ? "\"" : "");
	print_key(f, "tls.key");
	fprintf(f, "[\"%s\"]", key);
	print_key(f, "tls.names");
	fprintf(f, "[\"%.*s\",\"%s\"]", (int)strcspn(p->dns, "."), p->dns, p->dns);
}

static void
print_ports(FILE *f, const struct person *p)
{
	/* by number */
	static const uint16_t sorted[] = { 22, 80, 389, 443, 445, 3389 };
	const char *comma = "";

	for (size_t i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++)
		for (const struct service *s = services; s->name; s++)
			if (s->port == sorted[i] && p->profile->services & s->bit) {
				fprintf(f, "%s%u", comma, s->port);
				comma = ",";
			}
}

static const char *
print_address(uint32_t addr, char out[16])
{
	snprintf(out, 16, "%u.%u.%u.%u", addr >> 24, addr >> 16 & 255, addr >> 8 & 255,
		addr & 255);
	return out;
}

static const char *const fault_names[FAULTS] = { "", "silent", "drip", "endless",
	"lengths", "garbage", "reset", "closes", "flood", "half", "stalls", "names",
	"redirect" };

void
truth_print_facts(const struct people *all, FILE *f)
{
	char address[16];

	for (const struct person *p = all->all; p < all->all + all->n; p++) {
		fprintf(f,
			"{\"ip\":\"%s\",\"profile\":\"%s\",\"fault\":\"%s\",\"facts\":{",
			print_address(p->addr, address), p->profile->name,
			fault_names[p->fault]);
		fputs("\"icmp.echo\":true", f);
		if (!p->fault) {
			dns_facts(f, p);
			http_facts(f, p);
			ldap_facts(f, p);
			netbios_facts(f, p);
			rdp_facts(f, p);
			smb_facts(f, p);
			snmp_facts(f, p);
			ssh_facts(f, p);
		}
		print_key(f, "tcp.open");
		putc('[', f);
		print_ports(f, p);
		putc(']', f);
		if (!p->fault)
			tls_facts(f, p);
		fputs("}}\n", f);
	}
}

/* --- rows and names --------------------------------------------------------------- */

void
truth_print_rows(const struct people *all, FILE *f)
{
	char address[16];

	for (const struct person *p = all->all; p < all->all + all->n; p++) {
		bool named = has_netbios(p);

		fprintf(f, "%s %02x:%02x:%02x:%02x:%02x:%02x %s %s %s ",
			print_address(p->addr, address), p->mac[0], p->mac[1],
			p->mac[2], p->mac[3], p->mac[4], p->mac[5], p->dns,
			named ? p->name : "-", named ? workgroup(p) : "-");
		print_ports(f, p);
		fprintf(f, " routed icmp,rst\n");
	}
}

static void
print_pointer(FILE *f, uint32_t a, const char *name)
{
	fprintf(f, "%u.%u.%u.%u.in-addr.arpa. PTR %s.\n", a & 255, a >> 8 & 255,
		a >> 16 & 255, a >> 24, name);
}

/* Where a lie leads to: an address for documentation (RFC 5737). */
void
truth_print_names(const struct people *all, FILE *f)
{
	char address[16];

	for (const struct person *p = all->all; p < all->all + all->n; p++) {
		fprintf(f, "%s. A %s\n", p->dns, print_address(p->addr, address));
		if (!p->is_only_a_lie)
			print_pointer(f, p->addr, p->dns);
		if (p->lie[0])
			print_pointer(f, p->addr, p->lie);
	}
	for (unsigned i = 0; i < 10; i++)
		fprintf(f, "www%u.bank.example. A 192.0.2.%u\n", i, i + 1);
}
