/* SPDX-License-Identifier: GPL-3.0-or-later */
/* objectid.h - what Active Directory calls an object by: its GUID and its SID, as text */
#ifndef LDAP_OBJECTID_H
#define LDAP_OBJECTID_H

#include "base/buf.h"

enum {
	GUID_TEXT_MAX = 37,
	SID_TEXT_MAX = 192, /* 15 sub-authorities of ten digits */
};

/* [MS-DTYP] 2.3.4.2: 16 bytes, the first three fields little end first.  Lower case; false,
 * and out "", when it is of another length. */
bool guid_print(struct rd, char out[static GUID_TEXT_MAX]);

/* [MS-DTYP] 2.4.2.2 as 2.4.2.1 writes it: "S-1-5-21-…".  false, and out "": cut, too long,
 * or of another revision. */
bool sid_print(struct rd, char out[static SID_TEXT_MAX]);

#endif
