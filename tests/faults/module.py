#!/usr/bin/env python3
"""module.py [SHARE]: each allocation of the module fails in turn.

Scenarios of tests/replay/ are run in Unbound's tester with a module whose allocations
fail at will: those of its own code, of Unbound's regions for it, and of LMDB for it.
Whatever fails, once or from then on: Unbound must not be ended by a signal; no answer has
anything of the hijacker's, and he is not asked; no answer has a response code, SERVFAIL
apart, or a record, that none has without a fault; and nobody says "restored" who would
not say it without a fault. Else, what is answered is free: so all checks of answers are
taken out of the scenarios.

With a SHARE, only one fault in so many, at random, is tried.
"""
import os
import random
import re
import sys

from common import TESTS, Count, workdir
from replay import Replay

MODULE = os.path.join(TESTS, "fault-module.so")

SCENARIOS = [
    "hijack-refused", "hijack-below", "cname-into-hijacked", "ds-removed",
    "ds-asked-for-removed", "glue-unexpected", "answered-by-parent", "hold-nxdomain",
    "servers-in-itself-hijacked", "mx-gone", "prefetch-hijacked", "recheck-and-restored",
    "serve-expired", "delegation-matches", "two-ds-on-the-path", "canary",
]

HIJACKERS = re.compile(r"evil\.example|203\.0\.113\.")
ASKED_HIJACKER = re.compile(r"(matched ip|pending to) 203\.0\.113\.")


def replies(log):
    """The answers as Unbound's tester prints them."""
    return re.findall(r"reply pkt: (.*?)(?=\n\[|\Z)", log, re.DOTALL)


def parts(reply):
    """Its response code, and the records that answer, TTLs apart."""
    answer = re.search(r"ANSWER SECTION:(.*);; AUTHORITY", reply, re.DOTALL).group(1)
    return ({re.search(r"rcode: (\w+)", reply).group(1)} |
            set(re.findall(r"^(\S+)\t\d+\t(.*)$", answer, re.MULTILINE)))


class Scenario(Replay):
    def __init__(self, parent, count, name):
        super().__init__(parent, name, MODULE, free=True)
        self.count = count
        code, log = self.run({})
        self.restored = log.count("pinbound: restored")
        self.parts = {"SERVFAIL"}.union(*map(parts, replies(log)))
        if code != 0 or "pinbound: ready" not in log or not replies(log):
            count.fail(f"{name} without a fault: {log[-300:]}")
        self.judge("without a fault", code, log)

    def run(self, env):
        self.stores.put_back()
        result = self.test(env)
        return result.returncode, result.stdout.decode(errors="replace")

    def judge(self, what, code, log):
        if code < 0 or "Sanitizer" in log:
            self.count.fail(f"{self.name}: {what}: ended with {code}: {log[-2000:]}")
        if log.count("pinbound: restored") > self.restored:
            self.count.fail(f"{self.name}: {what}: said restored: {log[-300:]}")
        if ASKED_HIJACKER.search(log):
            self.count.fail(f"{self.name}: {what}: the hijacker was asked")
        for reply in replies(log):
            if HIJACKERS.search(reply) or not parts(reply) <= self.parts:
                self.count.fail(f"{self.name}: {what}: {reply}")

    def fault(self, env):
        if os.path.exists(self.hit):
            os.unlink(self.hit)
        code, log = self.run({**env, "FAULT_HIT": self.hit})
        if not os.path.exists(self.hit):
            return False
        self.count.tried += 1
        self.judge(env, code, log)
        return True


def run(scenario, share):
    for thread in ({}, {"FAULT_THREAD": "yes"}):
        for further in ({}, {"FAULT_ON": "yes"}):
            number = random.randint(1, share)
            while scenario.fault({"FAULT_AT": str(number), **thread, **further}):
                number += random.randint(1, 2 * share - 1)


def main():
    share = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    count = Count("failed allocations of the module")
    with workdir() as parent:
        for name in SCENARIOS:
            if only in name:
                before = count.tried
                run(Scenario(parent, count, name), share)
                if os.environ.get("FAULTS_SHOW"):
                    print(f"{name}: {count.tried - before}", flush=True)
    return count.end()


if __name__ == "__main__":
    sys.exit(main())
