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
from fragile import fragile
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


def run(trial, share):
    """Each allocation fails in turn, or one in so many."""
    def is_excused(result, now):
        if result.returncode >= 0 and b";; it does not decode (" in result.stdout:
            trial.count.undecoded += 1
            return True  # a message shown as it came
        place = fragile(trial.hit) if result.returncode < 0 and now == trial.before else None
        if place is not None:
            trial.count.excused[place] = trial.count.excused.get(place, 0) + 1
        return place is not None

    for further in ({}, {"FAULT_ON": "yes"}):
        number = random.randint(1, share)
        while trial.fault({"FAULT_AT": str(number), **further}, is_excused):
            number += random.randint(1, 2 * share - 1)


def main():
    share = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    count = Count("failed allocations")
    count.excused = {}
    count.undecoded = 0
    with workdir() as parent:
        stores = prepare(parent)
        stores.keep()
        for command in CHANGES + READS:
            if only in " ".join(command):
                trial = Trial(stores, count, command, "fault-alloc.so")
                run(trial, share)
                trial.end()
    for place, times in sorted(count.excused.items()):
        print(f"     {times} ended within {place}()")
    return count.end(f", {sum(count.excused.values())} ended within ldns or getpwuid(), "
                     f"store as before; {count.undecoded} showed a message in hex")


if __name__ == "__main__":
    sys.exit(main())
