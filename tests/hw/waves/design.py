# SPDX-License-Identifier: BSD-2-Clause
"""What the RTL calls its numbers: fields of packed structs, constants and states, read from the sources."""
import re
from pathlib import Path


class Design:
    def __init__(self, root):
        self.rtl = Path(root) / "hw" / "rtl"
        self.constants = {}
        for name in ("fc_pkg", "fc_regs_pkg", "fc_core_pkg"):
            for key, value in re.findall(r"localparam [^=;]*?(\w+) = (?:\d+'[dh])?([0-9a-fA-F]+);", self.text(name)):
                self.constants[key] = int(value, 16 if f"'h{value}" in self.text(name) else 10)

    def text(self, stem):
        return (self.rtl / f"{stem}.sv").read_text(encoding="utf-8")

    def width(self, expression):
        """Bits of [high:low] with package constants in it."""
        if not expression:
            return 1
        high, low = (re.sub(r"[A-Za-z_]\w*", lambda m: str(self.constants[m.group(0)]), part) for part in expression.strip("[]").split(":"))
        if not re.fullmatch(r"[\d\s+*-]+", high + low):
            raise ValueError(f"cannot evaluate {expression}")
        return eval(high) - eval(low) + 1  # only digits, signs and spaces by the line before

    def field(self, stem, struct, name):
        """(low bit, width) of a field of a packed struct whose fields are all `logic`."""
        body = next(body for body, found in re.findall(r"typedef struct packed \{(.*?)\} (\w+);", self.text(stem), re.S) if found == struct)
        at, places = 0, {}
        for expression, field in reversed(re.findall(r"^\s*logic\s*(\[[^\]]*\])?\s*(\w+);", body, re.M)):
            places[field] = (at, self.width(expression))
            at += places[field][1]
        if name not in places:
            raise KeyError(f"{struct} has no field {name}")
        return places[name]

    def states(self, stem):
        names = re.search(r"typedef enum logic \[[^\]]*\] \{([^}]*)\} state_e;", self.text(stem)).group(1)
        return {number: name.strip().removeprefix("St") for number, name in enumerate(names.split(","))}

    def words(self, prefix):
        """Constants that begin with a prefix: number -> rest of the name."""
        return {value: key[len(prefix):] for key, value in self.constants.items() if re.fullmatch(prefix + r"[A-Z]\w*", key)}
