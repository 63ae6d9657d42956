#!/bin/sh
# probe.sh - what the Unbound tree at hand has, found by compiling against it.
#
# Usage: probe.sh "COMPILER AND FLAGS" > probe.h
set -eu
compile=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# probe NAME CODE...: defines NAME if the code compiles without a warning.
probe() {
	name=$1
	shift
	printf '%s\n' '#include "config.h"' "$@" > "$work/probe.c"
	if $compile -Werror -c -o "$work/probe.o" "$work/probe.c" 2> "$work/why"; then
		echo "#define $name 1"
	else
		echo "/* no $name */"
	fi
}

# Neither the one nor the other compiling means that the tree cannot be used.
printf '%s\n' '#include "config.h"' '#include "util/module.h"' 'int x;' > "$work/probe.c"
$compile -c -o "$work/probe.o" "$work/probe.c"

probe PBM_ATTACH_SUB_TAKES_CLIENT \
	'#include "util/module.h"' \
	'int try(struct module_qstate *q, struct query_info *i, struct module_qstate **n);' \
	'int try(struct module_qstate *q, struct query_info *i, struct module_qstate **n)' \
	'{ return (*q->env->attach_sub)(q, i, (struct respip_client_info *)0, 0, 0, 0, n); }'
probe PBM_CACHE_STORE_TAKES_VALREC \
	'#include "services/cache/dns.h"' \
	'int try(struct module_env *e, struct query_info *i, struct reply_info *r);' \
	'int try(struct module_env *e, struct query_info *i, struct reply_info *r)' \
	'{ return dns_cache_store(e, i, r, 0, 0, 0, (struct regional *)0, 0, 0, 0); }'
probe PBM_ZONE_TABLES_LOCK \
	'#include "iterator/iter_fwd.h"' \
	'#include "iterator/iter_hints.h"' \
	'#include "util/module.h"' \
	'void *try(struct module_env *e, uint8_t *n);' \
	'void *try(struct module_env *e, uint8_t *n)' \
	'{ return forwards_lookup(e->fwds, n, 1, 0) ? &e->fwds->lock : &e->hints->lock; }'
probe PBM_REPLY_HAS_PADDING \
	'#include "util/data/msgreply.h"' \
	'void try(struct reply_info *r, uint32_t x);' \
	'void try(struct reply_info *r, uint32_t x) { r->padding = x; }'
probe PBM_RESPONSE_TYPE_COUNTS_EMPTY \
	'#include "iterator/iter_resptype.h"' \
	'#include "iterator/iterator.h"' \
	'#include "util/data/msgreply.h"' \
	'int try(struct iter_qstate *q, struct dns_msg *m);' \
	'int try(struct iter_qstate *q, struct dns_msg *m)' \
	'{ int e = q->empty_nodata_found; return (int)response_type_from_server(0, m,' \
	'  &q->qinfo_out, q->dp, &e, q->msg_lame_empty, q->msg_lame_referral); }'
