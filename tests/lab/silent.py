#!/usr/bin/python3
"""silent.py - servers that take queries over UDP, and never answer.

Usage: silent.py ADDRESS...

Writes "ready", and then the address that was asked, for each query.
"""
import select
import socket
import sys

sockets = []
for address in sys.argv[1:]:
    sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    sockets[-1].bind((address, 53))
print("ready", flush=True)
while True:
    for sock in select.select(sockets, [], [])[0]:
        sock.recv(65535)
        print(sock.getsockname()[0], flush=True)
