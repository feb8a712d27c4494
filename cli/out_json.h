/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * out_json.h - members of a JSON object, written one after the other
 *
 * The caller writes the braces.  Each member gets its comma by itself; one whose text is
 * NULL or whose time is 0 is left out: no nulls in what we write.
 */
#ifndef CLI_OUT_JSON_H
#define CLI_OUT_JSON_H

#include "base/sb.h"
#include "inventory/device.h"

void out_json_key(struct sb *, const char *key); /* the value follows */
/* The next value of an array, or the brace that opens its next object. */
void out_json_item(struct sb *);
void out_json_text(struct sb *, const char *key, const char *text);
void out_json_time(struct sb *, const char *key, int64_t at);
void out_json_bool(struct sb *, const char *key, bool);
void out_json_int(struct sb *, const char *key, int64_t);

/* Every member of a device (docs/interfaces.md: devices NDJSON). */
int out_json_device(struct sb *, const struct device *, struct err *);

#endif
