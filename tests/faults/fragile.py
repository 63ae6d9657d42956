#!/usr/bin/env python3
"""fragile.py HIT: which function of a library has ended the command by a signal.

Some need no more for that than to find no memory: ldns's parsers of records and messages
abort, or call a record good that has no owner, which its free() cannot take, and what
verifies a signature or makes a DS aborts, too (1.8.3); and glibc's look-up of a user
(2.36). That excuses the command. What it does itself with a
record that ldns could not make, does not.

HIT is what fault-alloc.so has written. Ends with 1 if it was none of these.
"""
import re
import sys

CALLED = re.compile(r"(?:libldns\.so|libc\.so)[.0-9]*\((\w+)\+")
FRAGILE = re.compile(r"ldns_rr_new_frm_\w+|ldns_wire2pkt|ldns_rr_free|ldns_verify_\w+|"
                     r"ldns_key_rr2ds|ldns_rdf_new_frm_str|getpw\w+")


def fragile(hit):
    """The function that the command has called, None if it is none of these."""
    with open(hit, encoding="ascii") as file:
        places = file.read().partition("signal\n")[2]
    called = ""
    for place in places.splitlines():
        if "/pinbound(" in place:
            break
        found = CALLED.search(place)
        called = found.group(1) if found else ""
    return called if FRAGILE.fullmatch(called) else None


def main():
    place = fragile(sys.argv[1])
    if place is None:
        return 1
    print(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
