/* SPDX-License-Identifier: GPL-3.0-or-later */
/* device_place.h - what the inventory knows of where a device is */
#ifndef CLI_DEVICE_PLACE_H
#define CLI_DEVICE_PLACE_H

#include "inventory/device.h"
#include "location/sites.h"

/* Its current addresses, its DNS domain and, by the directory's subnets, its site. */
int device_place(const struct device *, const struct site_map *, struct arena *,
	struct place_facts *out, struct err *);

#endif
