#!/usr/bin/python3
"""deb-unit.py - starts a service of Type=notify in a root directory, as systemd would,
waits until it says that it is ready, runs a command beside it, and stops it. What the
service sends to syslog goes to standard error.

Usage: deb-unit.py ROOT COMMANDLINE -- COMMAND...
"""
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading

NOTIFY = "/run/systemd/notify"


def listen(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(path)
    os.chmod(path, 0o777)  # as systemd's: the service is another user by then
    return listener


def show(log):
    while True:
        sys.stderr.write(log.recv(65536).decode(errors="replace") + "\n")


def start(root, line):
    def enter():
        os.chroot(root)
        os.chdir("/")

    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "NOTIFY_SOCKET": NOTIFY}
    return subprocess.Popen(shlex.split(line), env=environment, preexec_fn=enter)


def is_ready(service, notices):
    notices.settimeout(1)
    while service.poll() is None:
        try:
            if b"READY=1" in notices.recv(4096).split(b"\n"):
                return True
        except socket.timeout:
            pass
    return False


def main():
    root, line, command = sys.argv[1], sys.argv[2], sys.argv[4:]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    log = listen(root + "/dev/log")
    threading.Thread(target=show, args=[log], daemon=True).start()
    notices = listen(root + NOTIFY)
    service = start(root, line)
    if not is_ready(service, notices):
        return "deb-unit.py: it has ended with %d" % service.returncode
    try:
        return subprocess.run(command, timeout=60).returncode
    finally:
        service.send_signal(signal.SIGTERM)
        if service.wait(timeout=60) != 0:
            print("deb-unit.py: it did not stop well", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
