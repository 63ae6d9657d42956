/* unit.h - what the unit tests share: cmocka, and names from text. */
#ifndef PINBOUND_UNIT_H
#define PINBOUND_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pinbound/name.h"
#include "pinbound/set.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline struct pb_name unit_name(const char *text)
{
	struct pb_error why;
	struct pb_name name;

	if (!pb_name_from_text(&name, text, strlen(text), &why))
		fail_msg("%s: %s", text, why.text);
	return name;
}

/* A set of names from a NULL-terminated list, in memory that is never freed. */
static inline struct pb_set unit_names(const char *const *texts)
{
	static uint8_t pool[1 << 20];
	static size_t used;
	struct pb_setbuf buf;

	pb_setbuf_init(&buf, pool + used, sizeof(pool) - used, pb_order_names);
	for (; *texts != NULL; texts++) {
		struct pb_name name = unit_name(*texts);

		assert_true(pb_setbuf_add(&buf, name.wire, name.size));
	}
	used += buf.set.size;
	return buf.set;
}

#define NAMES(...) unit_names((const char *const[]){__VA_ARGS__, NULL})

#endif
