/* postfix.h - what the two files about Postfix share. */
#ifndef PINBOUND_DOCTOR_POSTFIX_H
#define PINBOUND_DOCTOR_POSTFIX_H

#include "doctor.h"

/* `where` is "main.cf" or "service/type". */
typedef void doctor_postfix_value(void *arg, const char *where, const char *value);

void doctor_each_value(const struct doctor_facts *facts, const char *name,
	doctor_postfix_value *each, void *arg);

#endif
