#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Without fencing a partition gives two exporters with different contents, as the documents say, and the judge sees it: what a witness
prevents does happen."""
import os
import subprocess
import sys

done = subprocess.run([sys.executable, "-B", os.path.join(os.path.dirname(os.path.abspath(__file__)), "kills.py"), "--seed", "5", "--fencing", "none", "cut"],
                      capture_output=True, text=True, timeout=100)
if done.returncode == 77:
    print(done.stdout)
    sys.exit(77)
found = [line for line in done.stdout.splitlines() if "two contents, from unit" in line]
if done.returncode != 1 or not found:
    sys.exit(f"FAILED: a partition without fencing was not noticed\n{done.stdout}{done.stderr}")
print(found[0].strip())
