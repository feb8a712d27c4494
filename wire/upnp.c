/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few elements that say what it is, as a table. */
#include "wire/upnp.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#define AT(field) offsetof(struct upnp_description, field)

/* Children of the root device alone: those of devices inside it are of others. */
static const struct {
	const char *name;
	size_t at;
} fields[] = {
	{ "friendlyName", AT(name) },
	{ "manufacturer", AT(maker) },
	{ "modelName", AT(model) },
	{ "serialNumber", AT(serial) },
	{ "UDN", AT(uuid) },
};

enum { ROOT_DEPTH = 3 }; /* root, device, the field */

/* The first counts; longer text is cut. */
static void
keep(char out[static UPNP_TEXT], struct rd text)
{
	size_t n = rd_left(&text) < UPNP_TEXT ? rd_left(&text) : UPNP_TEXT - 1;

	if (out[0])
		return;
	rd_copy(&text, out, n);
	out[n] = '\0';
}

static struct rd
without_scheme(struct rd udn)
{
	static const char scheme[] = "uuid:";
	const size_t n = sizeof(scheme) - 1;
	struct rd ahead = udn;
	const uint8_t *p = rd_take(&ahead, n);

	return p && strncasecmp((const char *)p, scheme, n) == 0 ? ahead : udn;
}

static void
on_element(void *arg, const struct xml_path *path, struct rd text)
{
	struct upnp_description *d = arg;
	const char *name = xml_name(path);

	if (rd_left(&text) == 0)
		return;
	if ((strcmp(name, "deviceType") == 0 || strcmp(name, "serviceType") == 0) &&
		d->n_types < UPNP_TYPES_MAX)
		keep(d->types[d->n_types++], text);
	if (path->depth != ROOT_DEPTH || strcmp(xml_parent(path), "device") != 0)
		return;
	if (strcmp(name, "UDN") == 0)
		text = without_scheme(text);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(name, fields[i].name) == 0)
			keep((char *)d + fields[i].at, text);
}

int
upnp_read(struct rd document, struct upnp_description *out, struct err *e)
{
	*out = (struct upnp_description){ .n_types = 0 };
	return xml_read(document, on_element, out, e);
}
