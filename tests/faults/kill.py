#!/usr/bin/env python3
"""kill.py [TIMES [SEED]]: kill -9 of the command at random moments of changes.

Each time a change is chosen, and how it ends without a kill is found out in a copy of
the stores. Then it is begun, and killed at a random moment of the time that it takes.
The store must be sound and hold what it held before, or what it holds after; after, if
the command had ended by then. And the next one must get through: no lock is left.

Those that had ended before the signal came are not among the TIMES. The seed (1) chooses
the changes and the moments; what a moment hits depends on the machine.
"""
import os
import random
import shutil
import signal
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
    names = [line.split()[1] for line in stores.must("export").decode().splitlines()
             if line.startswith("    name: ")]
    if kind == "add" or not names:
        return ["add", f"e{random.getrandbits(60)}.example", "--ns", "ns1.dns-host.example"]
    if kind == "undo":
        return ["undo"]
    name = random.choice(names)
    return (["remove", name] if kind == "remove" else
            ["set", name, "--ns", f"ns{random.randrange(9)}.dns-host.example"])


def copy(stores, twin):
    shutil.rmtree(twin.store, ignore_errors=True)
    shutil.copytree(stores.store, twin.store)


def killed(stores, arguments, after):
    """Kills it so many seconds later, and says how it ended."""
    with subprocess.Popen(stores.command(*arguments), cwd=stores.dir,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        time.sleep(after)
        process.kill()
        return process.wait()


def once(stores, twin, count, tally):
    arguments = choose(stores)
    what = " ".join(arguments)
    before = stores.contents()
    copy(stores, twin)
    began = time.monotonic()
    result = twin.run(*arguments)
    takes = time.monotonic() - began
    if result.returncode != 0 and arguments != ["undo"]:  # there may be nothing to
        raise SystemExit(f"{what}: {result.stderr.decode()}")
    expected = twin.contents()
    if expected == before:
        return
    code = killed(stores, arguments, random.uniform(0, takes))
    now = stores.contents()
    if code == -signal.SIGKILL:
        count.tried += 1
        tally["after" if now == expected else "before"] += 1
    else:
        tally["ended"] += 1
    if code not in (0, -signal.SIGKILL):
        count.fail(f"{what}: ended with {code}")
    elif now not in (before, expected):
        count.fail(f"{what}: something in between: {now[:300]}")
    elif code == 0 and now != expected:
        count.fail(f"{what}: it had said that it is stored")
    if now == before:
        again = stores.run(*arguments)
        if again.returncode != 0 or stores.contents() != expected:
            count.fail(f"{what}: the next one did not get through: {again.stderr}")


def main():
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    random.seed(seed)
    count = Count("kill -9 of the command")
    tally = {"before": 0, "after": 0, "ended": 0}
    with workdir() as parent:
        stores, twin = Stores(parent), Stores(parent, "twin")
        stores.must("init", "-q")
        write_pins(stores.dir + "/pins", 0, PINS, "ns1")
        stores.must("import", stores.dir + "/pins", "-q")
        while count.tried < times:
            once(stores, twin, count, tally)
    return count.end(f"; the store was as before: {tally['before']}, as after: "
                     f"{tally['after']}; {tally['ended']} more had ended; seed {seed}")


if __name__ == "__main__":
    sys.exit(main())
