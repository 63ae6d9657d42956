#!/usr/bin/env python3
"""state.py [SHARE]: each write and each sync of the resolver's state store fails in turn.

Scenarios of tests/replay/ in which a domain is refused are run in Unbound's tester, with
a state store that no resolver has written yet, and with one that has been written. While
the resolver writes it, the disk is full, or broken, or takes half of what is written,
once or from then on: the scenario must pass as ever, its log must say of which file and
what, and the pins are not written. Or the process is killed there: then it must pass
when it is run again.

Each time, "pinbound status" and "pinbound log" must read the store afterwards; if it had
not been written before, they may also say what it lacks.

With a SHARE, only one fault in so many, at random, is tried.
"""
import os
import random
import sys

from common import BUILD, TESTS, Count, workdir
from disk import MEANINGS as MEANINGS_OF_PINS
from replay import Replay

MODULE = os.path.join(BUILD, "pinbound.so")
SHIM = os.path.join(TESTS, "fault-disk.so")
SCENARIOS = ["hijack-refused", "recheck-and-restored"]
# Of the write that makes a store, LMDB says that the disk is full if it is a short one.
MEANINGS = {**MEANINGS_OF_PINS, "short": b"the disk is full"}
NOT_WRITTEN = (b"state.mdb: ", b"no resolver has run yet")


class Resolver(Replay):
    """A scenario whose state store has been written, or not."""

    def __init__(self, parent, count, name):
        super().__init__(parent, name, MODULE, free=False)
        self.count = count
        self.fresh = True

    def write(self):
        """From now on, the state store is one that has been written."""
        result = self.test({})
        if result.returncode != 0:
            raise SystemExit(f"{self.name} without a fault: {result.stdout[-300:]}")
        self.stores.keep()
        self.fresh = False

    def reads(self, command):
        """What is wrong with reading the state store, None if nothing is."""
        result = self.stores.run(command)
        if result.returncode == 0 or (self.fresh and result.returncode == 1 and
                                      any(text in result.stderr for text in NOT_WRITTEN)):
            return None
        return f"{command}: ended with {result.returncode}, said {result.stderr}"

    def judge(self, how, result):
        """What is wrong with a run, None if nothing is."""
        if how.startswith("kill"):
            if result.returncode != -9:
                return f"ended with {result.returncode}"
            wrong = self.reads("status") or self.reads("log")
            if wrong is not None:
                return wrong
            result = self.test({})
        elif MEANINGS[how] not in result.stdout or b"state.mdb: " not in result.stdout:
            return f"not a word of it in the log: {result.stdout[-2000:]}"
        if result.returncode != 0:
            return f"ended with {result.returncode}: {result.stdout[-2000:]}"
        return self.reads("status") or self.reads("log")

    def fault(self, how, env):
        """Runs it with that fault, and judges. False if it did not come to it."""
        if os.path.exists(self.hit):
            os.unlink(self.hit)
        self.stores.put_back()
        with open(self.stores.pins, "rb") as file:
            before = file.read()
        result = self.test({"LD_PRELOAD": SHIM, "FAULT_HOW": how, "FAULT_HIT": self.hit,
                           **env})
        if not os.path.exists(self.hit):
            return False
        self.count.tried += 1
        wrong = self.judge(how, result)
        with open(self.stores.pins, "rb") as file:
            if wrong is None and file.read() != before:
                wrong = "the pins were written"
        if wrong is not None:
            self.count.fail(f"{self.name}: {how}: {env}: {wrong}")
        return True


def run(resolver, share):
    for how in ("ENOSPC", "EIO", "short", "kill", "killed-short"):
        for further in ({}, {"FAULT_ON": "yes"}):
            number = random.randint(1, share)
            while resolver.fault(how, {"FAULT_AT": str(number), **further}):
                number += random.randint(1, 2 * share - 1)


def main():
    share = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = Count("disk faults of the resolver")
    with workdir() as parent:
        for name in SCENARIOS:
            resolver = Resolver(parent, count, name)
            run(resolver, share)
            resolver.write()
            run(resolver, share)
    return count.end()


if __name__ == "__main__":
    sys.exit(main())
