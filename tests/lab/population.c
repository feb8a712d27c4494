/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * population - who lives in a big network: writes its truth file
 *
 *	population NETWORK SEED	(big-routed, big-dense, big-onlink or ghosts-dense)
 *
 * Every choice is a keyed hash of the address, so the same seed gives the same
 * network, and another seed an unrelated one.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct network {
	const char *name;
	uint32_t base;         /* first address, host order */
	uint32_t size;         /* addresses; a power of two */
	unsigned alive;        /* percent */
	unsigned named;        /* percent of the alive with a NetBIOS name */
	unsigned open, closed; /* percent; the rest drop TCP */
	const char *prefix, *group;
} networks[] = {
	{ "big-routed", 0xc6130000, 65536, 5, 40, 40, 30, "HOST", "LABBIG" },
	{ "big-dense", 0xc6127000, 4096, 25, 100, 100, 0, "DENSE", "LABDENSE" },
	{ "big-onlink", 0xc6140000, 65536, 5, 0, 0, 0, "", "" },
	{ "ghosts-dense", 0xc6128600, 256, 60, 50, 50, 30, "BESIDE", "LABGHOST" },
};

static const unsigned ports[] = { 22, 80, 135, 443, 445, 3389, 8080 };

enum { ALIVE, NAMED, TCP, PORTS }; /* what a hash is for */

static uint64_t
keyed_hash(uint64_t seed, uint32_t addr, unsigned purpose)
{
	/* splitmix64's finalizer; a spread seed keeps networks unrelated */
	uint64_t x = seed * 0x9e3779b97f4a7c15 + ((uint64_t)purpose << 32) + addr;

	for (int i = 0; i < 2; i++) {
		x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
		x = (x ^ x >> 27) * 0x94d049bb133111eb;
		x ^= x >> 31;
	}
	return x;
}

static bool
chance(uint64_t hash, unsigned percent)
{
	return hash % 100 < percent;
}

/* At least one port, on average half of them. */
static void
print_ports(uint64_t hash)
{
	unsigned n = sizeof(ports) / sizeof(ports[0]);
	unsigned sure = (unsigned)(hash >> 32) % n;
	char sep = ' ';

	for (unsigned i = 0; i < n; i++)
		if (i == sure || hash >> i & 1) {
			printf("%c%u", sep, ports[i]);
			sep = ',';
		}
}

static void
print_tcp(const struct network *n, uint64_t seed, uint32_t addr)
{
	uint64_t share = keyed_hash(seed, addr, TCP) % 100;

	if (share < n->open)
		print_ports(keyed_hash(seed, addr, PORTS));
	else
		printf(" -");
	if (n->open == 0)
		printf(" onlink arp,icmp");
	else
		printf(" routed icmp%s", share < n->open + n->closed ? ",rst" : "");
}

/* The MAC is known from ARP, or from the node status of a named host. */
static void
print_host(const struct network *n, uint64_t seed, uint32_t addr)
{
	bool named = chance(keyed_hash(seed, addr, NAMED), n->named);
	unsigned a = addr >> 24, b = addr >> 16 & 255, c = addr >> 8 & 255,
		 d = addr & 255;

	printf("%u.%u.%u.%u ", a, b, c, d);
	/* Xensource's OUI and the low 24 bits: universal, and unique in the lab */
	if (named || n->open == 0)
		printf("00:16:3e:%02x:%02x:%02x", b, c, d);
	else
		putchar('-');
	printf(" %c-%u-%u-%u-%u", strchr(n->name, '-')[1], a, b, c, d);
	if (named)
		printf(" %s-%04X %s", n->prefix, addr & 0xffff, n->group);
	else
		printf(" - -");
	print_tcp(n, seed, addr);
	putchar('\n');
}

int
main(int argc, char **argv)
{
	const struct network *n = networks;
	const struct network *end = n + sizeof(networks) / sizeof(networks[0]);

	if (argc != 3)
		errx(2, "usage: population NETWORK SEED");
	while (n < end && strcmp(n->name, argv[1]) != 0)
		n++;
	if (n == end)
		errx(2, "no network %s", argv[1]);
	uint64_t seed = strtoull(argv[2], NULL, 10);

	/* Never the network's or broadcast address, nor .0.1: that is scan's. */
	for (uint32_t i = 2; i < n->size - 1; i++)
		if (chance(keyed_hash(seed, n->base + i, ALIVE), n->alive))
			print_host(n, seed, n->base + i);
	if (fflush(stdout) == EOF)
		err(1, "write");
	return 0;
}
