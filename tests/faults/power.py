#!/usr/bin/env python3
"""power.py [CHANGES [SEED]]: the power fails, and what was not synced is lost.

What a series of changes writes and syncs is recorded (disk.c). Then, for each prefix of
it, the store is made as a disk would have it if the power had failed there: of what was
written since the last sync, nothing is there, or all, or some of its sectors. It must be
sound, and hold what it held before the change that was going on, or after it; after,
if the command had ended. The same for the state store, and what a resolver told.

A change that writes nothing is not among the CHANGES. The seed (1) chooses them, and the
sectors.

With FAULT_NOSYNC=yes in the environment, the disk does not do what it is told to sync:
then stores must be lost, or this test would not see it if they were.
"""
import os
import random
import shutil
import subprocess
import sys

from common import TESTS, Count, Stores, workdir

SHIM = os.path.join(TESTS, "fault-disk.so")
SECTOR = 512
SAMPLES = 4  # of what may be there of unsynced writes
NOSYNC = "FAULT_NOSYNC" in os.environ


def write_pins(path, first, count, server):
    with open(path, "w", encoding="ascii") as out:
        for i in range(first, first + count):
            out.write(f"pin:\n name: d{i}.example\n ns: {server}.dns-host.example\n")


def choose(stores, number):
    """A change, as arguments of the command."""
    file = os.path.join(stores.dir, "change.pins")
    kind = random.choice(("import", "replace", "add", "set", "undo", "remove"))
    if kind in ("import", "replace") or number == 0:
        write_pins(file, random.randrange(300), random.choice((1, 20, 300)),
                   f"ns{random.randrange(9)}")
        return ["import", file] + (["--replace"] if kind == "replace" else [])
    names = [line.split()[1] for line in stores.must("export").decode().splitlines()
             if line.startswith("    name: ")]
    if kind == "add" or not names:
        return ["add", f"e{number}.example", "--ns", "ns1.dns-host.example"]
    if kind == "undo":
        return ["undo"]
    name = random.choice(names)
    return (["remove", name] if kind == "remove" else
            ["set", name, "--note", f"change {number}"])


def read_record(path):
    """What reached the disk, as (kind, file, offset, octets)."""
    with open(path, "rb") as record:
        for line in iter(record.readline, b""):
            kind, file, *numbers = line.decode().split()
            numbers = [int(number) for number in numbers]
            octets = record.read(numbers[1]) if len(numbers) == 2 else b""
            yield kind, file, numbers[0], octets


class Disk:
    """What of one file is on the disk for sure, and what may be."""

    def __init__(self, octets=b""):
        self.durable = bytearray(octets)
        self.pending = []

    @staticmethod
    def put(image, offset, octets):
        image.extend(bytes(max(0, offset + len(octets) - len(image))))
        image[offset:offset + len(octets)] = octets

    def does(self, kind, offset, octets):
        if kind == "write" or (kind == "durable" and NOSYNC):
            self.pending.append((offset, octets))
        elif kind == "sync" and NOSYNC:
            pass
        elif kind == "durable":
            self.put(self.durable, offset, octets)
        elif kind == "sync":
            self.durable = self.image(lambda: True)
            self.pending = []
        else:
            raise SystemExit(f"power.py: what of {kind}?")

    def image(self, kept):
        """With those sectors that kept() says."""
        image = bytearray(self.durable)
        for offset, octets in self.pending:
            for at in range(0, len(octets), SECTOR):
                if kept():
                    self.put(image, offset + at, octets[at:at + SECTOR])
        return image

    def images(self):
        yield bytes(self.durable)
        if self.pending:
            yield bytes(self.image(lambda: True))
            for _ in range(SAMPLES):
                yield bytes(self.image(lambda: random.random() < 0.5))


class Crash:
    """What a store holds after the power has failed, by a command that reads it."""

    def __init__(self, parent, count, name, file, contents):
        self.count = count
        self.name = name
        self.stores = Stores(parent, name)
        os.makedirs(self.stores.store)
        self.file = os.path.join(self.stores.store, file)
        self.contents = lambda: contents(self.stores)
        self.known = {}

    def holds(self, image):
        if image not in self.known:
            for old in (self.file, self.file + "-lock"):
                if os.path.exists(old):
                    os.unlink(old)
            with open(self.file, "wb") as out:
                out.write(image)
            self.known[image] = self.contents()
        return self.known[image]

    def replay(self, disk, record, before, after):
        """A change from before to after, its record, and then its end."""
        for kind, _, offset, octets in record:
            disk.does(kind, offset, octets)
            self.judge(disk, (before, after), f"in a change, behind a {kind}")
        self.judge(disk, (after,), "behind a change")
        self.known.clear()

    def judge(self, disk, allowed, where):
        for image in disk.images():
            self.count.tried += 1
            now = self.holds(image)
            if now not in allowed:
                self.count.fail(f"{self.name}: power lost {where}: {now[:300]}")


class Losses(Count):
    """What is lost because syncs are ignored: something must be."""

    def fail(self, text):
        self.failed += 1

    def end(self, text=""):
        print(f"{self.name}: {self.tried} tried, {self.failed} lost{text}", flush=True)
        if self.failed == 0:
            print(f"FAIL {self.name}: something must be lost")
        return 0 if self.failed > 0 else 1


def take(path):
    """The record, which then begins anew."""
    if not os.path.exists(path):
        return []
    record = list(read_record(path))
    os.unlink(path)
    return record


def pins(parent, count, changes):
    stores = Stores(parent)
    record = os.path.join(stores.dir, "record")
    crash = Crash(parent, count, "pins", "pins.mdb", Stores.contents)
    stores.must("init", "-q")
    with open(stores.pins, "rb") as file:
        disk = Disk(file.read())
    after = stores.contents()
    number = 0
    while number < changes:
        before = after
        arguments = choose(stores, number)
        result = stores.run(*arguments, env={"LD_PRELOAD": SHIM, "FAULT_RECORD": record})
        after = stores.contents()
        entries = take(record)
        if result.returncode != 0 and arguments != ["undo"]:  # there may be nothing to
            raise SystemExit(f"{arguments}: {result.stderr.decode()}")
        if not entries and after != before:
            raise SystemExit(f"{arguments}: what it wrote is not in the record")
        if entries:
            crash.replay(disk, entries, before, after)
            number += 1


def status(stores):
    result = stores.run("status", "--json", "--verbose")
    return result.stdout + result.stderr


def state(parent, count, changes):
    stores = Stores(parent, "resolver")
    record = os.path.join(stores.dir, "record")
    crash = Crash(parent, count, "state", "state.mdb",
                  lambda crashed: status(crashed).replace(crashed.dir.encode(), b""))
    stores.must("init", "-q")
    shutil.copytree(stores.store, crash.stores.store, dirs_exist_ok=True)
    with open(stores.state, "rb") as file:
        disk = Disk(file.read())
    after = b""
    for number in range(changes):
        before = after
        subprocess.run([os.path.join(TESTS, "sample_state"), stores.state, str(number)],
                       check=True, env={**os.environ, "LD_PRELOAD": SHIM,
                                        "FAULT_RECORD": record})
        after = status(stores).replace(stores.dir.encode(), b"")
        entries = take(record)
        if not entries:
            raise SystemExit("sample_state: what it wrote is not in the record")
        if number == 0:  # it makes the file, too: nobody waits for that
            for kind, _, offset, octets in entries:
                disk.does(kind, offset, octets)
        else:
            crash.replay(disk, entries, before, after)


def main():
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    random.seed(seed)
    told = max(2, changes // 10)
    name, kind = ("syncs ignored", Losses) if NOSYNC else ("lost power", Count)
    counts = kind(f"{name}, pins"), kind(f"{name}, state")
    with workdir() as parent:
        pins(parent, counts[0], changes)
        state(parent, counts[1], told + 1)  # the first one makes the file
    codes = [count.end(f"; {number} changes, seed {seed}")
             for count, number in zip(counts, (changes, told))]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
