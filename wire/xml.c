/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One expat parser for one document, stopped at the first thing that is too much. */
#include "wire/xml.h"

#include <expat.h>
#include <string.h>

struct reading {
	XML_Parser parser;
	xml_element *element;
	void *arg;
	struct xml_path path;
	char text[XML_TEXT_MAX];
	size_t n;
	const char *stopped; /* NULL, or why */
};

static void
stop(struct reading *x, const char *why)
{
	x->stopped = why;
	(void)XML_StopParser(x->parser, XML_FALSE); /* fails only when it has stopped */
}

static void
on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *x = arg;
	const char *colon = strchr(name, ':');

	(void)attributes;
	if (x->stopped)
		return;
	if (x->path.depth == XML_DEPTH_MAX) {
		stop(x, "more than 16 elements deep");
		return;
	}
	name = colon ? colon + 1 : name;
	size_t n = strlen(name);
	char *to = x->path.names[x->path.depth++];
	n = n < XML_NAME_SIZE ? n : 0; /* a name nobody looks for */
	memcpy(to, name, n);
	to[n] = '\0';
	x->n = 0;
}

static struct rd
trimmed(const char *text, size_t n)
{
	static const char blanks[] = " \t\r\n";
	size_t from = 0;

	while (n > 0 && strchr(blanks, text[n - 1]))
		n--;
	while (from < n && strchr(blanks, text[from]))
		from++;
	return rd_from(text + from, n - from);
}

static void
on_end(void *arg, const XML_Char *name)
{
	struct reading *x = arg;

	(void)name;
	if (x->stopped || x->path.depth == 0)
		return;
	x->element(x->arg, &x->path, trimmed(x->text, x->n));
	x->path.depth--;
	x->n = 0;
}

static void
on_text(void *arg, const XML_Char *text, int len)
{
	struct reading *x = arg;
	size_t n = (size_t)len, room = sizeof(x->text) - x->n;

	n = n < room ? n : room;
	memcpy(x->text + x->n, text, n);
	x->n += n;
}

static void
on_entity(void *arg, const XML_Char *name, int is_parameter, const XML_Char *value,
	int value_length, const XML_Char *base, const XML_Char *system,
	const XML_Char *public, const XML_Char *notation)
{
	(void)name, (void)is_parameter, (void)value, (void)value_length, (void)base;
	(void)system, (void)public, (void)notation;
	stop(arg, "declares entities");
}

static XML_Parser
make_parser(struct reading *x)
{
	XML_Parser p = XML_ParserCreate(NULL);

	if (!p)
		return NULL;
	XML_SetUserData(p, x);
	XML_SetElementHandler(p, on_start, on_end);
	XML_SetCharacterDataHandler(p, on_text);
	XML_SetEntityDeclHandler(p, on_entity);
	return p;
}

int
xml_read(struct rd document, xml_element *element, void *arg, struct err *e)
{
	struct reading x = { .element = element, .arg = arg };
	size_t n = rd_left(&document);
	const char *text = (const char *)rd_take(&document, n);

	if (n > XML_SIZE_MAX)
		return err_set(e, ERR_PROTO, "XML above 64 KiB");
	x.parser = make_parser(&x);
	if (!x.parser)
		return err_nomem(e);
	int rc = 0;
	if (XML_Parse(x.parser, text ? text : "", (int)n, XML_TRUE) != XML_STATUS_OK)
		rc = err_set(e, ERR_PROTO, "XML: %s",
			x.stopped ? x.stopped
				  : XML_ErrorString(XML_GetErrorCode(x.parser)));
	XML_ParserFree(x.parser);
	return rc;
}

const char *
xml_name(const struct xml_path *p)
{
	return p->depth > 0 ? p->names[p->depth - 1] : "";
}

const char *
xml_parent(const struct xml_path *p)
{
	return p->depth > 1 ? p->names[p->depth - 2] : "";
}

bool
xml_is_within(const struct xml_path *p, const char *name)
{
	for (size_t i = 0; i < p->depth; i++)
		if (strcmp(p->names[i], name) == 0)
			return true;
	return false;
}
