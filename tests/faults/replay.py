"""replay.py - a scenario of tests/replay/, to be run with its stores in Unbound's tester."""
import os
import subprocess

from common import BUILD, HERE, Stores

REPLAY = os.path.join(HERE, "../replay")
TESTBOUND = os.path.join(
    os.path.abspath(os.environ.get("UNBOUND_BUILD", BUILD + "/unbound")), "testbound")


def read(name):
    with open(os.path.join(REPLAY, name), encoding="utf-8") as file:
        for line in file.read().splitlines():
            if line.startswith("INCLUDE "):
                yield from read("parts/" + line.split()[1])
            else:
                yield line


def directives(lines, name):
    return [line[len(name) + 2:].strip() for line in lines if line.startswith(f";{name}:")]


def assemble(lines, module, free):
    """The scenario as testbound reads it; if `free`, any answer is right."""
    checks = False
    for line in lines:
        if line.startswith("STEP "):
            checks = "CHECK_ANSWER" in line
        if line.startswith("CONFIG_END"):
            extra = directives(lines, "unbound")
            yield from ["server:", "qname-minimisation: yes", *extra]
            if not any("module-config" in option for option in extra):
                yield 'module-config: "dynlib validator iterator"'
            yield from ["dynlib:", f'dynlib-file: "{module}"']
        if free and checks and line.startswith("MATCH "):
            line = "MATCH opcode"
        if not line.startswith(";"):
            yield line


class Replay:
    """A scenario with its stores; its script has the module, and see assemble()."""

    def __init__(self, parent, name, module, free):
        self.name = name
        self.stores = Stores(parent, name)
        self.hit = os.path.join(self.stores.dir, "hit")
        self.script = os.path.join(self.stores.dir, "scenario.rpl")
        lines = list(read(name + ".rpl"))
        with open(self.script, "w", encoding="utf-8") as out:
            out.write("\n".join(assemble(lines, module, free)) + "\n")
        with open(self.stores.conf, "a", encoding="utf-8") as out:
            out.write("\n".join(directives(lines, "conf")) + "\n")
        pins = os.path.join(self.stores.dir, "pins")
        with open(pins, "w", encoding="utf-8") as out:
            out.write("\n".join(directives(lines, "pins")))
        self.stores.must("init", "-q")
        self.stores.must("import", pins, "-q")
        self.stores.keep()

    def test(self, env):
        """Runs it: how the tester ended, and what it wrote."""
        return subprocess.run(
            [TESTBOUND, "-p", self.script], cwd=self.stores.dir, check=False, timeout=120,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PINBOUND_CONF": self.stores.conf, **env})
