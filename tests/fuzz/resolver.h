/*
 * resolver.h - the resolver of fuzz_resolver.c, and the network that it lives in.
 *
 * resolver_world.c puts the resolver together, resolver_servers.c is its network.
 */
#ifndef FUZZ_RESOLVER_H
#define FUZZ_RESOLVER_H

#include "fuzz.h"
#include "state.h"
#include "util/alloc.h"

#define MESSAGE_MAX 65535
#define START 1795000000

enum { PINBOUND, VALIDATOR, ITERATOR, MODULES };

/* All there is, until the program ends. */
struct world {
	struct module_env env;
	struct dynlibmod_env host;
	struct module_stack mods;
	struct module_func_block *blocks[MODULES];
	struct alloc_cache super, alloc;
	time_t now;
	struct timeval now_tv;
	struct pbm pb;
	struct comm_point point;
	struct sldns_buffer *answer;
	struct pb_name pinned[2], test, alias;
	uint64_t random;
};

extern struct world world;

/* Makes it, at the first call. */
void world_make(void);

/* The name that is written so. */
struct pb_name name_of(const char *text);

/* The pinned zone that the name is in, NULL if none. */
const struct pb_name *zone_of(const struct pb_name *name);

/* What the servers say is in the data from now on. */
void servers_begin(const uint8_t *data, size_t size);

/* Queries are answered until there is none. */
void servers_answer(void);

/* The RDATA that an honest server of the zone has for a name and type, in memory that
 * lasts until the next call. Empty: none. */
struct pb_bytes honest_data(
	const struct pb_name *zone, const struct pb_name *name, uint16_t type);

#endif
