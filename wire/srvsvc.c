/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/srvsvc.h"

#include "wire/ndr.h"

enum {
	SERVER_LEVEL = 101,
	WKSTA_LEVEL = 100,
	MAJOR_VERSION = 0x0f, /* [MS-SRVS] 2.2.4.41: the rest of the byte is the type */
};

/* ServerName (a pointer to nothing: whoever is asked), Level. */
static void
write_get_info(struct wr *w, uint32_t level)
{
	wr_le32(w, 0);
	wr_le32(w, level);
}

void
srvsvc_write_get_info(struct wr *w)
{
	write_get_info(w, SERVER_LEVEL);
}

void
wkssvc_write_get_info(struct wr *w)
{
	write_get_info(w, WKSTA_LEVEL);
}

/* The head of an answer: the level of the union, and a pointer; what it leads to is there.
 * Without it only the status follows. */
static bool
has_info(struct ndr *r, uint32_t level)
{
	uint32_t said = ndr_u32(r), pointer = ndr_u32(r);

	if (said != level && pointer)
		r->rd.bad = true;
	return pointer && !r->rd.bad;
}

static int
end(struct ndr *r, uint32_t *status, const char *call, struct err *e)
{
	*status = ndr_u32(r);
	return r->rd.bad ? err_set(e, ERR_PROTO, "the answer to %s is broken", call)
			 : 0;
}

int
srvsvc_read_info(const void *stub, size_t n, struct srvsvc_info *out, struct err *e)
{
	struct ndr r = ndr_from(stub, n);

	*out = (struct srvsvc_info){ 0 };
	if (has_info(&r, SERVER_LEVEL)) {
		(void)ndr_u32(&r); /* platform */
		uint32_t name = ndr_u32(&r);
		out->major = ndr_u32(&r) & MAJOR_VERSION;
		out->minor = ndr_u32(&r);
		out->types = ndr_u32(&r);
		uint32_t comment = ndr_u32(&r);
		ndr_text_of(&r, name, out->name, sizeof(out->name));
		ndr_text_of(&r, comment, out->comment, sizeof(out->comment));
	}
	return end(&r, &out->status, "NetrServerGetInfo", e);
}

int
wkssvc_read_info(const void *stub, size_t n, struct wkssvc_info *out, struct err *e)
{
	struct ndr r = ndr_from(stub, n);

	*out = (struct wkssvc_info){ 0 };
	if (has_info(&r, WKSTA_LEVEL)) {
		(void)ndr_u32(&r); /* platform */
		uint32_t computer = ndr_u32(&r), domain = ndr_u32(&r);
		out->major = ndr_u32(&r);
		out->minor = ndr_u32(&r);
		ndr_text_of(&r, computer, out->computer, sizeof(out->computer));
		ndr_text_of(&r, domain, out->domain, sizeof(out->domain));
	}
	return end(&r, &out->status, "NetrWkstaGetInfo", e);
}
