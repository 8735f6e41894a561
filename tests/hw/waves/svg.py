# SPDX-License-Identifier: BSD-2-Clause
"""Draws the part of WaveDrom that our waves use: p 0 1 x = and '.', groups, a head text, tick numbers."""
from xml.sax.saxutils import escape

ROW, HIGH, SLANT, LETTER, TOP, WIDEST = 24, 16, 3, 6.1, 44, 40   # a text that does not fit is set narrower
INK, FAINT, FILL, HATCH = "#1b1f24", "#c8ccd2", "#eaf2fb", "#e3e5e8"


def flat(lanes, depth=0):
    """Lanes and group titles in order: (depth, title or None, lane or None)."""
    for lane in lanes:
        if isinstance(lane, list):
            yield depth, lane[0], None
            yield from flat(lane[1:], depth + 1)
        else:
            yield depth, None, lane


def runs(wave, data):
    """(first column, columns, character, text) of each stretch."""
    result, texts = [], iter(data)
    for at, char in enumerate(wave):
        if char == ".":
            first, columns, kind, text = result[-1]
            result[-1] = (first, columns + 1, kind, text)
        else:
            result.append((at, 1, char, next(texts) if char == "=" else ""))
    return result


def column_width(lanes):
    widest = 26.0
    for _, _, lane in lanes:
        if lane:
            for _, columns, char, text in runs(lane["wave"], lane.get("data", ())):
                if char == "=":
                    widest = max(widest, (LETTER * len(text) + 2 * SLANT + 4) / columns)
    return min(round(widest), WIDEST)


class Picture:
    def __init__(self, source):
        self.lanes = list(flat(source["signal"]))
        self.title = source["head"]["text"]
        self.columns = max(len(lane["wave"]) for _, _, lane in self.lanes if lane)
        self.cell = column_width(self.lanes)
        longest = max(len(title or lane["name"]) + 2 * depth for depth, title, lane in self.lanes)
        self.left = round(LETTER * 1.1 * longest) + 20
        self.parts = []

    def line(self, points, color=INK, width=1.2, fill="none"):
        path = " ".join(f"{x:g},{y:g}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="{fill}" stroke="{color}" stroke-width="{width}"/>')

    def text(self, x, y, text, anchor="start", style=""):
        self.parts.append(f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{style}>{escape(text)}</text>')

    def x(self, column):
        return self.left + column * self.cell

    def clock(self, y):
        points = []
        for at in range(self.columns):
            points += [(self.x(at), y + HIGH), (self.x(at), y), (self.x(at + 0.5), y), (self.x(at + 0.5), y + HIGH)]
        self.line(points + [(self.x(self.columns), y + HIGH)])

    def bit(self, y, stretches):
        points = []
        for first, columns, char, _ in stretches:
            if char == "1":
                self.parts.append(f'<rect x="{self.x(first):g}" y="{y:g}" width="{columns * self.cell:g}" height="{HIGH}" fill="{FILL}"/>')
            level = y if char == "1" else y + HIGH
            points += [(self.x(first) + (SLANT if points else 0), level), (self.x(first + columns), level)]
        self.line(points)

    def bus(self, y, stretches):
        for first, columns, char, text in stretches:
            a, b, middle = self.x(first), self.x(first + columns), y + HIGH / 2
            shape = [(a, middle), (a + SLANT, y), (b - SLANT, y), (b, middle), (b - SLANT, y + HIGH), (a + SLANT, y + HIGH), (a, middle)]
            self.line(shape, INK if char == "=" else FAINT, 1, FILL if char == "=" else HATCH)
            room = b - a - 2 * SLANT
            squeeze = f' textLength="{room:g}" lengthAdjust="spacingAndGlyphs"' if LETTER * len(text) > room else ""
            self.text((a + b) / 2, middle + 3.5, text, "middle", squeeze)

    def lane(self, y, lane):
        stretches = runs(lane["wave"], lane.get("data", ()))
        if lane["wave"][0] == "p":
            self.clock(y)
        elif all(char in "01" for _, _, char, _ in stretches):
            self.bit(y, stretches)
        else:
            self.bus(y, stretches)

    def draw(self):
        width = max(self.x(self.columns), LETTER * 1.25 * len(self.title)) + 12
        height = TOP + ROW * len(self.lanes) + 10
        for at in range(self.columns + 1):
            self.line([(self.x(at), TOP - 4), (self.x(at), height - 8)], FAINT, 0.5)
        for at in range(self.columns):
            self.text(self.x(at + 0.5), TOP - 8, str(at), "middle", f' fill="{INK}" opacity="0.6"')
        self.text(10, 18, self.title, style=' font-weight="bold" font-size="12"')
        for row, (depth, title, lane) in enumerate(self.lanes):
            y = TOP + ROW * row
            self.text(10 + 2 * LETTER * depth, y + HIGH - 4, title or lane["name"], style=' font-style="italic"' if title else "")
            if lane:
                self.lane(y, lane)
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}" '
            f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="10" fill="{INK}">',
            '<!-- SPDX-License-Identifier: BSD-2-Clause; drawn by tests/hw/waves/draw -->',
            f'<rect width="{width:g}" height="{height:g}" fill="white"/>', *self.parts, "</svg>", ""])
