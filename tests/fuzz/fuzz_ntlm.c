/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NTLM challenges, bare and in their envelopes of SPNEGO; what these are made of. */
#include "base/sb.h"
#include "frame.h"
#include "wire/credssp.h"
#include "wire/der.h"
#include "wire/ntlm.h"
#include "wire/spnego.h"
#include "wire/utf16.h"

static void
must_be_utf8(const char *text, size_t limit)
{
	size_t n = strnlen(text, limit), size;

	MUST(n < limit);
	for (size_t i = 0; i < n; i += size)
		MUST((size = utf8_char(text + i, n - i)) > 0);
}

static void
try_challenge(struct rd message)
{
	struct ntlm_challenge c;
	struct err e = { 0 };
	char build[NTLM_BUILD_TEXT];

	if (ntlm_read_challenge(message, &c, &e) == -1) {
		MUST(e.code == ERR_PROTO && e.text[0]);
		return;
	}
	MUST(ntlm_is_message(message));
	must_be_utf8(c.computer, sizeof(c.computer));
	must_be_utf8(c.domain, sizeof(c.domain));
	must_be_utf8(c.dns_name, sizeof(c.dns_name));
	must_be_utf8(c.dns_domain, sizeof(c.dns_domain));
	must_be_utf8(c.forest, sizeof(c.forest));
	MUST(strlen(ntlm_build(&c, build)) < sizeof(build));
	MUST((c.build != 0) == (build[0] != '\0'));
}

static void
try_envelopes(const uint8_t *data, size_t size)
{
	struct rd token, ntlm;
	struct err e = { 0 };

	if (spnego_find_ntlm(rd_from(data, size), &ntlm)) {
		must_be_within(&ntlm, data, size);
		try_challenge(ntlm);
	}
	if (credssp_read_reply(rd_from(data, size), &token, &e) == 0)
		must_be_within(&token, data, size);
	else
		MUST(e.code == ERR_PROTO && e.text[0]);
}

/* Elements follow each other and end: never more of them than bytes. */
static void
try_elements(const uint8_t *data, size_t size)
{
	struct rd r = rd_from(data, size), inside, message;
	size_t frame;

	for (size_t n = 0; rd_left(&r) > 0; n++) {
		MUST(n <= size);
		if (der_read(&r, &inside))
			must_be_within(&inside, data, size);
	}
	if (der_frame(rd_from(data, size), 1000, &message, &frame) == FRAME_WHOLE)
		MUST(frame <= 1000 && frame <= size && rd_left(&message) == frame);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[40];

	try_challenge(rd_from(data, size));
	try_envelopes(data, size);
	try_elements(data, size);
	MUST(utf16_text(rd_from(data, size), text, sizeof(text)) == strlen(text));
	must_be_utf8(text, sizeof(text));
	return 0;
}
