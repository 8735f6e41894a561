# SPDX-License-Identifier: BSD-2-Clause
"""Finds the parse oracle and the captures beside the checkout; a test without them is skipped."""
import importlib.util
import os
import sys
import zlib


def shared():
    return os.path.join(os.environ["FC_SOURCE"], "..", "shared")


def load_oracle():
    path = os.path.join(shared(), "oracle", "oracle.py")
    if not os.path.exists(path):
        print("skipped: no oracle at %s" % path)
        sys.exit(77)
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("oracle", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def oracle_frames(oracle, path):
    """(rows as capture_dump prints them without number and offset, damaged?)."""
    rows, state = [], {}
    try:
        for when, data, original, link in oracle.read_capture(path, state):
            rows.append("%d,%d,%d,%d,%08x" % (when & (1 << 64) - 1, len(data), original, link, zlib.crc32(data)))
    except (oracle.CaptureError, oracle.struct.error, EOFError, OSError, zlib.error):
        return rows, True
    return rows, bool(state.get("file_cut"))
