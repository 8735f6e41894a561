# SPDX-License-Identifier: BSD-2-Clause
"""flowcard-replay --config for the co-simulation tests: configuration texts, rows as dictionaries."""
import csv
import json
import os
import subprocess
import tempfile

from replay import REPLAY, fail

CARD = "card 7\n transport vfio-user /nowhere\n"
NEVER = " cache timeout active 604800\n cache timeout inactive 604800\n cache entries 200000\n"


def record(name, *match):
    return "flow record %s\n" % name + "".join(" match %s\n" % m for m in match) + \
        " collect counter packets\n collect counter bytes\n"


def monitor(name, of, *lines):
    return "flow monitor %s\n record %s\n" % (name, of) + "".join(" %s\n" % line for line in lines)


def interface(port, *lines):
    return "interface HundredGigE7/0/%d\n" % port + "".join(" %s\n" % line for line in lines)


class Run:
    """Rows (dictionaries, numbers as int) and counters of one run."""

    def __init__(self, rows, counters, stderr):
        self.rows, self.counters, self.stderr = rows, counters, stderr
        self.monitors = {}
        for m in counters["monitors"]:
            self.monitors.setdefault(m["name"], []).append(m)

    def of(self, name):
        return [r for r in self.rows if r["monitor"] == name]

    def total(self, name, what):
        return sum(m[what] for m in self.monitors[name])


def number(text):
    return int(text) if text.isdigit() else text


def run(capture, config, *options, timeout=300):
    """The run must succeed: its own sums are all checked by the program."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, n) for n in ("f.csv", "c.json", "x.conf")]
        with open(paths[2], "w") as handle:
            handle.write(config)
        done = subprocess.run([REPLAY, "-q", "--config", paths[2], "--csv", paths[0], "--counters", paths[1], *options, capture],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)
        if done.returncode:
            fail("%s: status %d: %s\n%s" % (capture, done.returncode, done.stderr, config))
        with open(paths[0], newline="") as handle:
            rows = [{k: v if k.startswith("tcp") else number(v) for k, v in r.items()} for r in csv.DictReader(handle)]
        with open(paths[1]) as handle:
            return Run(rows, json.load(handle), done.stderr)


def rekeyed(rows, keys):
    """Flows of other keys: sums, first, last, flags. Rows are dictionaries; keys are columns, or columns and a prefix."""
    out = {}
    for r in rows:
        key = tuple(r[k] for k in keys)
        have = out.setdefault(key, [0, 0, r["first_ns"], r["last_ns"], 0])
        have[0] += r["packets"]
        have[1] += r["bytes"]
        have[2] = min(have[2], r["first_ns"])
        have[3] = max(have[3], r["last_ns"])
        have[4] |= int(r["tcp_bits"], 16)
    return out
