# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab, as the bench uses it: its weather, its truth, and commands on the host scan."""
import collections
import contextlib
import functools
import json
import os
import subprocess
import sys
import time

SECONDS = 180  # no command takes longer

Host = collections.namedtuple(
    "Host", "ip mac name netbios workgroup ports where answers")
Run = collections.namedtuple("Run", "status wall cpu peak sent samples out err")


class Lab:
    """One lab that is up; run.sh raised it."""

    def __init__(self):
        self.root = os.getcwd()
        self.id = os.environ["MUSTER_LAB_ID"]
        self.build = os.environ["BENCH_BUILD"]
        self.work = os.environ["BENCH_WORK"]
        self._weather = None
        self._truth = {}

    def call(self, *words):
        """One command of tests/lab/lab; its output."""
        done = subprocess.run([f"{self.root}/tests/lab/lab", *words], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=SECONDS)
        if done.returncode:
            raise RuntimeError(f"lab {' '.join(words)}: {done.stderr.strip()}")
        print(done.stderr, end="", file=sys.stderr)  # a relay that could not hold all
        return done.stdout

    def weather(self, loss=0, delay=0):
        """Percent lost each way, milliseconds added to the round trip."""
        if self._weather != (loss, delay):
            self.call("delay", str(delay))
            self.call("loss", str(loss))
            self._weather = (loss, delay)

    def truth(self, network):
        if network not in self._truth:
            rows = self.call("truth", network).splitlines()
            self._truth[network] = [Host(*row.split()) for row in rows]
        return self._truth[network]

    def on(self, host):
        """What to put before a command so that it runs on a host of the lab."""
        with open(f"/run/muster-lab/{self.id}/{host}/holder.pid", encoding="ascii") as f:
            pid = f.read().strip()
        return ["nsenter", "--target", pid, "--net", "--mount", "--uts",
                f"--wdns={self.root}", "--"]

    def do(self, host, *command):
        return subprocess.run([*self.on(host), *command], check=True, text=True,
                              stdout=subprocess.PIPE, timeout=SECONDS).stdout

    @functools.cached_property
    def own_addresses(self):
        links = json.loads(self.do("scan", "ip", "-j", "address", "show"))
        return {a["local"] for link in links for a in link["addr_info"]}

    def path(self, name):
        return os.path.join(self.work, name)

    def measured(self, command, sample=None):
        """The words that run a command on scan and measure it."""
        option = ["-s", sample] if sample else []
        return [*self.on("scan"), f"{self.build}/measure", self.path("result"),
                self.path("out"), self.path("err"), *option, *command]

    def result(self):
        """Of the command that measured() ran last."""
        with open(self.path("result"), encoding="ascii") as f:
            r = json.load(f)
        with open(self.path("out"), encoding="utf-8", errors="replace") as f:
            out = f.read()
        with open(self.path("err"), encoding="utf-8", errors="replace") as f:
            err = f.read()
        return Run(r["status"], r["wall"], r["cpu"], r["peak_kib"], r["sent"],
                   r["samples"], out, err)

    def run(self, command, sample=None, seconds=SECONDS):
        subprocess.run(self.measured(command, sample), check=True, timeout=seconds)
        return self.result()

    def peak_of_all(self, command):
        """Runs a command; KiB of all its processes together, each at its own peak."""
        peaks = {}
        with subprocess.Popen(self.measured(command)) as parent:
            while parent.poll() is None:
                for pid in below(parent.pid):
                    peaks[pid] = max(peaks.get(pid, 0), peak_of(pid))
                time.sleep(0.01)
        return sum(peaks.values()), self.result()

    @contextlib.contextmanager
    def traffic(self):
        """Some packets on scan's wire: masscan never ends on one that is silent."""
        ping = subprocess.Popen([*self.on("scan"), "ping", "-q", "-i", "0.05",
                                 "198.18.100.1"], stdout=subprocess.DEVNULL)
        try:
            yield
        finally:
            ping.terminate()
            ping.wait()


def below(pid):
    """The processes that a measured command consists of: children of `measure`, and
    theirs.  nsenter becomes measure, so pid itself is not one of them."""
    found, look = [], [pid]
    while look:
        pid = look.pop()
        try:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
                children = [int(word) for word in f.read().split()]
        except OSError:
            continue
        found += children
        look += children
    return found


def peak_of(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0
