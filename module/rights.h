/*
 * rights.h - does Unbound's user have more rights than it needs?
 */
#ifndef PBM_RIGHTS_H
#define PBM_RIGHTS_H

/* Warns in the log if the pin store, at that path, is not safe from a resolver that
 * was broken into: if its user can write the file, or put another in its place. */
void pbm_warn_of_rights(const char *pins);

#endif
