/* SPDX-License-Identifier: GPL-3.0-or-later */
/* snmp_logins.h - credentials by name for SNMP, beside those that stand in the settings */
#ifndef CLI_SNMP_LOGINS_H
#define CLI_SNMP_LOGINS_H

#include "host/credential.h"

struct snmp_logins {
	struct opt_list names;
	struct credential_conf credentials;
};

extern const struct opt snmp_login_opts[];

/* Their secrets join the lists of communities and users.  ERR_ARG: there is none of that name,
 * or it is not for SNMP. */
int snmp_logins_add(const struct snmp_logins *, struct opt_list *communities,
	struct opt_list *users, struct arena *, struct err *);

#endif
