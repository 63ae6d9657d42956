#!/usr/bin/env python3
"""latency.py ADDRESS NAME SECONDS: asks for the A of NAME every 2 ms, one after the
other, and prints the 99th percentile of the answers' times in milliseconds."""
import socket
import struct
import sys
import time

address, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
question = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
question += b"\0\0\1\0\1"
took = []
number = 0
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.connect((address, 53))
    sock.settimeout(1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        number = (number + 1) & 0xffff
        began = time.monotonic()
        sock.send(struct.pack(">HHHHHH", number, 0x100, 1, 0, 0, 0) + question)
        try:
            while struct.unpack(">H", sock.recv(512)[:2])[0] != number:
                pass
        except socket.timeout:
            pass
        took.append((time.monotonic() - began) * 1000)
        time.sleep(0.002)
took.sort()
print(f"{took[int(len(took) * 0.99)]:.3f}")
