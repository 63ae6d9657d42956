#!/usr/bin/env python3
"""disk.py [SHARE]: each write and each sync of a store fails in turn.

For each command that changes the pins: the disk is full, or broken, or takes half of
what is written, once or from then on; or the process is killed there. The command must
fail, and say of which file and what; the store must be sound and as it was before, and
once nothing fails the change must get through. Killed, it may also be as after it.

Then: a store that cannot grow any more, a lock file without room, and readers: too many,
and ones that were killed.

With a SHARE, only one fault in so many, at random, is tried.
"""
import os
import random
import subprocess
import sys

from common import TESTS, Count, Stores, workdir
from trial import CHANGES, Trial, prepare

MEANINGS = {"ENOSPC": b"the disk is full", "EIO": b"the disk is full, or broken",
            "short": b"the disk is full, or broken"}
READERS_MAX = 512


def judge(trial, how, result, now):
    """What is wrong with it, None if nothing is."""
    if how.startswith("kill"):
        return (None if result.returncode == -9 and now in (trial.before, trial.after)
                else f"{result.returncode}, left {now}")
    if result.returncode != 1:
        return f"ended with {result.returncode}"
    if MEANINGS[how] not in result.stderr or b"pins.mdb" not in result.stderr:
        return f"said {result.stderr}"
    return None if now == trial.before else f"left {now}"


def run(trial, share):
    def again(how, result, now):
        wrong = judge(trial, how, result, now)
        if wrong is None and now == trial.before:
            result = trial.run()
            if result.returncode != 0 or trial.contents() != trial.after:
                wrong = f"and then: {result.stderr}"
        if wrong is not None:
            trial.count.fail(f"{' '.join(trial.command)}: {how}: {wrong}")
        return True

    for how in ("ENOSPC", "EIO", "short", "kill", "killed-short", "killed-after"):
        for further in ({}, {"FAULT_ON": "yes"}):
            number = random.randint(1, share)
            while trial.fault({"FAULT_AT": str(number), "FAULT_HOW": how, **further},
                              lambda result, now, how=how: again(how, result, now)):
                number += random.randint(1, 2 * share - 1)


def fails(count, what, result, says):
    count.tried += 1
    if result.returncode != 1 or says not in result.stderr:
        count.fail(f"{what}: ended with {result.returncode}, said {result.stderr}")


def works(count, what, result):
    count.tried += 1
    if result.returncode != 0:
        count.fail(f"{what}: ended with {result.returncode}, said {result.stderr}")


def full(count, stores):
    """It has reached its greatest size."""
    stores.put_back()
    before = stores.contents()
    many = os.path.join(stores.dir, "many")
    with open(many, "w", encoding="ascii") as out:
        for i in range(10000):
            out.write(f"pin:\n name: d{i}.example\n ns: ns1.dns-host.example\n")
    shim = {"LD_PRELOAD": os.path.join(TESTS, "fault-disk.so"),
            "FAULT_MAP": str(1 << 20)}
    fails(count, "map full", stores.run("import", many, env=shim),
          b"pins.mdb: it has reached its greatest size")
    if stores.contents() != before:
        count.fail("map full: the store is not as before")
    works(count, "a change that has room", stores.run("remove", "a.example", env=shim))
    works(count, "more room", stores.run("import", many))


def lock_file(count, stores):
    """It is new, and there is no room for it."""
    for command in (("list",), ("verify",), ("remove", "a.example")):
        stores.put_back()
        before = stores.contents()
        os.truncate(stores.pins + "-lock", 0)
        shim = {"LD_PRELOAD": os.path.join(TESTS, "fault-disk.so"),
                "FAULT_AT": "1", "FAULT_HOW": "ENOSPC"}
        fails(count, f"no room for the lock file, {command[0]}",
              stores.run(*command, env=shim), b"pins.mdb: the disk is full")
        if stores.contents() != before:
            count.fail("no room for the lock file: the store is not as before")
        works(count, f"room for the lock file, {command[0]}", stores.run(*command))


def read_by(stores, readers):
    """A process that reads the store so many times at once."""
    process = subprocess.Popen([os.path.join(TESTS, "fault-readers"), stores.pins,
                                str(readers)], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def readers(count, stores):
    """Slots for readers are taken, and those of the dead are taken back."""
    stores.put_back()
    with read_by(stores, 1) as alive, read_by(stores, READERS_MAX - 1) as process:
        for command in ("list", "verify", "export"):
            fails(count, f"readers full, {command}", stores.run(command),
                  b"pins.mdb: too many programs read it at one time")
        fails(count, "readers full, change", stores.run("remove", "a.example"),
              b"too many programs read it")
        process.kill()
        process.wait()
        # One is alive still: else the first one to come would begin anew.
        works(count, "dead readers, list", stores.run("list"))
        alive.kill()
    works(count, "no readers", stores.run("verify"))


def main():
    share = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = Count("disk and LMDB faults")
    with workdir() as parent:
        stores = prepare(parent)
        stores.keep()
        for command in CHANGES:
            trial = Trial(stores, count, command, "fault-disk.so")
            run(trial, share)
            trial.end()
        full(count, stores)
        lock_file(count, stores)
        readers(count, stores)
    return count.end()


if __name__ == "__main__":
    sys.exit(main())
