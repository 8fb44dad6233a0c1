#!/usr/bin/env python3
"""Networks of hosts that cannot all reach each other, and what the overlay makes of them.

Each host is a network namespace; a wire between two hosts is a veth pair with a subnet of its own, so only neighbours
can connect. Nodes find their neighbours by multicast; nobody is told any address. Needs root, iproute2 and a built
./p2p. Leaves nothing behind.

usage: overlay.py [SCENARIO ...] [--seconds N] [--keep-logs FOLDER]

Scenarios (default: all):
  chain      a - b - c - d: messages of a reach d, nobody in between can read them, trace shows the hops
  twin       b has a twin b2: both carry load; b is killed: nothing lost, a gap of at most 1 s
  partition  six hosts on one wire, parted 3 + 3 for 60 s under traffic: noticed, reported, healed within 5 s of repair,
             everything delivered once
  mail       d is stopped, a sends, a is stopped, d starts: a storage node delivers; a starts and sees the receipt
  silence    five hosts on one wire, all processors busy: a link goes silent without a reset, a host is unplugged, a process
             is stopped (SIGSTOP), one is killed; at the default heartbeat interval and at 1 s: when neighbours suspect it
             and give it up, and that nobody is accused falsely

The program is ./p2p, or what the variable OVERLAY_LAB_COMMAND says, one word a line. Prints one line per scenario, JSON with --json. Exit: 0 all held, 1 a promise broken, 77 cannot run here.
"""
import argparse, concurrent.futures, json, os, pathlib, shutil, signal, subprocess, sys, tempfile, threading, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = "p2po%x" % os.getpid()
PROGRAM = os.environ.get("OVERLAY_LAB_COMMAND", str(ROOT / "p2p")).split("\n")
SECRET = "the-quick-brown-secret"


class Cannot(Exception):
    """The machine lacks something."""


class Broken(Exception):
    """A promise did not hold."""


def ip(*words, check=True):
    done = subprocess.run(("ip",) + words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if check and done.returncode != 0:
        raise Cannot("ip %s: %s" % (" ".join(words), done.stdout.decode().strip()))


class Net:
    """Hosts and the wires between them."""

    def __init__(self):
        self.hosts, self.wires, self.bridges = set(), 0, []

    def host(self, name):
        if name in self.hosts:
            return
        ip("netns", "add", PREFIX + name)
        self.hosts.add(name)
        ip("-n", PREFIX + name, "link", "set", "lo", "up")

    def wire(self, a, b):
        """Joins two hosts; returns the names of the ends."""
        self.host(a)
        self.host(b)
        n = self.wires
        self.wires += 1
        ends = ["w%d" % n, "w%d" % n]
        ip("-n", PREFIX + a, "link", "add", ends[0], "type", "veth", "peer", "name", ends[1], "netns", PREFIX + b)
        for host, end, last in ((a, ends[0], 1), (b, ends[1], 2)):
            ip("-n", PREFIX + host, "addr", "add", "10.78.%d.%d/24" % (n, last), "dev", end)
            ip("-n", PREFIX + host, "link", "set", end, "up")
        return ends

    def lan(self, names, subnet=200, place="lan"):
        """Joins hosts to one bridge, which is in a namespace of its own."""
        self.host(place)
        self.run(place, "ip", "link", "add", "br0", "type", "bridge")
        self.run(place, "ip", "link", "set", "br0", "up")
        for i, name in enumerate(names, 1):
            self.host(name)
            ip("-n", PREFIX + name, "link", "add", "eth0", "type", "veth", "peer", "name", "p" + name,
               "netns", PREFIX + place)
            ip("-n", PREFIX + name, "addr", "add", "10.78.%d.%d/24" % (subnet, i), "dev", "eth0")
            ip("-n", PREFIX + name, "link", "set", "eth0", "up")
            self.run(place, "ip", "link", "set", "p" + name, "master", "br0")
            self.run(place, "ip", "link", "set", "p" + name, "up")

    def silent(self, place, some, on):
        """What some hosts of a lan say to each other is lost without a word; they and all others hear each other."""
        for name in some:
            self.run(place, "bridge", "link", "set", "dev", "p" + name, "isolated", "on" if on else "off")

    def plugged(self, place, name, on):
        """Pulls the cable of a host of a lan, or puts it back."""
        self.run(place, "ip", "link", "set", "p" + name, "up" if on else "down")

    def part(self, some):
        """Moves some hosts of the lan to a bridge of their own."""
        self.run("lan", "ip", "link", "add", "br1", "type", "bridge")
        self.run("lan", "ip", "link", "set", "br1", "up")
        for name in some:
            self.run("lan", "ip", "link", "set", "p" + name, "master", "br1")

    def heal(self, some):
        for name in some:
            self.run("lan", "ip", "link", "set", "p" + name, "master", "br0")

    def run(self, name, *command):
        done = subprocess.run(("ip", "netns", "exec", PREFIX + name) + command, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Cannot("%s: %s" % (" ".join(command), done.stdout.decode().strip()))

    def remove(self):
        for name in self.hosts:
            ip("netns", "del", PREFIX + name, check=False)
        self.hosts.clear()


class Node:
    """One `p2p node` in a namespace, its events read as they come."""

    def __init__(self, name, folder, log, options=()):
        self.name, self.folder, self.log, self.options = name, folder / name, log, list(options)
        self.events, self.got, self.ends = [], [], {}
        self.process, self.program = None, PROGRAM

    def start(self):
        command = ["ip", "netns", "exec", PREFIX + self.name] + self.program + [
            "node", "--json", "--name", self.name, "--data", str(self.folder)] + self.options
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=open(self.log / (self.name + ".err"), "a"), text=True, bufsize=1)
        self.up = threading.Event()
        threading.Thread(target=self.read, args=(self.process, open(self.log / (self.name + ".log"), "a")),
                         daemon=True).start()
        if not self.up.wait(30):
            said = (self.log / (self.name + ".err")).read_text().strip()
            raise Broken("%s did not start: %s" % (self.name, said[-500:]))
        return self

    def read(self, process, log):
        for line in process.stdout:
            log.write(line)
            log.flush()
            now = time.monotonic()
            try:
                event = json.loads(line)
            except ValueError:
                continue
            kind = event.get("event")
            event["seen"] = now
            if kind == "listening":
                self.peer_id = event["peerId"]
                self.up.set()
            elif kind == "message":
                self.got.append((event.get("text", ""), now, event))
            elif kind in ("acknowledged", "expired", "refused", "kept"):
                self.ends[event["id"]] = event
            self.events.append(event)

    def say(self, to, text):
        self.process.stdin.write("%s: %s\n" % (to, text))
        self.process.stdin.flush()

    def stop(self, how=signal.SIGTERM):
        # The java process is the child that `ip netns exec` became: exec all the way down.
        self.process.send_signal(how)
        self.process.wait(30)

    def command(self, *words):
        """Runs a command of the program against this node."""
        done = subprocess.run(["ip", "netns", "exec", PREFIX + self.name] + self.program + list(words)
                              + ["--data", str(self.folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done

    def health(self, other):
        """What this node thought of another, one event a change."""
        return [e for e in list(self.events) if e.get("event") == "health" and e["peerId"] == other.peer_id]

    def texts(self):
        return [text for text, _, _ in list(self.got)]


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise Broken("not within %g s: %s" % (seconds, what))


class Flow:
    """Numbered messages of one node to another, so many a second."""

    def __init__(self, sender, to, rate):
        self.sender, self.to, self.rate, self.sent = sender, to, rate, 0
        self.going = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        start = time.monotonic()
        while self.going:
            self.sender.say(self.to, "%s %06d %s" % (SECRET, self.sent, "x" * 100))
            self.sent += 1
            pause = start + self.sent / self.rate - time.monotonic()
            if pause > 0:
                time.sleep(pause)

    def end(self):
        self.going = False
        self.thread.join()
        return self.sent

    def check(self, node, seconds):
        """All arrived, once, in order; returns the times of arrival. Who has not said its name yet is shown by its id."""
        mine = lambda: [(text, at) for text, at, event in list(node.got)
                        if text.startswith(SECRET) and event["from"] in (self.sender.peer_id, self.sender.name)]
        until(lambda: len(mine()) >= self.sent, seconds,
              "%s has %d of %d messages of %s" % (node.name, len(mine()), self.sent, self.sender.name))
        time.sleep(1)  # what would come twice
        got = mine()
        numbers = [int(text.split()[1]) for text, _ in got]
        if numbers != list(range(self.sent)):
            raise Broken("%s got %d messages of %s, expected %d in order, each once; first wrong at %d" % (
                node.name, len(got), self.sender.name, self.sent,
                next((i for i, n in enumerate(numbers) if i >= self.sent or n != i), -1)))
        return [at for _, at in got]


def gap(times):
    return max((b - a for a, b in zip(times, times[1:])), default=0.0)


def stats(node):
    """The node's counters, asked for on its console."""
    before = len(node.events)
    node.process.stdin.write("/stats\n")
    node.process.stdin.flush()
    return until(lambda: next((e for e in node.events[before:] if e.get("event") == "stats"), None), 10,
                 "counters of " + node.name)


def relayed(node):
    """Parcels that a node passed on, by its own count."""
    return stats(node)["parcelsPassedOn"]


def reaches(node, other):
    done = node.command("topology", "--json")
    return other.peer_id in done.stdout


def costs(node):
    """What the links cost by the adverts that a node holds, in milliseconds."""
    said = [json.loads(line) for line in node.command("topology", "--json").stdout.splitlines()]
    names = {e["peerId"]: e["name"] for e in said if e["event"] == "node"}
    return {"-".join(sorted((names.get(e["a"], "?"), names.get(e["b"], "?")))): e["costMicros"] / 1e3
            for e in said if e["event"] == "link"}


def no_plain_text(folder, names):
    for name in names:
        for path in (folder / name).rglob("*"):
            if path.is_file() and SECRET.encode() in path.read_bytes():
                raise Broken("%s holds a payload that is not for it: %s" % (name, path))


class Capture:
    """Everything that passes an interface, as bytes."""

    def __init__(self, name, interface, file):
        self.file = file
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", PREFIX + name, sys.executable, "-c",
             "import socket,sys\n"
             "s=socket.socket(socket.AF_PACKET,socket.SOCK_RAW,socket.htons(3))\n"
             "s.bind((sys.argv[1],0))\n"
             "o=open(sys.argv[2],'wb')\n"
             "while True:\n"
             "  try: o.write(s.recv(65535)); o.flush()\n"
             "  except OSError: pass  # down for a moment\n", interface, str(file)])

    def end(self):
        self.process.terminate()
        self.process.wait()
        return self.file.read_bytes()


def chain(net, folder, log, args):
    ends = [net.wire("a", "b"), net.wire("b", "c"), net.wire("c", "d")]
    a, b, c, d = nodes = [Node(n, folder, log) for n in "abcd"]
    capture = Capture("b", ends[1][0], folder / "capture")
    for node in nodes:
        node.start()
    until(lambda: reaches(a, d), 30, "a knows of d")
    a.say("d", SECRET + " first")
    until(lambda: d.texts(), 30, "the first message at d")
    flow = Flow(a, "d", 200)
    time.sleep(args.seconds)
    flow.end()
    d.got[:] = [each for each in d.got if not each[0].endswith("first")]
    flow.check(d, 30)
    until(lambda: len(a.ends) > flow.sent, 30, "acknowledgements at a")
    bad = [e for e in a.ends.values() if e["event"] != "acknowledged"]
    if bad:
        raise Broken("not acknowledged: %s" % bad[0])
    micros = sorted(e["micros"] for e in a.ends.values())
    message = list(a.ends)[-1]
    steps = [json.loads(line) for line in a.command("trace", message, "--json").stdout.splitlines()]
    hops = [step["node"] for step in steps if step.get("stage") in ("HOP", "RECEIVED")]
    if hops != ["a", "b", "c", "d"]:
        raise Broken("trace says %s" % steps)
    trace = a.command("trace", message).stdout
    seen = capture.end()
    if SECRET.encode() in seen:
        raise Broken("a payload crossed the wire in clear")
    for node in nodes:
        node.stop()
    no_plain_text(folder, "bc")
    relays = [len([1 for t in node.texts()]) for node in (b, c)]
    if any(relays):
        raise Broken("handlers in between saw messages: %s" % relays)
    return {"messages": flow.sent, "p50_ms": micros[len(micros) // 2] / 1e3, "hops": hops,
            "captured_bytes": len(seen), "trace": trace.rstrip()}


def twin(net, folder, log, args):
    for x, y in (("a", "b"), ("a", "b2"), ("b", "c"), ("b2", "c"), ("c", "d")):
        net.wire(x, y)
    nodes = {n: Node(n, folder, log) for n in ("a", "b", "b2", "c", "d")}
    for node in nodes.values():
        node.start()
    a, b, b2, d = nodes["a"], nodes["b"], nodes["b2"], nodes["d"]
    until(lambda: reaches(a, d), 30, "a knows of d")
    a.say("d", "warm")
    until(lambda: d.texts(), 30, "the first message at d")
    flow = Flow(a, "d", 300)
    time.sleep(args.seconds)
    shares = {n: relayed(nodes[n]) for n in ("b", "b2")}
    killed = time.monotonic()
    b.stop(signal.SIGKILL)
    time.sleep(args.seconds)
    flow.end()
    d.got[:] = [each for each in d.got if each[0] != "warm"]
    times = flow.check(d, 30)
    around = [t for t in times if killed - 1 < t < killed + 10]
    pause = gap(around)
    total = sum(shares.values())
    for n in ("a", "b2", "c", "d"):
        nodes[n].stop()
    if min(shares.values()) < total * 0.1:
        raise Broken("load is not shared: %s" % shares)
    if pause > 1.0:
        raise Broken("a gap of %.2f s after b was killed" % pause)
    return {"messages": flow.sent, "relayed": shares, "gap_s": round(pause, 3)}


def partition(net, folder, log, args):
    names = ["n%d" % i for i in range(1, 7)]
    net.lan(names)
    nodes = [Node(n, folder, log, ["--heartbeat-interval", "1", "--message-timeout", "300"]) for n in names]
    for node in nodes:
        node.start()
    for node in nodes:
        until(lambda: len({e["peerId"] for e in node.events if e.get("event") == "joined"}) >= 5, 30,
              node.name + " knows the five others")
    flows = [(Flow(nodes[i], names[(i + 3) % 6], 20), nodes[(i + 3) % 6]) for i in range(6)]
    flows += [(Flow(nodes[i], names[(i + 1) % 6], 20), nodes[(i + 1) % 6]) for i in (0, 1, 3, 4)]
    time.sleep(5)
    some = names[:3]
    parted = time.monotonic()
    net.part(some)
    time.sleep(60)
    fault = lambda node, what: [e["seen"] for e in node.events
                                if e.get("event") == "fault" and e.get("what") == what and e["seen"] > parted]
    noticed = [min(fault(n, "PARTITION_NOTICED"), default=0) for n in nodes]
    if not any(noticed):
        raise Broken("nobody noticed the partition")
    repaired = time.monotonic()
    net.heal(some)
    other = lambda node: [e for e in node.events if e.get("event") == "connected" and e["seen"] > repaired]
    until(lambda: all(other(n) for n in nodes), 30, "every node connects across")
    healed = max(min(e["seen"] for e in other(n)) for n in nodes) - repaired
    time.sleep(5)
    for flow, _ in flows:
        flow.end()
    for flow, node in flows:
        flow.check(node, 60)
    for node in nodes:
        node.stop()
    if healed > 5:
        raise Broken("healed %.1f s after the repair" % healed)
    return {"messages": sum(f.sent for f, _ in flows), "noticed_s": [round(n - parted, 1) if n else None for n in noticed],
            "healed_s": round(healed, 2)}


def mail(net, folder, log, args):
    for x, y in (("a", "s"), ("s", "d")):
        net.wire(x, y)
    long = ["--message-timeout", "3600"]
    a, d = Node("a", folder, log, long), Node("d", folder, log, long)
    s = Node("s", folder, log, ["--node-type", "storage"])
    for node in (a, s, d):
        node.start()
    until(lambda: reaches(a, d), 30, "a knows of d")
    d.stop()
    before = len(a.events)
    flow = Flow(a, "d", 50)
    time.sleep(2)
    flow.end()
    until(lambda: stats(s)["mailParcels"] > 0, 30, "the storage node holds mail")
    time.sleep(3)
    a.stop()
    no_plain_text(folder, "s")
    d.start()
    flow.check(d, 60)
    d.stop()
    a.start()
    def waiting():
        done = a.command("queue", "ls", "--json")
        if done.returncode != 0:
            raise Broken("p2p queue ls: " + done.stderr.strip())
        return [line for line in done.stdout.splitlines() if json.loads(line).get("peerId") == d.peer_id]

    until(lambda: not waiting(), 60, "a sees the receipt")
    a.stop()
    s.stop()
    return {"messages": flow.sent}


class Busy:
    """Processes that keep every processor busy; they end by themselves after ten minutes at the latest."""

    def __init__(self):
        burn = "import time\nend = time.monotonic() + 600\nwhile time.monotonic() < end: pass"
        self.processes = [subprocess.Popen([sys.executable, "-c", burn]) for _ in range(os.cpu_count())]

    def end(self):
        for process in self.processes:
            process.kill()
            process.wait()


class Field:
    """Five hosts on a wire of their own, with one heartbeat interval."""

    ACCUSATIONS = ("PEER_SUSPECT", "PEER_DEAD", "LINK_DEAD")

    def __init__(self, net, folder, log, place, subnet, interval, options):
        self.net, self.place, self.interval = net, place, interval
        self.names = ["%s%d" % (place, i) for i in range(1, 6)]
        net.lan(self.names, subnet, place)
        self.nodes = [Node(n, folder, log, options) for n in self.names]
        self.just = []  # who may accuse whom, from when to when
        self.rows = []

    def start(self):
        for node in self.nodes:
            node.start()
        pairs = [(n, o) for n in self.nodes for o in self.nodes if n is not o]
        until(lambda: all(self.when(p, ("HEALTHY",), 0) for p in pairs), 60, self.place + ": all hear of all")
        return self

    @staticmethod
    def when(pair, states, since):
        """When, since then, a node first thought so of another; milliseconds since 1970, or None."""
        return next((e["time"] for e in pair[0].health(pair[1]) if e["time"] >= since and e["to"] in states), None)

    def case(self, what, cut, mend, pairs, slack):
        """Cuts something; pairs: who is to notice, and of whom, so long after the interval at most. Makes a row of the table."""
        at = time.time() * 1000
        cut()
        after = lambda states: [(t - at) / 1000 for t in (self.when(p, states, at) for p in pairs) if t is not None]
        until(lambda: len(after(("DEAD",))) == len(pairs), self.interval + slack,
              "interval %d s, %s, given up after %s" % (self.interval, what, after(("DEAD",))))
        row = {"interval_s": self.interval, "what": what, "links": len(pairs)}
        for name, states in (("doubted", ("DEGRADED", "SUSPECT")), ("suspected", ("SUSPECT",)), ("given_up", ("DEAD",))):
            row[name + "_s"] = spread(after(states))
        self.rows.append(row)
        both = pairs + [(o, n) for n, o in pairs]
        if mend:
            mended = time.time() * 1000
            mend()
            until(lambda: all(self.when(p, ("HEALTHY",), mended) for p in both), 60, what + ": linked again")
        now = time.time() * 1000
        self.just += [(n.name, o.name, at, now + 1000) for n, o in both]

    def all_cases(self):
        a, b, c, d, e = self.nodes
        others = lambda node: [(n, node) for n in self.nodes if n is not node]
        time.sleep(30)  # nothing happens, and nobody is accused
        self.case("link silent", lambda: self.net.silent(self.place, self.names[:2], True),
                  lambda: self.net.silent(self.place, self.names[:2], False), [(a, b), (b, a)], 60)
        self.case("host unplugged", lambda: self.net.plugged(self.place, c.name, False),
                  lambda: self.net.plugged(self.place, c.name, True), others(c), 30)
        self.case("process stopped", lambda: d.process.send_signal(signal.SIGSTOP),
                  lambda: d.process.send_signal(signal.SIGCONT), others(d), 30)
        self.case("process killed", lambda: e.stop(signal.SIGKILL), None, others(e), 30)
        return self.rows

    def false(self):
        """Accusations of hosts that ran and could be reached from where they were accused."""
        named = {n.peer_id: n.name for n in self.nodes}
        accused = [(n.name, named.get(e["peerId"]), e) for n in self.nodes for e in n.events
                   if e.get("event") == "fault" and e["what"] in self.ACCUSATIONS]
        return [(by, who, e["what"], e["cause"]) for by, who, e in accused
                if not any((by, who) == (n, o) and start <= e["time"] <= end for n, o, start, end in self.just)]


def spread(times):
    """Median and longest."""
    times = sorted(times)
    return [round(times[len(times) // 2], 1), round(times[-1], 1)] if times else None


def silence(net, folder, log, args):
    fields = [Field(net, folder, log, "slow", 201, 30, []),
              Field(net, folder, log, "fast", 202, 1, ["--heartbeat-interval", "1"])]
    for field in fields:
        field.start()
    busy = Busy()
    try:
        with concurrent.futures.ThreadPoolExecutor() as pool:
            rows = [row for of in list(pool.map(Field.all_cases, fields)) for row in of]
    finally:
        busy.end()
    false = [each for field in fields for each in field.false()]
    if false:
        raise Broken("%d accused falsely: %s; %s" % (len(false), false[:5], rows))
    for field in fields:
        for node in field.nodes[:4]:
            node.stop()
    shown = lambda times: "%.1f / %.1f" % tuple(times) if times else "-"
    line = "%-8s  %-15s  %5s  %-14s  %-14s  %s"
    lines = [line % ("interval", "what", "links", "doubted, s", "suspected, s", "given up, s")]
    lines += [line % ("%d s" % r["interval_s"], r["what"], r["links"], shown(r["doubted_s"]), shown(r["suspected_s"]),
                      shown(r["given_up_s"])) for r in rows]
    return {"rows": rows, "false": 0, "table": "\n".join(lines)}


SCENARIOS = {f.__name__: f for f in (chain, twin, partition, mail, silence)}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("scenario", nargs="*", choices=[[], *SCENARIOS], default=[])
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--keep-logs", type=pathlib.Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if os.geteuid() != 0:
        print("overlay: needs root for network namespaces", file=sys.stderr)
        return 77
    subprocess.run(PROGRAM + ["--version"], check=True, stdout=subprocess.DEVNULL)
    broken = False
    for name in args.scenario or SCENARIOS:
        net, folder = Net(), pathlib.Path(tempfile.mkdtemp(prefix="p2po"))
        log = args.keep_logs / name if args.keep_logs else folder
        log.mkdir(parents=True, exist_ok=True)
        running = []
        original = Node.start

        def start(node):
            if node not in running:
                running.append(node)
            return original(node)

        Node.start = start
        try:
            result = {"scenario": name, "held": True, **SCENARIOS[name](net, folder, log, args)}
        except Broken as e:
            broken = True
            result = {"scenario": name, "held": False, "why": str(e)}
        except Cannot as e:
            print("overlay: " + str(e), file=sys.stderr)
            return 77
        finally:
            Node.start = original
            for node in running:
                if node.process and node.process.poll() is None:
                    node.process.kill()
                    node.process.wait()
            net.remove()
            shutil.rmtree(folder, ignore_errors=True)
        shown = result.pop("trace", None) or result.pop("table", None)
        print(json.dumps(result) if args.json else "%-10s %s  %s" % (
            name, "held  " if result["held"] else "BROKEN", {k: v for k, v in result.items() if k not in ("scenario", "held")}))
        if shown and not args.json:
            print(shown)
        sys.stdout.flush()
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
