#!/usr/bin/env python3
"""kill.py [TIMES [SEED]]: kill -9 of the command at random moments of changes.

Each time a change is chosen, and how it ends without a kill is found out in a copy of
the stores. Then it is begun, and killed at a random moment of the time that it takes.
The store must be sound and hold what it held before, or what it holds after; after, if
the command had said so by then. And the next one must get through: no lock is left.
"""
import os
import random
import shutil
import subprocess
import sys
import time

from common import Count, Stores, workdir

PINS = 3000


def write_pins(path, first, count, server):
    with open(path, "w", encoding="ascii") as out:
        for i in range(first, first + count):
            out.write(f"pin:\n name: d{i}.example\n ns: {server}.dns-host.example\n"
                      f" ds: none\n note: \"{'x' * (i % 200)}\"\n")


def choose(stores):
    """A change, as arguments of the command."""
    some = random.randrange(2 * PINS)
    file = os.path.join(stores.dir, "change.pins")
    kind = random.choice(("import", "import", "replace", "add", "set", "remove", "undo"))
    if kind in ("import", "replace"):
        write_pins(file, some, random.choice((1, 50, PINS)), f"ns{random.randrange(9)}")
        return ["import", file] + (["--replace"] if kind == "replace" else [])
    names = stores.must("list", "--json").decode()
    names = [word for word in names.split('"') if word.endswith(".example.")]
    if kind == "add" or not names:
        return ["add", f"e{time.monotonic_ns()}.example", "--ns", "ns1.dns-host.example"]
    if kind == "undo":
        return ["undo"]
    name = random.choice(names)
    return (["remove", name] if kind == "remove" else
            ["set", name, "--ns", f"ns{random.randrange(9)}.dns-host.example"])


def copy(stores, twin):
    shutil.rmtree(twin.store, ignore_errors=True)
    shutil.copytree(stores.store, twin.store)


def killed(stores, arguments, after):
    """Kills it so many seconds later. True if it had ended well by then."""
    with subprocess.Popen(stores.command(*arguments), cwd=stores.dir,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        time.sleep(after)
        process.kill()
        return process.wait() == 0


def once(stores, twin, count, tally):
    arguments = choose(stores)
    what = " ".join(arguments)
    before = stores.contents()
    copy(stores, twin)
    began = time.monotonic()
    if twin.run(*arguments).returncode != 0:
        return  # nothing to undo
    takes = time.monotonic() - began
    expected = twin.contents()
    done = killed(stores, arguments, random.uniform(0, takes))
    now = stores.contents()
    count.tried += 1
    if now not in (before, expected):
        count.fail(f"{what}: something in between: {now[:300]}")
    elif done and now != expected:
        count.fail(f"{what}: it had said that it is stored")
    tally["done" if done else "after" if now == expected else "before"] += 1
    if now == before:
        again = stores.run(*arguments)
        if again.returncode != 0 or stores.contents() != expected:
            count.fail(f"{what}: the next one did not get through: {again.stderr}")


def main():
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    random.seed(seed)
    count = Count("kill -9 of the command")
    tally = {"before": 0, "after": 0, "done": 0}
    with workdir() as parent:
        stores, twin = Stores(parent), Stores(parent, "twin")
        stores.must("init", "-q")
        write_pins(stores.dir + "/pins", 0, PINS, "ns1")
        stores.must("import", stores.dir + "/pins", "-q")
        while count.tried < times:
            once(stores, twin, count, tally)
    return count.end(f"; killed, and the store was as before: {tally['before']}, as after: "
                     f"{tally['after']}; had ended: {tally['done']}; seed {seed}")


if __name__ == "__main__":
    sys.exit(main())
