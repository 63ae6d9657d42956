#!/usr/bin/python3
"""liar.py - a DNS server that answers as another one does, but for one vice.

Usage: liar.py VICE ADDRESS TARGET

It listens on port 53 of ADDRESS, over UDP and TCP, asks TARGET what it is asked, and
then, as VICE says:

  none        passes it on
  silent      never answers
  loses       drops 30 of 100 queries, and 30 of 100 answers
  truncates   answers with TC over UDP, whatever it is
  only-udp    the same, and takes no connections
  malformed   the header and the question are right; what follows is not DNS
  floods      answers that take long to read, and cannot be read, without end
  cut         the answer ends in the middle of a record
  spoofed     somebody else is quicker: wrong id, wrong question, wrong address
  no-edns     FORMERR for queries with EDNS
  refuses     REFUSED
  fails       SERVFAIL
  cache       no AA, but RA: as a resolver would answer
  upward      refers to the root
  sideways    refers to a zone that the question does not lie in
  itself      refers to the zone that it is asked as a server of
  alias       says that each name is an alias of itself
  crowd       refers to a thousand servers
  planted     adds addresses of servers that do not lie in its zone
"""
import random
import select
import socket
import socketserver
import struct
import sys
import threading

vice, address, target = sys.argv[1:4]
random.seed(1)


def wire(name):
    labels = [label for label in name.encode().split(b".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(owner, kind, data):
    return owner + struct.pack("!HHIH", kind, 1, 5, len(data)) + data


def question_of(query):
    """The octets of the question, and the name in it."""
    end = 12
    while query[end] != 0:
        end += 1 + query[end]
    return query[12:end + 5], query[12:end + 1].lower()


def answer(query, flags=0x8000, rcode=0, answers=(), authority=(), additional=()):
    question, _ = question_of(query)
    head = struct.pack("!HHHHHH", struct.unpack("!H", query[:2])[0], flags | rcode, 1,
                       len(answers), len(authority), len(additional))
    return head + question + b"".join((*answers, *authority, *additional))


def referral(query, owner, hosts, additional=()):
    return answer(query, authority=[record(owner, 2, wire(host)) for host in hosts],
                  additional=additional)


def ask_target(query):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(3)
        sock.connect((target, 53))
        sock.send(query)
        return sock.recv(65535)


def has_edns(query):
    return query[11] != 0


def lie(query):
    """What it answers; None for nothing."""
    _, name = question_of(query)
    if vice in ("silent",):
        return None
    if vice == "no-edns" and has_edns(query):
        return query[:2] + struct.pack("!HHHHH", 0x8001, 0, 0, 0, 0)
    if vice in ("refuses", "fails"):
        return answer(query, rcode=5 if vice == "refuses" else 2)
    if vice == "upward":
        return referral(query, b"\0", ["a.root"])
    if vice == "sideways":
        return referral(query, wire("evil.example"), ["ns1.evil.example"])
    if vice == "itself":
        return referral(query, wire("com"), ["a.nic.com", "b.nic.com"])
    if vice == "alias":
        return answer(query, 0x8400, answers=[record(name, 5, name)])
    if vice == "crowd":
        return referral(query, name, [f"ns{i}.evil.example" for i in range(1000)])
    if vice == "planted":
        return referral(query, name, ["ns1.dns-host.example", "ns2.dns-host.example"],
                        [record(wire(host), 1, socket.inet_aton("127.6.6.6")) for host
                         in ("ns1.dns-host.example", "ns2.dns-host.example")])
    if vice == "malformed":
        return answer(query, 0x8400, answers=[b"\xc0\x0c\x00\x02\x00\x01\xff"])
    said = ask_target(query)
    if vice == "cut":
        return said[:len(said) - 20]
    if vice == "cache":
        flags = struct.unpack("!H", said[2:4])[0]
        return said[:2] + struct.pack("!H", (flags | 0x80) & ~0x400) + said[4:]
    return said


def spoof(sock, query, client):
    """False answers, each with one thing wrong, before the true one."""
    _, name = question_of(query)
    false = referral(query, name, ["ns1.evil.example", "ns2.evil.example"])
    number = struct.unpack("!H", query[:2])[0]
    sock.sendto(struct.pack("!H", number ^ 1) + false[2:], client)
    sock.sendto(false[:13] + b"0" + false[14:], client)
    sock.sendto(query, client)
    sock.sendto(b"", client)
    sock.sendto(false[:7], client)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((target, 0))
        other.sendto(false, client)


def slow_to_read(query):
    """Thousands of records with the longest of names, and then half a one."""
    name = struct.pack("!H", 0xc000 | 12 + len(question_of(query)[0]))
    return answer(query, 0x8400, answers=[
        record(b"\1a" * 126 + b"\0", 2, name), *[record(name, 2, name)] * 4500,
        b"\xc0\x0c\x00\x02\x00\x01\xff"])


def serve_flood(sock):
    """The latest clients get more than they can read."""
    flooded = []
    while True:
        if not flooded or select.select([sock], [], [], 0)[0]:
            query, client = sock.recvfrom(65535)
            flooded = flooded[-3:] + [(slow_to_read(query), client)]
        for false, client in flooded * 10:
            sock.sendto(false, client)


def serve_udp():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((address, 53))
    if vice == "floods":
        serve_flood(sock)
    while True:
        query, client = sock.recvfrom(65535)
        if vice == "loses" and random.random() < 0.3:
            continue
        if vice == "spoofed":
            spoof(sock, query, client)
        said = lie(query)
        if said is None or (vice == "loses" and random.random() < 0.3):
            continue
        if vice in ("truncates", "only-udp"):
            said = answer(query, 0x8600)
        limit = 1232 if has_edns(query) else 512
        if len(said) > limit:
            said = answer(query, 0x8600)
        sock.sendto(said, client)


class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            head = self.rfile.read(2)
            if len(head) < 2:
                return
            said = lie(self.rfile.read(struct.unpack("!H", head)[0]))
            if said is not None:
                self.wfile.write(struct.pack("!H", len(said)) + said)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if vice != "only-udp":
    tcp = Server((address, 53), Connection)
    threading.Thread(target=tcp.serve_forever, daemon=True).start()
print("ready", flush=True)
serve_udp()
