#!/usr/bin/env python3
"""Breaks real networks, clocks and disks, and looks whether `p2p doctor` names the cause, in words and as JSON.

Each host is a network namespace (see overlay.py). Needs root, iproute2 and a built ./p2p; nftables for packet filters,
libfaketime for clocks. Leaves nothing behind.

usage: doctor.py [CASE ...] [--keep-logs FOLDER] [--json] [--jobs N]

Cases (default: all):
  well        nothing is wrong, and nothing is said to be
  multicast   multicast is off at the interface; then a packet filter drops UDP 5353
  down        the peer's process was killed; then its machine is unplugged
  blocked     a packet filter drops the peer's TCP port; rejects it; what the peer answers goes into a black hole
  pinned      the peer was set up anew, with another key and the same name
  clock       one of four clocks is an hour ahead; then an hour behind; asked at both sides; then one of two
  disk        the disk of a node is full; asked there
  limit       the peer is at its connection limit

With --jobs so many cases run at a time, each in networks of its own.
The program is ./p2p, or what the variable OVERLAY_LAB_COMMAND says, one word a line. Exit: 0 all named, 1 one was not, 77 cannot run here.
"""
import argparse, concurrent.futures, json, os, pathlib, re, shutil, signal, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import overlay
from overlay import Broken, Cannot, Net, Node, until

FAKETIME = [pathlib.Path(p) for p in ("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
                                      "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
                                      "/usr/lib64/faketime/libfaketimeMT.so.1")]
PORT, PORT_A = 4101, 4102
children = []  # processes of cases
said = []  # what doctor said, one line a finding that names a cause


def ask(node, *words):
    """Both forms of what doctor says: the objects, and the text; they must agree on the causes."""
    if node.process is None or node.process.poll() is not None:
        words += ("--name", node.name, *node.options)
    form = node.command("doctor", *words, "--json")
    try:
        found = [json.loads(line) for line in form.stdout.splitlines()]
    except ValueError:
        raise Broken("doctor --json printed %r, %r" % (form.stdout[-500:], form.stderr[-500:]))
    if not found or found[-1]["event"] != "diagnosis":
        raise Broken("doctor came to no diagnosis: %r, %r" % (form.stdout[-500:], form.stderr[-500:]))
    text = node.command("doctor", *words)
    with open(node.log / "doctor.txt", "a") as kept:
        kept.write("$ p2p doctor %s   # at %s\n%s\n" % (" ".join(words), node.name, text.stdout))
    causes = found[-1]["causes"]
    if sorted(causes) != sorted({f["code"] for f in found if f.get("verdict") == "bad"}):
        raise Broken("the causes %s are not those of the findings" % causes)
    for done in (form, text):
        if done.returncode != (1 if causes else 0):
            raise Broken("exit code %d with causes %s" % (done.returncode, causes))
    return found, text.stdout


def expect(node, words, code, pattern, also=()):
    """Doctor names that cause, in words of that pattern, says what to do, and names no other but those that may be."""
    found, text = ask(node, *words)
    causes = found[-1]["causes"]
    if code not in causes or set(causes) - {code, *also}:
        raise Broken("%s: expected %s, found %s" % (" ".join(words), code, "; ".join(
            "%s %s" % (f["code"], f["text"]) for f in found if f.get("verdict") == "bad") or "nothing"))
    it = next(f for f in found if f.get("code") == code and f["verdict"] == "bad")
    if not it["remedy"]:
        raise Broken("nothing to do about " + it["text"])
    if not re.search(pattern, it["text"]) or not re.search(pattern, text):
        raise Broken("%r is not in %r and %r" % (pattern, it["text"], text))
    if code not in text.splitlines()[-1]:
        raise Broken("the last line is %r" % text.splitlines()[-1])
    said.append("%s: %s" % (code, it["text"]))
    return found


def note(found, code):
    if not any(f.get("code") == code and f["verdict"] == "note" for f in found):
        raise Broken("no note " + code)


def met(*nodes):
    """All have heard each other's names."""
    for node in nodes:
        until(lambda: len({e["peerId"] for e in node.events if e.get("event") == "joined"}) >= len(nodes) - 1, 60,
              node.name + " knows the others")


def address(node):
    """Where it listens on its network; an interface that has just been made may come up after the node."""
    told = lambda: [a for e in node.events if e.get("event") == "listening" for a in e["addresses"] if "/ip4/10." in a]
    until(told, 30, "%s listens on its network" % node.name)
    return told()[-1]


def filtered(net, host, *rules):
    """Packet filter of a host: these rules and no others."""
    net.run(host, "nft", "flush", "ruleset")
    net.run(host, "nft", "add", "table", "inet", "lab")
    for hook in ("input", "output"):
        net.run(host, "nft", "add chain inet lab %s { type filter hook %s priority 0 ; }" % (hook, hook))
    for rule in rules:
        net.run(host, "nft", "add rule inet lab " + rule)


def well(net, folder, log):
    net.wire("a", "b")
    a, b = Node("a", folder, log), Node("b", folder, log)
    b.start()
    for running in (False, True):
        if running:
            a.start()
            met(a, b)
        found, text = ask(a, "b")
        if found[-1]["causes"] or "nothing hinders" not in text:
            raise Broken(text)
        if not any(f.get("step") == "deliver" and f["verdict"] == "good" for f in found):
            raise Broken("no message was delivered: " + text)
    said.append("nothing hinders")


def multicast(net, folder, log):
    end = net.wire("a", "b")[0]
    net.run("a", "ip", "link", "set", end, "multicast", "off")
    a, b = Node("a", folder, log), Node("b", folder, log)
    b.start()
    expect(a, (), "NO_MULTICAST", end)
    a.start()
    expect(a, ("b",), "NO_MULTICAST", end, also=("NOT_FOUND",))
    a.stop()
    net.run("a", "ip", "link", "set", end, "multicast", "on")
    filtered(net, "a", "input udp dport 5353 drop")
    note(expect(a, (), "NO_MULTICAST", "not heard"), "PACKET_FILTER")


def down(net, folder, log):
    net.wire("a", "b")
    a, b = Node("a", folder, log).start(), Node("b", folder, log).start()
    met(a, b)
    b.stop(signal.SIGKILL)
    until(lambda: any(e.get("event") == "left" for e in a.events), 60, "a sees that b is gone")
    expect(a, ("b",), "PEER_DOWN", "nobody listens there")
    net.run("b", "ip", "link", "set", "w0", "down")
    net.run("b", "ip", "link", "set", "w0", "up")
    net.run("b", "ip", "addr", "flush", "dev", "w0")
    expect(a, ("b",), "NO_ROUTE", "no way")


def blocked(net, folder, log):
    net.wire("a", "b")
    # What is sent to the port of the other one is lost, both ways: otherwise b would connect to a.
    a, b = (Node(n, folder, log, ["--port", str(p)]) for n, p in (("a", PORT_A), ("b", PORT)))
    b.start()
    there = address(b)
    filtered(net, "b", "input tcp dport %d drop" % PORT, "output tcp dport %d drop" % PORT_A)
    expect(a, (there,), "PORT_BLOCKED", "nothing comes back")
    a.start()  # hears of b by multicast, and does not get there
    expect(a, (there,), "PORT_BLOCKED", "nothing comes back")
    a.stop()
    filtered(net, "b", "input tcp dport %d reject with tcp reset" % PORT,
             "output tcp dport %d drop" % PORT_A)
    expect(a, (there,), "PEER_DOWN", "packet filter rejects")
    filtered(net, "b")
    net.run("b", "ip", "route", "add", "blackhole", "10.78.0.1/32")
    expect(a, (there,), "PORT_BLOCKED", "nothing comes back")


def pinned(net, folder, log):
    net.wire("a", "b")
    a, b = Node("a", folder, log).start(), Node("b", folder, log, ["--port", str(PORT)]).start()
    met(a, b)
    before = b.peer_id
    b.stop()
    shutil.rmtree(b.folder)
    b.start()
    if b.peer_id == before:
        raise Broken("b has the same key")
    expect(a, (address(b),), "WRONG_KEY_PINNED", "'b'|\\bb\\b")
    a.stop()  # which by now waits long before it tries again
    expect(a, (re.sub("/p2p/.*", "", address(b)) + "/p2p/" + before,), "WRONG_KEY", before[-6:],
           also=("WRONG_KEY_PINNED",))


def off(node, by):
    """A node whose wall clock is off; its monotonic clock is not."""
    library = next((p for p in FAKETIME if p.exists()), None)
    if not library:
        raise Cannot("needs libfaketime: apt-get install libfaketime")
    node.program = ["env", "LD_PRELOAD=%s" % library, "FAKETIME=" + by, "FAKETIME_DONT_FAKE_MONOTONIC=1",
                    "FAKETIME_FORCE_MONOTONIC_FIX=0"] + node.program  # with it the threads of Java never wake up
    return node


def clock(net, folder, log):
    for i, (by, own, other) in enumerate((("+1h", "60 min ahead of", "60 min ahead"), ("-1h", "60 min behind", "60 min behind"))):
        place, names = "lan%d" % i, ["%s%d" % (x, i) for x in "abcd"]
        net.lan(names, 210 + i, place)
        nodes = [Node(n, folder, log) for n in names]
        a, b = nodes[:2]
        off(a, by)
        for node in nodes:
            node.start()
        met(*nodes)
        expect(a, (b.name,), "CLOCK_OFF", own + " those of most of 3 peers: it is this one")
        expect(b, (a.name,), "PEER_CLOCK_OFF", "that of %s is %s" % (a.name, other))
        note(ask(b, names[2])[0], "PEER_CLOCK_OFF")
        if i:
            # With one peer alone nobody can know who is right.
            for node in nodes[2:]:
                node.stop()
            until(lambda: len([e for e in a.events if e.get("event") == "left"]) >= 2, 60, "two are gone")
            expect(a, (b.name,), "CLOCK_OFF", own + " that of %s; whose is wrong cannot be told" % b.name)
        for node in nodes:
            if node.process.poll() is None:
                node.stop()


def fill(path):
    """Leaves nothing of a small disk."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass  # it is full


def disk(net, folder, log):
    net.wire("a", "b")
    a, b = Node("a", folder, log), Node("b", folder, log)
    for node in (a, b):
        node.folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=700", "tmpfs", str(node.folder)])
        if done.returncode != 0:
            raise Cannot("mount of a tmpfs")
        node.start()
    met(a, b)
    # While there is room, it is less than the queue may take: that is a note and no cause.
    found, _ = ask(a, "b")
    if found[-1]["causes"]:
        raise Broken("found %s with room on the disk" % found[-1]["causes"])
    note(found, "LESS_THAN_QUOTA")
    fill(a.folder / "filler")
    expect(a, (), "DISK_FULL", "0 bytes are free|cannot be written")
    os.remove(a.folder / "filler")
    fill(b.folder / "filler")
    expect(b, (), "DISK_FULL", "bytes are free")
    a.stop()
    b.stop()


def limit(net, folder, log):
    net.lan(list("abcd"))
    a, b, c, d = nodes = [Node(n, folder, log) for n in "abcd"]
    b.options = ["--max-connections", "2"]
    for node in (b, c, d):
        node.start()
    met(b, c, d)
    expect(a, (address(b),), "PEER_AT_LIMIT", "at its limit of 2 connections \\(max_connections\\)")


CASES = {f.__name__: f for f in (well, multicast, down, blocked, pinned, clock, disk, limit)}


def run(case, log):
    """One line of the table."""
    net, folder = Net(), pathlib.Path(tempfile.mkdtemp(prefix="p2pd"))
    log = log / case if log else folder
    log.mkdir(parents=True, exist_ok=True)
    running, original = [], Node.start

    def start(node):
        if node not in running:
            running.append(node)
        return original(node)

    Node.start = start
    said.clear()
    began = time.monotonic()
    try:
        CASES[case](net, folder, log)
        return {"case": case, "held": True, "seconds": round(time.monotonic() - began, 1), "said": list(said)}
    except Broken as e:
        return {"case": case, "held": False, "why": str(e), "said": list(said)}
    finally:
        Node.start = original
        for node in running:
            if node.process and node.process.poll() is None:
                node.process.kill()
                node.process.wait()
        net.remove()
        for name in "ab":
            subprocess.run(["umount", "-q", str(folder / name)], stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def told(row, as_json):
    if as_json:
        print(json.dumps(row))
    else:
        print("%-10s %s  %s" % (row["case"], "named " if row["held"] else "NOT NAMED", row.get("why", "")))
        print("".join("             %s\n" % line for line in row["said"]), end="")
    sys.stdout.flush()
    return row["held"]


def alone(case, args):
    """The line of a case that runs in a process of its own."""
    command = [sys.executable, __file__, case, "--json"]
    if args.keep_logs:
        command += ["--keep-logs", str(args.keep_logs)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    children.append(child)
    out, err = child.communicate()
    if child.returncode == 77:
        raise Cannot(err.strip())
    try:
        return json.loads(out)
    except ValueError:
        return {"case": case, "held": False, "why": "exit code %d: %s" % (child.returncode, (out + err)[-2000:]), "said": []}


def lines(cases, args):
    """The lines of all cases, as they end."""
    if args.jobs == 1:
        yield from (run(case, args.keep_logs) for case in cases)
        return
    overlay.ip("netns", "add", overlay.PREFIX)  # the first one prepares the folder of all
    overlay.ip("netns", "del", overlay.PREFIX)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        try:
            for done in concurrent.futures.as_completed([pool.submit(alone, case, args) for case in cases]):
                yield done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in children:
                child.terminate()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("case", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--keep-logs", type=pathlib.Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    if os.geteuid() != 0:
        print("doctor: needs root for network namespaces", file=sys.stderr)
        return 77
    for tool, package in (("ip", "iproute2"), ("nft", "nftables"), ("unshare", "util-linux")):
        if not shutil.which(tool):
            print("doctor: needs %s: apt-get install %s" % (tool, package), file=sys.stderr)
            return 77
    if os.environ.get("DOCTOR_LAB_INSIDE") != "1":
        subprocess.run(overlay.PROGRAM + ["--version"], check=True, stdout=subprocess.DEVNULL)  # which may build it
        os.environ["DOCTOR_LAB_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable] + sys.argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all is removed
    try:
        held = [told(row, args.json) for row in lines(args.case or CASES, args)]
    except Cannot as e:
        print("doctor: %s" % e, file=sys.stderr)
        return 77
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
