/*
 * utf8.h - which octets are characters that may be shown to a person.
 */
#ifndef PINBOUND_UTF8_H
#define PINBOUND_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * The octets, 1 to 4, of the character at the beginning of octets[0..size). 0 if it
 * is not well-formed UTF-8 (RFC 3629), or is a control character, C1 included: those
 * steer a terminal.
 */
size_t pb_utf8_printable(const uint8_t *octets, size_t size);

/* The text for a terminal or a log: what is no such character becomes \DDD. Cut where
 * `room`, its NUL included, ends. */
void pb_utf8_escape(char *out, size_t room, const char *text);

#endif
