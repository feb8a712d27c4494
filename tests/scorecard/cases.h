/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cases.h - the behaviours: X(name, what happens); each is `case_NAME` in a cases_*.c */
#ifndef SCORECARD_CASES_H
#define SCORECARD_CASES_H

#include "tests/scorecard/world.h"

#define CASES(X) \
	/* cases_office.c: machines of an office, and their addresses */ \
	X(quiet_office, "nothing changes") \
	X(lossy_sweeps, "every fifth conversation fails") \
	X(dhcp_churn, "short leases, seen on-link") \
	X(dhcp_routed, "short leases, seen through a router") \
	X(dhcp_names, "names of DHCP and DNS that belong to the address") \
	X(renumbering, "a segment gets other addresses") \
	X(renames, "machines get other names") \
	X(name_swap, "two machines exchange their names and addresses") \
	X(workgroups, "the same names in several sites") \
	X(round_robin, "one DNS name for many hosts") \
	X(wired_and_radio, "laptops by cable and by radio") \
	X(docks, "docking stations that several use") \
	X(usb_cards, "USB network cards passed around") \
	X(phones, "randomised MACs, one for each network") \
	X(phones_daily, "randomised MACs, another every day") \
	X(sleepers, "machines that are off, some for months") \
	X(dual_boot, "Windows and Linux on one machine, by turns") \
	X(reinstalls, "new systems on the same hardware") \
	X(new_cards, "another network card, the system stays") \
	X(new_hardware, "other hardware under the same directory object") \
	X(moved_disks, "a disk goes to other hardware") \
	X(dual_stack, "IPv4 and IPv6 of one host") \
	X(privacy_addresses, "a new IPv6 address every day") \
	X(conflicts, "two machines at one address") \
	X(stale_directory, "a directory that names old addresses") \
	/* cases_copies.c: what is not unique */ \
	X(cloned_ssh, "one SSH key in every copy of a template") \
	X(cloned_ssh_routed, "the same, seen through a router") \
	X(cloned_windows, "one SMB GUID in every copy of an image") \
	X(cloned_rename, "copies that are renamed one after the other") \
	X(cloned_vms, "UUID, keys and GUID copied with the machine") \
	X(oem_serials, "serials and UUIDs that nobody filled in") \
	X(same_serials, "a maker that counts from one again") \
	X(appliance_tls, "one TLS key in every appliance") \
	X(camera_uuids, "one UPnP UUID in every camera") \
	X(default_engines, "one SNMP engine id in every switch") \
	X(hypervisor_macs, "locally administered MACs of virtual machines") \
	X(containers, "containers with MACs of their own on a host") \
	X(printers_swapped, "another printer under the same name") \
	/* cases_network.c: networks that hide or mix */ \
	X(multi_homed, "servers with several cards") \
	X(multi_homed_routed, "the same, seen through a router") \
	X(core_router, "a router with an address in each segment") \
	X(proxy_arp, "a router that answers ARP for others") \
	X(vrrp, "a virtual router, VRRP") \
	X(hsrp, "a virtual router, HSRP") \
	X(carp, "a virtual firewall, CARP") \
	X(glbp, "a virtual router with several forwarders, GLBP") \
	X(vip_seen_routed, "a virtual router that some points see routed") \
	X(keepalived, "an address that moves between cards") \
	X(failover_names, "a cluster whose name and address move") \
	X(load_balancer, "one address, several hosts behind it") \
	X(nat_site, "ports of one address forwarded to several hosts") \
	X(overlapping_sites, "the same addresses in several sites") \
	X(roaming, "laptops that change the site") \
	X(several_points, "points that see other things") \
	X(shifted_clocks, "points whose clocks differ") \
	X(firewall, "a firewall that answers for everybody") \
	X(everything, "a bit of all of it")

#define DECLARE_CASE(name, what) void case_##name(struct world *);
CASES(DECLARE_CASE)
#undef DECLARE_CASE

#endif
