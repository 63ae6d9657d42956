"""trial.py - a command with something that fails below it, and what it must do then."""
import os
import signal

from common import HERE, TESTS, Stores

CLI = os.path.join(HERE, "../cli")

PINS = """\
pin:
    name: a.example
    mode: refuse
    ns: ns1.dns-host.example
    ns: ns2.dns-host.example
    address: ns1.dns-host.example 192.0.2.1
    ds: none
    mx: mail.a.example
    note: "one"
pin:
    name: b.a.example
    ns: ns1.dns-host.example
pin:
    name: c.example
    ns: ns3.dns-host.example
    expires: 2099-01-01
"""

# Commands that change the store.
CHANGES = [
    ["init"],
    ["add", "new.example", "--ns", "ns1.dns-host.example", "--ds", "none", "--mode",
     "log", "--address", "ns1.dns-host.example 192.0.2.7", "--mx", "none", "--note", "x"],
    ["add", "example", "--ns", "ns1.dns-host.example"],
    ["set", "a.example", "--ns", "ns9.dns-host.example", "--no-address", "--no-mx"],
    ["remove", "a.example"],
    ["undo"],
    ["import", "{dir}/new.pins"],
    ["import", "{dir}/new.pins", "--replace", "--json"],
    ["import", "{cli}/formats/all.pins"],
    ["import", "{cli}/formats/example.zone", "--format", "zone", "--origin", "example"],
    ["import", "{cli}/formats/unbound.conf", "--format", "unbound"],
    ["accept", "example.com", "--yes"],
]


def prepare(parent):
    stores = Stores(parent)
    with open(os.path.join(stores.dir, "pins"), "w", encoding="ascii") as out:
        out.write(PINS)
    with open(os.path.join(stores.dir, "new.pins"), "w", encoding="ascii") as out:
        out.write(PINS.replace("ns2", "ns4").replace("c.example", "d.example"))
    stores.must("init", "-q")
    stores.must("import", stores.dir + "/pins", "-q")
    stores.must("add", "example.com", "--ns", "ns1.dns-host.example", "--mode", "refuse",
                "-q")
    os.spawnl(os.P_WAIT, os.path.join(TESTS, "sample_state"), "sample_state", stores.state,
              "4")
    return stores


class Trial:
    """A command, with its stores, and what it does without a fault."""

    def __init__(self, stores, count, command, shim):
        self.stores = stores
        self.count = count
        self.shim = os.path.join(TESTS, shim)
        self.hit = os.path.join(stores.dir, "hit")
        self.command = [word.format(dir=stores.dir, cli=CLI) for word in command]
        self.changes = command in CHANGES
        if command == ["init"]:
            os.rename(stores.dir + ".kept", stores.dir + ".away")
        stores.put_back()
        self.before = self.contents()
        self.reference = self.run()
        self.after = self.contents()
        if self.reference.returncode != 0 and command[0] != "doctor":
            count.fail(f"{command} without a fault: {self.reference.stderr}")

    def end(self):
        if self.command == ["init"]:
            os.rename(self.stores.dir + ".away", self.stores.dir + ".kept")

    def run(self, env=None):
        return self.stores.run(*self.command, env={"LD_PRELOAD": self.shim, **(env or {})})

    def contents(self):
        return self.stores.contents() if os.path.exists(self.stores.pins) else b""

    def fault(self, env, excused=lambda result, now: False):
        """Runs it with that fault, and judges. False if it did not come to it."""
        if os.path.exists(self.hit):
            os.unlink(self.hit)
        if self.changes:
            self.stores.put_back()
        result = self.run({**env, "FAULT_HIT": self.hit})
        if not os.path.exists(self.hit):
            return False
        now = self.contents() if self.changes else self.before
        self.count.tried += 1
        wrong = None if excused(result, now) else self.judge(result, now)
        if wrong is not None:
            self.count.fail(f"{' '.join(self.command)}: {env}: {wrong}")
            if os.environ.get("FAULTS_SHOW"):
                with open(self.hit, encoding="ascii") as places:
                    print(places.read())
        return True

    def judge(self, result, now):
        """What is wrong with it, None if nothing is."""
        if result.returncode < 0:
            return "ended by " + signal.Signals(-result.returncode).name
        if self.command[0] == "doctor":  # what it finds may be a lack of memory
            return None if result.stderr or result.stdout else "found nothing"
        if result.returncode == 0:
            if result.stdout != self.reference.stdout:
                return f"said that all is well, and wrote {result.stdout}"
            return None if now == self.after else f"said that all is well; stored {now}"
        if not result.stderr.strip() or b"(null)" in result.stderr:
            return f"ended with {result.returncode} and said {result.stderr}"
        return None if now in (self.before, self.after) else f"left {now}"
