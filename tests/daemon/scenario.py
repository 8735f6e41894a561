# SPDX-License-Identifier: BSD-2-Clause
"""A scenario of a test: what it checks, what it starts, the folder that it has."""
import tempfile

from unit import fail

processes = []
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        fail(what + "\n" + "\n".join(p.text() for p in processes if hasattr(p, "text")))


def keep(process):
    """It ends with the scenario."""
    processes.append(process)
    return process


def run(scenario):
    with tempfile.TemporaryDirectory() as folder:
        try:
            scenario(folder)
        finally:
            for process in processes:
                process.kill()
    print(f"{checks} checks")
