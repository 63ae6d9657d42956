#!/usr/bin/env python3
"""alloc.py [SHARE [COMMAND]]: each allocation of the command fails in turn.

For each command, the first allocation fails, then the second, until it needs no
more; and once more with all that come behind the first one failing too. Whatever
fails, the command must not be ended by a signal; if it says that all is well, then
what it wrote is what it writes without a fault, to the store as well; if not, it says
why, and the store is as it was before or as it is without a fault.

With a SHARE, only one fault in so many, at random, is tried.
"""
import random
import sys

from common import Count, workdir
from trial import CHANGES, Trial, prepare

# Commands that only read the store.
READS = [
    ["import", "{dir}/new.pins", "--replace", "--dry-run"],
    ["import", "{dir}/new.pins", "--replace", "--dry-run", "--json"],
    ["export"],
    ["export", "--format", "unbound"],
    ["export", "--json"],
    ["list"],
    ["list", "--json"],
    ["list", "*.example"],
    ["show", "a.example"],
    ["show", "a.example", "--json"],
    ["verify"],
    ["verify", "--json"],
    ["checkconf"],
    ["status"],
    ["status", "--json", "--verbose"],
    ["status", "example.com"],
    ["log"],
    ["log", "--json"],
    ["log", "--verbose"],
    ["suggest", "{cli}/logs/postfix.log"],
    ["suggest", "{cli}/logs/exim.log", "--json"],
    ["help", "add"],
    ["completion", "bash"],
    ["doctor", "--root", "{dir}", "--path", "bin", "--offline"],
]


# Whose code needs no more than to find no memory to end the process: ldns's parser of
# records aborts (1.8.3), and glibc's look-up of a user likewise (2.36).
FRAGILE = ("libldns.so", "libc.so.6(getpw")


def run(trial, share):
    """Each allocation fails in turn, or one in so many."""
    def is_excused(result, now):
        if b";; it does not decode (" in result.stdout:
            return True  # a message shown as it came
        with open(trial.hit, encoding="ascii") as file:
            places = file.read()
        excused = (result.returncode < 0 and now == trial.before and
                   any(library in places for library in FRAGILE))
        trial.count.excused += excused
        return excused

    for further in ({}, {"FAULT_ON": "yes"}):
        number = random.randint(1, share)
        while trial.fault({"FAULT_AT": str(number), **further}, is_excused):
            number += random.randint(1, 2 * share - 1)


def main():
    share = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    count = Count("failed allocations")
    count.excused = 0
    with workdir() as parent:
        stores = prepare(parent)
        stores.keep()
        for command in CHANGES + READS:
            if only in " ".join(command):
                trial = Trial(stores, count, command, "fault-alloc.so")
                run(trial, share)
                trial.end()
    return count.end(f", {count.excused} ended within ldns or getpwuid(), store as before")


if __name__ == "__main__":
    sys.exit(main())
