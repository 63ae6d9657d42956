/* json.h - writing JSON (RFC 8259), indented by two. */
#ifndef PINBOUND_JSON_H
#define PINBOUND_JSON_H

#include "pinbound/pin.h"
#include <stdio.h>

struct json {
	FILE *out;
	unsigned depth;
	bool first;   /* in the object or array that is open */
	bool compact; /* all in one line, for a reader of lines */
};

void json_begin(struct json *json, FILE *out);
void json_end(struct json *json);

/* In an object each value has a key; in an array the key is NULL. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
void json_text(struct json *json, const char *key, const char *text);
/* Octets that are not UTF-8 become U+FFFD, the replacement character. */
void json_octets(struct json *json, const char *key, struct pb_bytes octets);
void json_base64(struct json *json, const char *key, struct pb_bytes octets);
void json_number(struct json *json, const char *key, int64_t number);
void json_bool(struct json *json, const char *key, bool value);

/* A pin; what is not pinned has no key, and "none" is an empty array. */
void json_pin(struct json *json, const char *key, const struct pb_pin *pin);

#endif
