#!/usr/bin/env python3
"""A network of hosts, each a network namespace, whose every wire can be spoiled while it runs.

The hub makes the namespaces PREFIX1 ... PREFIXn with one TAP device each (10.77.0.n/24) and carries the
frames between them itself, so that delay, loss, reordering, partitions and cut connections need nothing
from the kernel but namespaces and TAP. It ends, and the namespaces with it, when its standard input ends.

usage: hub.py PREFIX HOSTS [--seed N] [--mtu BYTES] [--queue FRAMES]

Commands, one a line; A and B are numbers of hosts:
  wire A B DELAY_MS JITTER_MS LOSS_PERCENT REORDER_PERCENT   both ways
  split A,B,...     nothing passes between these hosts and the others
  heal              undoes split
  cut A B           ends the TCP connections between A and B that carry data now: each end gets a RST
Prints "up" when frames can flow, and one JSON line of counts at the end.
Exit: 0 done, 77 cannot run here.
"""
import argparse, ctypes, fcntl, heapq, json, os, random, select, signal, struct, subprocess, sys, time

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
IFF_TAP_NO_PI = 0x0002 | 0x1000
BURST = 64            # frames read from one host before the others get their turn
CUT_FRAMES = 16       # data frames turned into resets by one cut
CUT_SECONDS = 2.0     # a cut that met no traffic is over

parser = argparse.ArgumentParser()
parser.add_argument("prefix")
parser.add_argument("hosts", type=int)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--mtu", type=int, default=9000)
parser.add_argument("--queue", type=int, default=4000)
args = parser.parse_args()
libc = ctypes.CDLL(None, use_errno=True)
dice = random.Random(args.seed)
hosts = range(1, args.hosts + 1)
counts = {"carried": 0, "lost": 0, "parted": 0, "overflow": 0, "reordered": 0, "resets": 0}


def cannot(why):
    print("hub: " + why, file=sys.stderr)
    remove()
    sys.exit(77)


def ip(*words):
    done = subprocess.run(("ip",) + words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        cannot("ip " + " ".join(words) + ": " + done.stdout.decode().strip())


def remove():
    for host in hosts:
        subprocess.run(("ip", "netns", "del", args.prefix + str(host)), stderr=subprocess.DEVNULL)


def make(host):
    """Makes a host and returns the descriptor of its wire."""
    name = args.prefix + str(host)
    ip("netns", "add", name)
    ip("-n", name, "link", "set", "lo", "up")
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + name, os.O_RDONLY)
    if libc.setns(there, CLONE_NEWNET) != 0:
        cannot("setns: " + os.strerror(ctypes.get_errno()))
    try:
        wire = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(wire, TUNSETIFF, struct.pack("16sH14x", b"wire0", IFF_TAP_NO_PI))
    except OSError as e:
        libc.setns(home, CLONE_NEWNET)
        cannot("no TAP device: " + str(e))
    libc.setns(home, CLONE_NEWNET)
    os.close(home)
    os.close(there)
    ip("-n", name, "link", "set", "wire0", "address", "02:00:00:00:00:%02x" % host)
    ip("-n", name, "link", "set", "wire0", "addrgenmode", "none", "mtu", str(args.mtu), "up")
    ip("-n", name, "addr", "add", "10.77.0.%d/24" % host, "dev", "wire0")
    return wire


class Wire:
    """One direction between two hosts."""

    def __init__(self):
        self.delay = self.jitter = self.loss = self.reorder = 0.0
        self.last_due = 0.0
        self.waiting = 0
        self.cuts = 0
        self.cut_until = 0.0


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def reset_of(frame):
    """The frame as a RST at the same place of the same connection; None if it carries no TCP data."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 6:
        return None
    head = (frame[14] & 15) * 4
    total = struct.unpack_from("!H", frame, 16)[0]
    tcp = 14 + head
    if total - head - (frame[tcp + 12] >> 4) * 4 <= 0:
        return None
    header = bytearray(frame[14:tcp])
    struct.pack_into("!H", header, 2, head + 20)
    struct.pack_into("!H", header, 10, 0)
    struct.pack_into("!H", header, 10, checksum(bytes(header)))
    segment = bytearray(frame[tcp:tcp + 12]) + b"\x50\x14\0\0\0\0\0\0"
    pseudo = bytes(header[12:20]) + b"\0\x06" + struct.pack("!H", 20)
    struct.pack_into("!H", segment, 16, checksum(pseudo + bytes(segment)))
    return frame[:14] + bytes(header) + bytes(segment)


stopped = False


def on_term(*_):
    global stopped
    stopped = True


signal.signal(signal.SIGTERM, on_term)
signal.signal(signal.SIGINT, on_term)
if os.geteuid() != 0:
    print("hub: needs root to make network namespaces", file=sys.stderr)
    sys.exit(77)
taps = {host: make(host) for host in hosts}
host_of = {tap: host for host, tap in taps.items()}
wires = {(a, b): Wire() for a in hosts for b in hosts if a != b}
parted = set()
queue = []
order = 0


def obey(line):
    words = line.split()
    if not words:
        return
    if words[0] == "wire":
        a, b = int(words[1]), int(words[2])
        for wire in (wires[a, b], wires[b, a]):
            wire.delay, wire.jitter, wire.loss, wire.reorder = map(float, words[3:7])
    elif words[0] == "split":
        some = {int(word) for word in words[1].split(",")}
        parted.clear()
        parted.update((a, b) for a, b in wires if (a in some) != (b in some))
    elif words[0] == "heal":
        parted.clear()
    elif words[0] == "cut":
        a, b = int(words[1]), int(words[2])
        for wire in (wires[a, b], wires[b, a]):
            wire.cuts = CUT_FRAMES
            wire.cut_until = time.monotonic() + CUT_SECONDS
    else:
        print("hub: unknown command " + line, file=sys.stderr)


def deliver(target, frame):
    try:
        os.write(taps[target], frame)
        counts["carried"] += 1
    except OSError:
        counts["overflow"] += 1


def carry(source, target, frame):
    global order
    if (source, target) in parted:
        counts["parted"] += 1
        return
    wire = wires[source, target]
    if wire.loss and dice.random() * 100 < wire.loss:
        counts["lost"] += 1
        return
    now = time.monotonic()
    if wire.cuts:
        reset = reset_of(frame) if now < wire.cut_until else None
        if now >= wire.cut_until:
            wire.cuts = 0
        elif reset:
            wire.cuts -= 1
            counts["resets"] += 1
            frame = reset
    if not wire.delay and not wire.waiting:
        deliver(target, frame)
        return
    if wire.waiting >= args.queue:
        counts["overflow"] += 1
        return
    due = now + (wire.delay + dice.uniform(-wire.jitter, wire.jitter)) / 1000
    if wire.reorder and dice.random() * 100 < wire.reorder:
        counts["reordered"] += 1
        due = now
    else:
        due = wire.last_due = max(due, wire.last_due)  # jitter alone keeps the order
    order += 1
    wire.waiting += 1
    heapq.heappush(queue, (due, order, source, target, frame))


poll = select.poll()
poll.register(0, select.POLLIN)
for tap in taps.values():
    poll.register(tap, select.POLLIN)
print("up", flush=True)
pending = b""
while not stopped:
    wait = 500 if not queue else max(0, int((queue[0][0] - time.monotonic()) * 1000))
    for ready, _ in poll.poll(wait):
        if ready == 0:
            read = os.read(0, 65536)
            if not read:
                stopped = True
            *lines, pending = (pending + read).split(b"\n")
            for line in lines:
                obey(line.decode())
            continue
        source = host_of[ready]
        for _ in range(BURST):
            try:
                frame = os.read(ready, 70000)
            except BlockingIOError:
                break
            if frame[0] & 1:
                for target in hosts:
                    if target != source:
                        carry(source, target, frame)
            elif frame[5] in taps and frame[5] != source:
                carry(source, frame[5], frame)
    now = time.monotonic()
    while queue and queue[0][0] <= now:
        _, _, source, target, frame = heapq.heappop(queue)
        wires[source, target].waiting -= 1
        deliver(target, frame)
print(json.dumps(counts), flush=True)
for tap in taps.values():
    os.close(tap)
remove()
