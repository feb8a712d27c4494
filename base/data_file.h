/* SPDX-License-Identifier: GPL-3.0-or-later */
/* data_file.h - where the program keeps what it has to remember */
#ifndef BASE_DATA_FILE_H
#define BASE_DATA_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* Of root, and of the user whose home it is: the agent's (muster-agent.service). */
#define DATA_FOLDER "/var/lib/muster"

/* /var/lib/muster/NAME for root and for the user whose home that folder is, NAME in the data folder of the user for others (XDG Base
 * Directory).  In arena.  ERR_ARG: a user without a home. */
int data_file_path(const char *name, struct arena *, const char **out, struct err *);

/* Root: a file below /var/lib/muster, just made and open, belongs to whom that folder belongs to,
 * so that the agent's user can use what `sudo muster` puts there.  Others: nothing happens. */
int data_file_give(int fd, const char *path, struct err *);

/* The folders that a file needs are made, for nobody but their owner. */
int data_file_folders(const char *path, struct err *);

#endif
