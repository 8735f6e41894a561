#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Feed our listings to Cisco's public parsers (genie.libs.parser, iosxe/show_flow.py; of a pair show_platform.py and
show_redundancy.py).

The texts are the goldens beside this file; what is expected is written down here, or comes from the JSON golden
of the same listing. With --texts: those on standard input, for other tests. Skipped (77) where the packages cannot be imported. To have them:
    python3 -m venv .venv-genie && .venv-genie/bin/pip install 'setuptools<81' genie.libs.parser genie pyats
or point FC_GENIE_PYTHON at the interpreter of another environment that has them.
"""
import json
import os
import pathlib
import sys
import types

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE / "golden"


def find_packages():
    """Come back in an interpreter that has the packages, or not at all."""
    try:
        from genie.libs.parser.iosxe import show_flow, show_platform, show_redundancy
        return types.SimpleNamespace(**vars(show_platform), **{name: value for module in (show_flow, show_redundancy)
                                                              for name, value in vars(module).items() if name.startswith("Show")})
    except Exception as error:  # an environment half there fails in many ways
        why = f"{type(error).__name__}: {error}"
    source = pathlib.Path(os.environ.get("FC_SOURCE", HERE.parents[2]))
    places = [os.environ.get("FC_GENIE_PYTHON"), source / ".venv-genie/bin/python", source / "../genie-venv/bin/python"]
    for place in places:
        if place and os.access(place, os.X_OK) and not os.environ.get("FC_GENIE_TRIED"):
            os.environ["FC_GENIE_TRIED"] = "1"
            os.execv(str(place), [str(place), __file__, *sys.argv[1:]])
    print(f"skipped: Cisco's parsers cannot be imported ({why}).\n{__doc__.split('To have them:')[1]}", file=sys.stderr)
    sys.exit(77)


class Device:
    """What a parser asks of a device: the text."""
    os = "iosxe"
    name = hostname = "Router"
    custom = {}
    platform = version = model = None

    def __init__(self, text):
        self.text = text

    def execute(self, *_args, **_kwargs):
        return self.text


def text_of(name):
    return (GOLDEN / f"{name}.txt").read_text()


def json_of(name):
    return json.loads(text_of(name + "_json"))


def parse_texts(parsers):
    """[{class, arguments, text}] on standard input to [{parsed} or {error}] on standard output."""
    answers = []
    for asked in json.load(sys.stdin):
        try:
            answers.append({"parsed": getattr(parsers, asked["class"])(device=Device(asked["text"])).parse(**asked["arguments"])})
        except Exception as error:
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


class Judge:
    def __init__(self, parsers):
        self.parsers = parsers
        self.checks = self.failures = 0

    def parse(self, cls, golden, **arguments):
        """Parse with the schema's check, as a user of the library does. Two of its patterns do not take what IOS-XE prints."""
        text = text_of(golden).replace("Output Features:        Not Used", "Output Features:        NotUsed")
        text = text.replace("cannot be initiated from this the standby unit", "cannot")
        return getattr(self.parsers, cls)(device=Device(text)).parse(**arguments)

    def same(self, got, want, what):
        self.checks += 1
        if got != want:
            self.failures += 1
            print(f"{what}: {got!r} instead of {want!r}", file=sys.stderr)

    def within(self, got, want, what):
        for key, value in want.items():
            self.same(got.get(key), value, f"{what}: {key}")


COUNTS = {"cache_type": "Normal (Platform cache)", "cache_size": 1000000, "current_entries": 31, "flows_added": 73}
AGED = {"total": 42, "active_timeout": 12, "active_timeout_secs": 1800, "inactive_timeout": 30, "inactive_timeout_secs": 15}


def records(j):
    for golden, name in (("record_v4", "V4"), ("record_narrow", "NARROW"), ("record_long_name", None)):
        want = json_of(golden)["records"][0]
        for cls, arguments in (("ShowFlowRecord", {}), ("ShowFlowRecordName", {"record_name": name or "x"})):
            got = j.parse(cls, golden, **arguments)["flow_record_name"][want["name"]]
            j.within(got, {"description": want["description"], "no_of_users": want["users"],
                           "total_field_space": want["field_space"]}, f"{cls} {golden}")
            j.same(got["fields"], {"match_list": want["match"], "collect_list": want["collect"]}, f"{cls} {golden} fields")


def monitors(j):
    want = {m["name"]: m for m in json_of("monitor_all")["monitors"]}
    for cls in ("ShowFlowMonitorCheck", "ShowFlowMonitorAll"):
        got = j.parse(cls, "monitor_all")["flow_monitor_name"]
        j.same(list(got), list(want), cls)
        for name, monitor in want.items():
            j.within(got[name], {"description": monitor["description"], "record_name": monitor.get("record", "not configured"),
                                 "exporter_name": (monitor["exporters"] or [None])[0]}, f"{cls} {name}")
            j.same(got[name]["cache"], {"type": monitor["cache_type"] + " (Platform cache)",
                                        "status": "allocated" if monitor["allocated"] else "not allocated",
                                        "size": monitor["entries"], "inactive_timeout": monitor["timeout_inactive_s"],
                                        "active_timeout": monitor["timeout_active_s"]}, f"{cls} {name} cache")


def statistics(j):
    for golden in ("statistics_v4", "statistics_unused", "statistics_permanent", "statistics_immediate",
                   "statistics_synchronized"):
        want = json_of(golden)
        got = j.parse("ShowFlowMonitorSdwanFlowMonitorStatistics", golden, flow_monitor_name="x")
        j.within(got, {"cache_type": want["cache_type"] + " (Platform cache)", "cache_size": want["cache_size"],
                       "current_entries": want["current_entries"], "high_watermark": want["high_watermark"],
                       "flows_added": want["flows_added"]}, golden)
        aged = {"total_flows_aged": want["flows_aged"]}
        if want["aged_active"]:
            aged |= {"active_timeout_secs": want["active_timeout_s"], "active_time": want["aged_active"]}
        if want["aged_inactive"]:
            aged |= {"inactive_timeout_secs": want["inactive_timeout_s"], "inactive_time": want["aged_inactive"]}
        j.same(got["flows_aged"], aged, golden)


def interfaces(j):
    got = j.parse("ShowFlowInterface", "interface_all")["interface"]
    seen = {}
    for b in json_of("interface_all")["interfaces"]:
        traffic = {"type": b["traffic"]} | ({"sampler": b["sampler"]} if "sampler" in b else {"status": "on"})
        seen.setdefault(b["interface"], {}).setdefault(b["monitor"], {"direction": {}})["direction"][b["direction"]] = \
            {"traffic": traffic}
    j.same(got, {name: {"fnf": monitors} for name, monitors in seen.items()}, "ShowFlowInterface")


def samplers(j):
    for golden in ("sampler_used", "sampler_unused"):
        want = json_of(golden)["samplers"][0]
        got = j.parse("ShowSampler", golden, name=want["name"])["export_id"][str(want["id"])]
        j.within(got, {"description": want["description"].replace(" ", ""), "type": want["mode"].capitalize(),
                       "rate": f"1outof{want['window']}", "samples": want["samples"], "requests": want["requests"]}, golden)
        j.same(got["users"] == "none", not want["users"], golden)


def exporters(j):
    got = j.parse("ShowFlowExporter", "exporter_ip")["flow_exporter_name"]
    want = json_of("exporter_ip")["exporters"]
    j.same(list(got), [e["name"] for e in want], "ShowFlowExporter")
    for e in want:
        j.within(got[e["name"]]["transport_config"],
                 {"destination_ip_address": e.get("destination_address", e["destination"]), "destination_port": e["port"],
                  "source_ip_address": e.get("source_address", "0.0.0.0"), "source_port": e.get("source_port", 0),
                  "dscp": f"0x{e['dscp']:X}", "ttl": e["ttl"], "transport_protocol": e["transport"]}, e["name"])
    for exporter, wanted in ((None, "exporter_statistics"), ("FIRST", "exporter_statistics_first")):
        arguments = {"exporter": exporter} if exporter else {}
        got = j.parse("ShowFlowExporterStatistics", wanted, **arguments)["flow_exporter"]
        for e in json_of(wanted)["exporters"]:
            name = e["name"]
            j.within(got[name]["pkt_send_stats"], {"successfully_sent": e["datagrams_sent"],
                                                   "successfully_sent_bytes": e["octets_sent"]}, name)
            for reason, count in e["failed"].items():
                key = reason.replace(" ", "_").lower()
                j.within(got[name]["pkt_send_stats"], {key: int(count["datagrams"]), key + "_bytes": int(count["octets"])}, name)
            for c in e["clients"]:
                client = got[name]["client_send_stats"][c["client"]]
                for what, ours in (("records_added", "records"), ("bytes_added", "octets")):
                    j.within(client[what], {"total": c[ours + "_added"], "sent": c[ours + "_sent"] or None,
                                            "failed": c[ours + "_failed"] or None}, f"{name} {c['client']} {what}")


def cache(j):
    want = {"ipv4_src_addr": "10.4.1.1", "ipv4_dst_addr": "198.18.0.0", "trns_src_port": 1025, "trns_dst_port": 443,
            "ip_protocol": 6, "ip_tos": "0xC0", "interface_input": "Hu7/0/1", "tcp_flags": "0x1B", "counter_bytes": 1501,
            "counter_pkts_long": 15, "timestamp_abs_first": "03:04:06.678", "timestamp_abs_last": "03:05:07.679"}
    for cls, golden, entries in (("ShowFlowMonitorCache", "cache_record", 3), ("ShowFlowMonitorCacheRecord", "cache_record", 3),
                                 ("ShowFlowMonitorCache", "cache_filter_two", 3)):
        got = j.parse(cls, golden, name="V4")
        j.within(got, COUNTS | {"flows_aged": AGED}, golden)
        j.same(len(got["entries"]), entries, f"{cls} {golden}")
        j.within(got["entries"][2 if golden == "cache_record" else 1], want, f"{cls} {golden}")
    for golden in ("cache_empty", "cache_one_table", "cache_filter"):
        j.within(j.parse("ShowFlowMonitor", golden, name="V4"), COUNTS | {"flows_aged": 42, "high_water_mark": 40}, golden)
    got = j.parse("ShowFlowMonitorCache", "cache_v6", name="V6")["entries"]
    j.within(got[2], {"ipv6_src_addr": "2001:DB8::AC:0:0:1", "ipv6_dst_addr": "2001:DB8:1::1F", "flow_direction": "Input",
                      "counter_bytes": 1501}, "cache_v6")
    tables = {
        "cache_parsers_v4": ("ShowFlowMonitor", ("ipv4_src_addr", "10.4.1.1", "ipv4_dst_addr", "198.18.0.0", "index", 2),
                             {"trns_src_port": 1025, "trns_dst_port": 443, "ip_tos": "0xC0", "ip_port": 6, "bytes_long": 1501,
                              "pkts_long": 15}),
        "cache_parsers_times": ("ShowFlowMonitor", ("ipv4_src_addr", "10.4.1.1", "ipv4_dst_addr", "198.18.0.0", "index", 2),
                                {"intf_input": "Hu7/0/1", "ip_prot": 6, "pkts_long": 15, "time_abs_first": "03:04:06.678",
                                 "time_abs_last": "03:05:07.679", "bytes_layer2_long": 1501 + 18 * 15}),
        "cache_parsers_l2": ("ShowFlowMonitor", ("datalink_mac_src_addr", "0000.0000.002B", "datalink_mac_dst_addr",
                                                 "0000.0001.0101"), {"bytes_long": 1501, "time_abs_first": "03:04:06.678"}),
    }
    for golden, (cls, path, values) in tables.items():
        got = j.parse(cls, golden, name="x")
        for step in path:
            got = got[step]
        j.within(got, values, golden)


def sorted_cache(j):
    got = j.parse("ShowFlowMonitorCacheSortOrderCounter", "cache_parsers_sort", name="x", counter_type="packets", value=5,
                  order="highest")
    j.within(got, {"processed_flow": 40, "aggregated_flow": 40, "showing_flow": 5}, "sort")
    j.same(sum(len(d["index"]) for s in got["ipv4_src_addr"].values() for d in s["ipv4_dst_addr"].values()), 5, "sort rows")
    got = j.parse("ShowFlowMonitorCacheSortOrderCounter", "cache_parsers_sort_one", name="x", counter_type="packets", value=1,
                  order="highest")
    j.within(got, {"processed_flow": 1, "aggregated_flow": 1, "showing_flow": 1}, "sort one")
    got = j.parse("ShowFlowMonitorCacheSortOrderCounter", "cache_parsers_sort_v6", name="x", counter_type="bytes", value=5,
                  order="highest")
    j.same(len(got["ipv6_src_addr"]), 4, "sort IPv6")
    got = j.parse("ShowFlowMonitorCacheFilterInterface", "cache_parsers_filter", name="x", int_type="interface",
                  direction="input", interface_name="Hu7/0/1", top="top 2")
    j.within(got, {"processed_flow": 12, "matched_flow": 6, "aggregated_flow": 6, "showing_flow": "top 2",
                   "interface_input_val": ["Hu7/0/1", "Hu7/0/1"], "counter_packets_long": ["15", "29"]}, "filter")


def redundancy(j):
    for golden, slots, reason in (("redundancy_active", ("slot 1", "slot 2"), None), ("redundancy_cold", ("slot 1", "slot 2"), None),
                                  ("redundancy_standby", ("slot 2", "slot 1"), None)):
        want, got = json_of(golden), j.parse("ShowRedundancy", golden)
        j.within(got["red_sys_info"], {"hw_mode": want["mode"], "conf_red_mode": want["mode_configured"],
                                       "oper_red_mode": want["mode_operational"], "maint_mode": "Disabled", "communications": "Up",
                                       "communications_reason": reason, "last_switchover_reason": want["last_switchover_reason"],
                                       "switchovers_system_experienced": str(want["switchovers"]),
                                       "standby_failures": str(want["standby_failures"])}, golden)
        j.same(tuple(got["slot"]), slots, golden)
        for slot, unit in zip(slots, (want["current"], want["peer"])):
            j.within(got["slot"][slot], {"curr_sw_state": unit["state"], "image_ver": unit["image"]}, f"{golden} {slot}")
    states = {"active": ("8 -STANDBY HOT", "enabled", None), "standby": ("13 -ACTIVE", "disabled", "cannot be initiated from this the standby unit"),
              "cold": ("in progress to standby cold-config", "disabled", "peer unit not yet in terminal standby state")}
    for name, (peer, swact, reason) in states.items():
        want, got = json_of(f"redundancy_states_{name}"), j.parse("ShowRedundancyStates", f"redundancy_states_{name}")
        j.within(got, {"my_state": f"{want['my_state']} -{want['my_state_name']}", "peer_state": peer, "mode": want["mode"],
                       "unit_id": want["unit_id"], "redundancy_mode_operational": "sso", "redundancy_state": "sso",
                       "communications": "Up", "client_count": want["clients"], "rf_debug_mask": "0x0",
                       "client_notification_tmr_msec": want["client_notification_ms"], "manual_swact_reason": reason}, name)
        j.same(got["manual_swact"], swact, name)
    row = json_of("redundancy_switchovers")[0]
    got = j.parse("ShowRedundancySwitchoverHistory", "redundancy_switchovers")["index"][row["index"]]
    j.same(got, {"previous_active": row["previous_active"], "current_active": row["current_active"], "switchover_reason": row["reason"],
                 "switchover_time": row["time"]}, "switchovers")
    j.same(j.parse("ShowRedundancyConfigSyncFailuresMcl", "redundancy_mcl"), {"err_list": []}, "mcl")
    got = j.parse("ShowRedundancyConfigSyncFailuresMcl", "redundancy_mcl_cold")["err_list"]
    j.same(got[1:], ["! " + json_of("redundancy_mcl_cold")[0]], "mcl of a refused line")


def main():
    parsers = find_packages()
    if sys.argv[1:] == ["--texts"]:
        parse_texts(parsers)
        return
    j = Judge(parsers)
    for part in (records, monitors, statistics, interfaces, samplers, exporters, cache, sorted_cache, redundancy):
        before = j.checks
        try:
            part(j)
        except Exception as error:  # a parser's own: a schema that our text does not fill, or worse
            j.failures += 1
            print(f"{part.__name__}: {type(error).__name__}: {error}", file=sys.stderr)
        print(f"{part.__name__}: {j.checks - before} checks")
    print(f"{j.checks} checks, {j.failures} failures")
    sys.exit(1 if j.failures or j.checks < 100 else 0)


if __name__ == "__main__":
    main()
