#!/usr/bin/env python3
"""start.py ADDRESS SETTLE COMMAND...: how long a resolver takes to answer.

Prints the milliseconds from its start to its first answer (of its own, about
localhost), its resident KiB after SETTLE seconds, and the milliseconds for which a
reload keeps it from answering. Then it is ended.
"""
import os
import signal
import socket
import subprocess
import sys
import time

QUERY = (b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
         b"\x09localhost\x00\x00\x01\x00\x01")


def until_answer(address, process):
    """Milliseconds until it answers."""
    began = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.002)
        sock.connect((address, 53))
        while process.poll() is None:
            try:
                sock.send(QUERY)
                sock.recv(512)
                return (time.monotonic() - began) * 1000
            except (ConnectionRefusedError, socket.timeout):
                time.sleep(0.001)
    sys.exit("start.py: it has ended by itself")


def resident(pid):
    """Its resident KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def main():
    address, settle, command = sys.argv[1], float(sys.argv[2]), sys.argv[3:]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        started = until_answer(address, process)
        time.sleep(settle)
        until_answer(address, process)
        kept = resident(process.pid)
        os.kill(process.pid, signal.SIGHUP)
        time.sleep(0.02)  # until it has begun
        reloaded = until_answer(address, process)
        print(f"{started:.1f} {kept} {reloaded:.1f}")
        process.terminate()


main()
