"""common.py - what the tests of faults share: a command under test, and its stores."""
import os
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(HERE, "../../build")))
PINBOUND = os.path.join(BUILD, "pinbound")
TESTS = os.path.join(BUILD, "tests")
MOST_SHOWN = 20


class Stores:
    """A directory with pinbound.conf and the stores that it names."""

    def __init__(self, parent, name="machine"):
        self.dir = os.path.join(parent, name)
        self.store = os.path.join(self.dir, "store")
        self.conf = os.path.join(self.dir, "pinbound.conf")
        self.pins = os.path.join(self.store, "pins.mdb")
        self.state = os.path.join(self.store, "state.mdb")
        os.makedirs(self.dir)
        with open(self.conf, "w", encoding="ascii") as out:
            out.write(f'pins: "{self.pins}"\nstate: "{self.state}"\n')

    def command(self, *arguments):
        return [PINBOUND, *arguments, "-c", self.conf]

    def run(self, *arguments, env=None, **more):
        """Runs a command; what it says is in the result, as text."""
        return subprocess.run(
            self.command(*arguments), cwd=self.dir, stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=60,
            env={**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **(env or {})},
            **more)

    def must(self, *arguments):
        result = self.run(*arguments)
        if result.returncode != 0:
            raise SystemExit(f"{arguments}: {result.stderr.decode()}")
        return result.stdout

    def contents(self):
        """All pins, as an export; a text that tells why, if the store is not sound."""
        verified = self.run("verify", "-q")
        if verified.returncode != 0:
            return f"verify: {verified.returncode} {verified.stderr.decode()}".encode()
        return self.must("export")

    def keep(self):
        """Keeps the store as it is now, for put_back()."""
        shutil.rmtree(self.dir + ".kept", ignore_errors=True)
        if os.path.isdir(self.store):
            shutil.copytree(self.store, self.dir + ".kept")

    def put_back(self):
        shutil.rmtree(self.store, ignore_errors=True)
        if os.path.isdir(self.dir + ".kept"):
            shutil.copytree(self.dir + ".kept", self.store)


class Count:
    """What was found."""

    def __init__(self, name):
        self.name = name
        self.tried = 0
        self.failed = 0

    def fail(self, text):
        self.failed += 1
        if self.failed <= MOST_SHOWN:
            print(f"FAIL {self.name}: {text}", flush=True)

    def end(self, text=""):
        """Says how it went, and what the program's exit code is to be."""
        print(f"{self.name}: {self.tried} tried, {self.failed} failed{text}", flush=True)
        return 0 if self.failed == 0 and self.tried > 0 else 1


def workdir():
    """A directory that goes when the program ends."""
    return tempfile.TemporaryDirectory(prefix="pinbound-faults.")
