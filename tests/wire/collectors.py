# SPDX-License-Identifier: BSD-2-Clause
"""Runs real collectors on loopback and reads what they understood (standard library only).

    expected = read_csv("flows.csv")                 # columns of flowcard-replay --csv
    collector = start_nfcapd(folder)                 # or start_nfacctd(folder), start_recorder(program, folder)
    ... send to 127.0.0.1:collector.port ...
    collector.wait_drained()                         # the socket is empty and lost nothing
    totals = collector.stop()                        # flows, packets, bytes, sequence_errors, bad
    differences(expected, collector.rows())          # list of sentences, empty when equal

Rows are a dictionary: (src, dst, sport, dport, proto, tos) -> Row, records of one key added up, times in ms.
A recorder's files go to tshark_totals(), tshark_rows() and ipfixdump_totals(), ipfixdump_rows().
"""
import calendar
import csv
import ipaddress
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

DEADLINE = 60
FLAG_LETTERS = "CEUAPRSF"


class CollectorError(Exception):
    """A collector did not start, lost datagrams or did not finish in time."""


class Row:
    """What is known of one key."""

    def __init__(self, packets, octets, first_ms, last_ms, flags=None, records=1):
        self.packets, self.octets, self.records = packets, octets, records
        self.first_ms, self.last_ms, self.flags = first_ms, last_ms, flags

    def add(self, other):
        self.packets += other.packets
        self.octets += other.octets
        self.records += other.records
        self.first_ms = min(self.first_ms, other.first_ms)
        self.last_ms = max(self.last_ms, other.last_ms)
        self.flags = None if self.flags is None else self.flags | (other.flags or 0)

    def __repr__(self):
        return (f"packets={self.packets} octets={self.octets} first={self.first_ms} last={self.last_ms} "
                f"flags={self.flags}")


def missing(*programs):
    """Names of those that are not installed."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return [p for p in programs if not shutil.which(p, path=path)]


def program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def wait_for(condition, what, seconds=DEADLINE):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise CollectorError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


# ------------------------------------------------------------------------------------------- rows
def put(rows, key, row):
    if key in rows:
        rows[key].add(row)
    else:
        rows[key] = row


def address(text):
    return str(ipaddress.ip_address(text))


def read_csv(path, families=(4, 6)):
    """Rows of a CSV file as flowcard-replay and the oracle write it."""
    rows = {}
    with open(path, newline="", encoding="ascii") as stream:
        for line in csv.DictReader(stream):
            if int(line["ip_version"]) not in families:
                continue
            key = (address(line["src"]), address(line["dst"]), int(line["sport"]), int(line["dport"]),
                   int(line["proto"]), int(line["tos"]))
            put(rows, key, Row(int(line["packets"]), int(line["bytes"]), int(line["first_ns"]) // 1000000,
                               int(line["last_ns"]) // 1000000, int(line["tcp_flags"], 16)))
    return rows


def sums(rows):
    """(records, packets, octets) of rows."""
    return (sum(r.records for r in rows.values()), sum(r.packets for r in rows.values()),
            sum(r.octets for r in rows.values()))


def without_addresses(rows):
    """For tshark, which lists IPv4 and IPv6 addresses apart."""
    out = {}
    for key, row in rows.items():
        put(out, ("", "") + key[2:], Row(row.packets, row.octets, row.first_ms, row.last_ms, row.flags, row.records))
    return out


def differences(expected, seen, tolerance_ms=0, limit=5):
    """Sentences on how `seen` differs from `expected`."""
    found = [f"missing: {k} {expected[k]}" for k in expected.keys() - seen.keys()]
    found += [f"not sent: {k} {seen[k]}" for k in seen.keys() - expected.keys()]
    for key in expected.keys() & seen.keys():
        want, got = expected[key], seen[key]
        equal = (want.packets, want.octets) == (got.packets, got.octets)
        equal = equal and abs(want.first_ms - got.first_ms) <= tolerance_ms
        equal = equal and abs(want.last_ms - got.last_ms) <= tolerance_ms
        equal = equal and (got.flags is None or want.flags == got.flags)
        if not equal:
            found.append(f"{key}: sent {want}, seen {got}")
    return found[:limit] + ([f"... {len(found)} in all"] if len(found) > limit else [])


def milliseconds(text):
    """2026-11-22T12:10:20.340 or with a blank, UTC, to ms since 1970."""
    whole, _, part = text.strip().rstrip("Z").replace("T", " ").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%d %H:%M:%S")) * 1000 + int((part + "000")[:3])


# ------------------------------------------------------------------------------------------- processes
def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def socket_state(port):
    """(octets waiting, datagrams dropped) of the UDP socket on `port`; None: there is none."""
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        with open(table, encoding="ascii") as stream:
            for line in list(stream)[1:]:
                words = line.split()
                if int(words[1].rsplit(":", 1)[1], 16) == port:
                    return int(words[4].split(":")[1], 16), int(words[-1])
    return None


class Collector:
    """A process that listens on self.port; stop() ends it and nothing else."""

    def __init__(self, command, log, port):
        self.log, self.port = log, port
        with open(log, "wb") as stream:
            self.process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT,
                                            stdin=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"},
                                            start_new_session=True)
        try:
            wait_for(self._listening, f"{command[0]} listening on port {port}")
        except CollectorError:
            self.kill()
            raise

    def _listening(self):
        if self.process.poll() is not None:
            raise CollectorError(f"ended at once:\n{self.log_text()}")
        return socket_state(self.port)

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def wait_drained(self):
        wait_for(lambda: socket_state(self.port)[0] == 0, "collector reading its socket")
        dropped = socket_state(self.port)[1]
        if dropped:
            raise CollectorError(f"the collector's socket dropped {dropped} datagrams")

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired as late:
            self.kill()
            raise CollectorError("collector did not end") from late

    def kill(self):
        """For a clean-up after a failure: it and the processes it started; harmless when it has ended."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def start_on_free_port(make, attempts=5):
    """Another process can take the port between the look and the use: try again then."""
    for attempt in range(attempts):
        try:
            return make(free_port())
        except CollectorError:
            if attempt == attempts - 1:
                raise
    return None


# ------------------------------------------------------------------------------------------- nfcapd
class Nfcapd(Collector):
    """small_buffer: the system's default; it must not wait for its turn on a busy machine then."""

    def __init__(self, folder, port, small_buffer=False):
        self.data = os.path.join(folder, "nfcapd")
        os.makedirs(self.data, exist_ok=True)
        super().__init__([program("nfcapd"), "-w", self.data, "-b", "127.0.0.1", "-p", str(port), "-t", "3600",
                          *([] if small_buffer else ["-B", "4000000"]), "-I", "x"],
                         os.path.join(folder, "nfcapd.log"), port)
        if small_buffer:
            try:
                os.setpriority(os.PRIO_PROCESS, self.process.pid, -15)
            except PermissionError:
                pass

    def stop(self):
        self.end()
        found = re.findall(r"Flows: (\d+), Packets: (\d+), Bytes: (\d+), Sequence Errors: (\d+), Bad Packets: (\d+)",
                           self.log_text())
        if not found:
            raise CollectorError(f"nfcapd printed no totals:\n{self.log_text()}")
        names = ("flows", "packets", "bytes", "sequence_errors", "bad")
        return {name: sum(int(line[i]) for line in found) for i, name in enumerate(names)}

    def rows(self):
        """After stop()."""
        text = subprocess.run([program("nfdump"), "-R", self.data, "-q", "-o", "json"], check=True,
                              capture_output=True, text=True, env={**os.environ, "TZ": "UTC"}).stdout
        text = text[text.index("["):] if "[" in text else "[" + text.strip().rstrip(",") + "]"
        rows = {}
        for flow in json.loads(text):
            put(rows, *nfdump_row(flow))
        return rows

    def interface_names(self):
        """Of the interfaces of all flows. After stop()."""
        text = subprocess.run([program("nfdump"), "-R", self.data, "-q", "-o", "fmt:%inam"], check=True,
                              capture_output=True, text=True, env={**os.environ, "TZ": "UTC"}).stdout
        return {line.strip() for line in text.splitlines()}


def nfdump_row(flow):
    version = "4" if "src4_addr" in flow else "6"
    dport = flow.get("dst_port", flow.get("icmp_type", 0) * 256 + flow.get("icmp_code", 0))
    flags = sum(0x80 >> i for i, letter in enumerate(flow.get("tcp_flags", "")) if letter == FLAG_LETTERS[i])
    key = (address(flow[f"src{version}_addr"]), address(flow[f"dst{version}_addr"]), flow.get("src_port", 0), dport,
           flow["proto"], flow.get("src_tos", 0))
    return key, Row(flow["in_packets"], flow["in_bytes"], milliseconds(flow["first"]), milliseconds(flow["last"]),
                    flags if flow["proto"] == 6 else None)


def start_nfcapd(folder, small_buffer=False):
    return start_on_free_port(lambda port: Nfcapd(folder, port, small_buffer))


# ------------------------------------------------------------------------------------------- nfacctd
class Nfacctd(Collector):
    """With its memory plugin, which answers the client `pmacct` at any time."""

    FIELDS = "src_host,dst_host,src_port,dst_port,proto,tos,tcpflags,timestamp_start,timestamp_end,flows"

    def __init__(self, folder, port, renormalize=False):
        self.pipe = os.path.join(folder, "pmacct.pipe")
        if os.path.exists(self.pipe):
            os.remove(self.pipe)
        self.seen = {}
        config = os.path.join(folder, "nfacctd.conf")
        with open(config, "w", encoding="ascii") as stream:
            stream.write(f"nfacctd_renormalize: {str(renormalize).lower()}\n"
                         f"daemonize: false\nnfacctd_ip: 127.0.0.1\nnfacctd_port: {port}\nnfacctd_pipe_size: 4000000\n"
                         f"plugins: memory[a]\naggregate[a]: {self.FIELDS}\nimt_path[a]: {self.pipe}\n"
                         "imt_mem_pools_number[a]: 0\nimt_mem_pools_size[a]: 4194304\nplugin_pipe_size[a]: 67108864\ntimestamps_utc: true\n")
        super().__init__([program("nfacctd"), "-f", config], os.path.join(folder, "nfacctd.log"), port)

    def _listening(self):
        # The table's process says so too; what comes earlier may be lost between the two.
        return super()._listening() and f"waiting for data on: '{self.pipe}'" in self.log_text()

    def stop(self, records=0):
        """Another process of nfacctd holds the table: first wait until `records` are in it."""
        try:
            wait_for(lambda: self._look() >= records, f"nfacctd holding {records} records", 20)
        except CollectorError:
            pass  # the totals tell
        self.end(signal.SIGINT)
        found, packets, octets = sums(self.seen)
        log = self.log_text()
        return {"flows": found, "packets": packets, "bytes": octets,
                "bad": len(re.findall(r"(?i)unknown|malformed|discarded|missing", log)),
                "sequence_errors": len(re.findall(r"(?i)expecting|sequence", log))}

    def _look(self):
        text = subprocess.run([program("pmacct"), "-u", "-s", "-p", self.pipe, "-O", "csv"], check=False,
                              capture_output=True, text=True, env={**os.environ, "TZ": "UTC"}, timeout=DEADLINE).stdout
        self.seen = {}
        for line in csv.DictReader(text.splitlines()):
            if None in line.values():
                return -1  # the answer of a large table can come cut off: ask again
            put(self.seen, *nfacctd_row(line))
        return sums(self.seen)[0]

    def rows(self):
        """After stop()."""
        return self.seen


def nfacctd_row(line):
    key = (address(line["SRC_IP"]), address(line["DST_IP"]), int(line["SRC_PORT"]), int(line["DST_PORT"]),
           int(line["PROTOCOL"]), int(line["TOS"]))
    return key, Row(int(line["PACKETS"]), int(line["BYTES"]), milliseconds(line["TIMESTAMP_START"]),
                    milliseconds(line["TIMESTAMP_END"]), int(line["TCP_FLAGS"]) & 0xff, int(line["FLOWS"]))


def start_nfacctd(folder, renormalize=False):
    """renormalize: sampled counters are scaled by what the sampler table says."""
    return start_on_free_port(lambda port: Nfacctd(folder, port, renormalize))


# ------------------------------------------------------------------------------------------- recorder, tshark, ipfixDump
class Recorder(Collector):
    def __init__(self, recorder, folder):
        self.pcap, self.payload = os.path.join(folder, "wire.pcap"), os.path.join(folder, "wire.ipfix")
        port_file = os.path.join(folder, "port")
        if os.path.exists(port_file):
            os.remove(port_file)
        self.port = None
        self.port_file = port_file
        super().__init__([recorder, "--port-file", port_file, "--pcap", self.pcap, "--payload", self.payload],
                         os.path.join(folder, "recorder.log"), None)

    def _listening(self):
        if self.process.poll() is not None:
            raise CollectorError(f"ended at once:\n{self.log_text()}")
        if not os.path.exists(self.port_file):
            return False
        with open(self.port_file, encoding="ascii") as stream:
            self.port = int(stream.read())
        return True

    def stop(self):
        """Number of datagrams written; the files are complete."""
        self.end()
        found = re.search(r"datagrams=(\d+)", self.log_text())
        if not found:
            raise CollectorError(f"recorder failed:\n{self.log_text()}")
        return int(found.group(1))


def start_recorder(recorder, folder):
    return Recorder(recorder, folder)


def tshark(pcap, port, *arguments):
    # A profile of its own: the user's preferences must not decide.
    command = [program("tshark"), "-r", pcap, "-n", "-d", f"udp.port=={port},cflow", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env={**os.environ, "TZ": "UTC"}).stdout


def tshark_frames(pcap, port, *fields):
    """One list of lists of values a frame."""
    options = [word for field in fields for word in ("-e", field)]
    text = tshark(pcap, port, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;", "-E", "separator=/t", *options)
    return [[column.split(";") if column else [] for column in line.split("\t")] for line in text.splitlines()]


def tshark_totals(pcap, port):
    counts = tshark_frames(pcap, port, "cflow.packets", "cflow.octets")
    warnings = tshark(pcap, port, "-Y", "_ws.malformed || _ws.expert.severity >= warning || cflow.no_template_found")
    sequence = tshark(pcap, port, "-Y", "cflow.unexpected_sequence_number")
    return {"flows": sum(len(f[0]) for f in counts), "packets": sum(int(v) for f in counts for v in f[0]),
            "bytes": sum(int(v) for f in counts for v in f[1]), "sequence_errors": len(sequence.splitlines()),
            "bad": len(warnings.splitlines())}


def tshark_tables(pcap, port):
    """Names of interfaces, and (name, id, window) of samplers, of all option tables."""
    frames = tshark_frames(pcap, port, "cflow.if_descr", "cflow.sampler_name", "cflow.sampler_id",
                           "cflow.sampler_random_interval")
    return {name for f in frames for name in f[0]}, {s for f in frames if f[1] for s in zip(*f[1:])}


def tshark_time(text):
    """Nov 22, 2026 12:10:20.340000000 UTC"""
    whole, _, part = text.replace(" UTC", "").partition(".")
    return calendar.timegm(time.strptime(whole, "%b %d, %Y %H:%M:%S")) * 1000 + int(part[:3])


def tshark_rows(pcap, port):
    """Rows without addresses (compare with without_addresses())."""
    names = ("srcport", "dstport", "protocol", "tos", "tcpflags", "packets", "octets", "abstimestart", "abstimeend",
             "timestart", "timeend", "sysuptime", "timestamp")
    rows = {}
    for frame in tshark_frames(pcap, port, *("cflow." + name for name in names)):
        columns = dict(zip(names, frame))
        if not columns["packets"]:
            continue
        if columns["abstimestart"]:
            first, last = ([tshark_time(t) for t in columns[n]] for n in ("abstimestart", "abstimeend"))
        else:
            boot = tshark_time(columns["timestamp"][0]) - round(float(columns["sysuptime"][0]) * 1000)
            first, last = ([boot + round(float(t) * 1000) for t in columns[n]] for n in ("timestart", "timeend"))
        for i, packets in enumerate(columns["packets"]):
            key = ("", "") + tuple(int(columns[n][i], 0) for n in ("srcport", "dstport", "protocol", "tos"))
            put(rows, key, Row(int(packets), int(columns["octets"][i]), first[i], last[i],
                               int(columns["tcpflags"][i], 0) & 0xff))
    return rows


def tshark_addresses(pcap, port):
    """Sorted source and destination addresses of all records."""
    frames = tshark_frames(pcap, port, "cflow.srcaddr", "cflow.srcaddrv6", "cflow.dstaddr", "cflow.dstaddrv6")
    return tuple(sorted(address(a) for frame in frames for column in pair for a in frame[column])
                 for pair in ((0, 1), (2, 3)))


def ipfixdump(payload, *arguments):
    done = subprocess.run([program("ipfixDump"), "-i", payload, *arguments], check=False, capture_output=True, text=True)
    return done.stdout, done.stderr, done.returncode


def ipfixdump_totals(payload):
    text, errors, code = ipfixdump(payload, "-s")
    found = re.search(r"File Stats: (\d+) Messages?, (\d+) Data Records?, (\d+) Template Records?", text)
    if not found:
        raise CollectorError(f"ipfixDump: {errors or text}")
    _, packets, octets = sums(ipfixdump_rows(payload))
    both = text + errors
    return {"messages": int(found.group(1)), "flows": int(found.group(2)), "templates": int(found.group(3)),
            "packets": packets, "bytes": octets, "sequence_errors": len(re.findall("out of sequence", both)),
            "bad": int(code != 0) + len(re.findall(r"(?i)warning|error", errors))}


def ipfixdump_rows(payload):
    rows, record = {}, {}
    for line in ipfixdump(payload, "-d")[0].splitlines() + ["--- data record"]:
        field = re.match(r"\s*\(\d+\)\s+(\w+) : (.*)", line)
        if field:
            record[field.group(1)] = field.group(2).strip()
        elif line.startswith("--- data record") and "packetDeltaCount" not in record:
            record = {}  # of an option table
        elif line.startswith("--- data record") and record:
            put(rows, *ipfixdump_row(record))
            record = {}
    return rows


def ipfixdump_row(record):
    version = "4" if "sourceIPv4Address" in record else "6"
    key = (address(record[f"sourceIPv{version}Address"]), address(record[f"destinationIPv{version}Address"]),
           int(record["sourceTransportPort"]), int(record["destinationTransportPort"]),
           int(record["protocolIdentifier"]), int(record["ipClassOfService"]))
    return key, Row(int(record["packetDeltaCount"]), int(record["octetDeltaCount"]),
                    milliseconds(record["flowStartMilliseconds"]), milliseconds(record["flowEndMilliseconds"]),
                    int(record["tcpControlBits"], 0) & 0xff)
