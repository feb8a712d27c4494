/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All services over TCP.  SNMP, over UDP, is in main.c. */
#include "conn.h"

const struct service services[] = {
	{ "ssh", SSH, 22, false, ssh_begin, ssh_hear, ssh_finish, 0, 4 },
	{ "http", HTTP, 80, false, NULL, http_hear, NULL, 9, 3 },
	{ "https", HTTPS, 443, true, NULL, http_hear, NULL, 9, 3 },
	{ "smb", SMB, 445, false, NULL, smb_hear, NULL, 1, 3 },
	{ "rdp", RDP, 3389, false, NULL, rdp_hear, NULL, 2, 2 },
	{ "ldap", LDAP, 389, false, NULL, ldap_hear, NULL, 1, 1 },
	{ 0 },
};
