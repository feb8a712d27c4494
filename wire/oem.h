/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * oem.h - code pages in which NetBIOS names are sent, and nobody tells in which
 *
 * The code pages 850, 437, 852 and 866 of DOS, which Windows calls OEM, and 1252, which some
 * Samba servers are set to.
 */
#ifndef WIRE_OEM_H
#define WIRE_OEM_H

#include <stdint.h>

enum { OEM_PAGES = 5 };

/* A character of Unicode; 0: the page has none for this byte. */
uint16_t oem_char(unsigned page, uint8_t byte);

#endif
