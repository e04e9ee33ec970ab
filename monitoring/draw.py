#!/usr/bin/env python3
"""Draws the dashboard from its JSON and a Prometheus: one HTML page of SVG, without Grafana.

draw.py PROMETHEUS BEGIN END PAGE      times in seconds since 1970
"""

import html
import json
import math
import pathlib
import sys
import time
import urllib.parse
import urllib.request

DASHBOARD = pathlib.Path(__file__).with_name("grafana-dashboard.json")
COLUMN, ROW = 64, 34  # pixels of a unit of gridPos
PALETTE = ["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#fade2a", "#56a64b", "#c4162a"]
COLORS = {"green": "#299c46", "yellow": "#e0a100", "red": "#d44a3a", "blue": "#3274d9", "purple": "#8f3bb8", "transparent": "none"}


class Prometheus:
    def __init__(self, url, begin, end):
        self.url, self.begin, self.end = url, begin, end
        self.step = max(1, (end - begin) // 400)

    def resolve(self, expression):
        window = max(5, 4 * self.step)
        for name, value in (
            ("$__rate_interval", f"{window}s"),
            ("$__range", f"{self.end - self.begin}s"),
            ("$job", ".*"),
            ("$instance", ".*"),
            ("$proxy", ".*"),
        ):
            expression = expression.replace(name, value)
        return expression

    def get(self, path, **parameters):
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=60) as answer:
            return json.load(answer)["data"]["result"]

    def series(self, target):
        """(labels, [(time, number)]) of each series."""
        expression = self.resolve(target["expr"])
        if target.get("instant"):
            result = self.get("query", query=expression, time=self.end)
            return [(one["metric"], [(float(one["value"][0]), float(one["value"][1]))]) for one in result]
        result = self.get("query_range", query=expression, start=self.begin, end=self.end, step=self.step)
        return [(one["metric"], [(float(t), float(v)) for t, v in one["values"]]) for one in result]


def short(value, suffixes, base):
    size = abs(value)
    for power, suffix in reversed(list(enumerate(suffixes))):
        if size >= base**power or power == 0:
            return f"{value / base**power:.3g}{suffix}"


def shown(value, unit):
    """A number with its unit, as Grafana's formats of the same names."""
    if value is None or math.isnan(value):
        return ""
    if unit == "s":
        for limit, scale, name in ((1e-3, 1e6, "µs"), (1, 1e3, "ms"), (120, 1, "s"), (7200, 1 / 60, "min"), (172800, 1 / 3600, "h")):
            if abs(value) < limit:
                return f"{value * scale:.3g} {name}" if value else "0 s"
        return f"{value / 86400:.3g} d"
    if unit == "bytes":
        return short(value, [" B", " KiB", " MiB", " GiB"], 1024)
    if unit == "Bps":
        return short(value, [" B/s", " kB/s", " MB/s", " GB/s"], 1000)
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "ops":
        return f"{value:.3g}/s"
    return short(value, ["", " k", " M"], 1000)


def legend(target, labels):
    text = target.get("legendFormat", "")
    for name, value in labels.items():
        text = text.replace("{{%s}}" % name, value)
    return text


def ticks(low, high, unit, wanted=4):
    if unit == "bytes":
        step = 2 ** math.ceil(math.log2((high - low) / wanted))
        return [step * i for i in range(math.ceil(low / step), int(high / step + 1e-9) + 1)]
    step = 10 ** math.floor(math.log10((high - low) / wanted))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= wanted)
    first = math.ceil(low / step)
    return [step * i for i in range(first, int(high / step + 1e-9) + 1)]


def text(x, y, words, size=11, color="#9fa7b3", anchor="start", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}" text-anchor="{anchor}" {more}>{html.escape(words)}</text>'


def color_of(panel, value):
    color = "green"
    for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]:
        if step["value"] is None or value >= step["value"]:
            color = step["color"]
    return COLORS.get(color, color)


def mapped(panel, value):
    for mapping in panel["fieldConfig"]["defaults"].get("mappings", []):
        option = mapping["options"].get(f"{value:g}")
        if option:
            return option
    return {}


class Plot:
    """The axes of a panel that shows time from left to right."""

    def __init__(self, prometheus, width, height, left, bottom):
        self.begin, self.end = prometheus.begin, prometheus.end
        self.left, self.right, self.top, self.bottom = left, width - 12, 30, height - bottom

    def x(self, at):
        return self.left + (at - self.begin) / (self.end - self.begin) * (self.right - self.left)

    def time_axis(self):
        span = self.end - self.begin
        step = next(s for s in (5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 86400) if span / s <= 6)
        out = []
        for at in range(int(self.begin // step + 1) * step, int(self.end), step):
            form = "%H:%M:%S" if step < 60 else "%H:%M"
            out.append(text(self.x(at), self.bottom + 14, time.strftime(form, time.gmtime(at)), anchor="middle", size=10))
        return out

    def value_axis(self, low, high, unit):
        self.low, self.high = low, high
        out = []
        for tick in ticks(low, high, unit):
            out.append(f'<line x1="{self.left}" x2="{self.right}" y1="{self.y(tick):.1f}" y2="{self.y(tick):.1f}" stroke="#2c3235"/>')
            out.append(text(self.left - 6, self.y(tick) + 4, shown(tick, unit), anchor="end", size=10))
        return out

    def y(self, value):
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def timeseries(panel, series, prometheus, width, height):
    defaults = panel["fieldConfig"]["defaults"]
    custom, unit = defaults["custom"], defaults["unit"]
    stacked = custom["stacking"]["mode"] == "normal"
    plot = Plot(prometheus, width, height, 62, 40 if len(series) <= 4 else 54)
    points = [dict((t, v) for t, v in values if not math.isnan(v)) for _, values in series]
    if stacked:
        times = sorted({t for one in points for t in one})
        below, tops = dict.fromkeys(times, 0.0), []
        for one in points:
            below = {t: below[t] + one.get(t, 0) for t in times}
            tops.append(below)
        bases = [dict.fromkeys(times, 0.0), *tops[:-1]]
        points = tops
    flat = [v for one in points for v in one.values()]
    low = min(0, *flat) if flat else 0
    high = max([*flat, low + 1e-6]) * 1.08 or 1
    out = plot.value_axis(low, high, unit) + plot.time_axis()
    fixed = {o["matcher"]["options"] for o in panel["fieldConfig"]["overrides"]}
    for index, ((name, _), one) in reversed(list(enumerate(zip(series, points)))):
        color = "#f2495c" if name in fixed else PALETTE[index % len(PALETTE)]
        for run in runs(sorted(one), prometheus.step):
            path, before = [], None
            for t in run:
                if custom["lineInterpolation"] == "stepAfter" and before is not None:
                    path.append(f"{plot.x(t):.1f},{plot.y(before):.1f}")
                path.append(f"{plot.x(t):.1f},{plot.y(one[t]):.1f}")
                before = one[t]
            line = " ".join(path)
            if name not in fixed:
                base = bases[index] if stacked else dict.fromkeys(run, 0.0)
                back = " ".join(f"{plot.x(t):.1f},{plot.y(base[t]):.1f}" for t in reversed(run))
                out.append(f'<polygon points="{line} {back}" fill="{color}" opacity="{custom["fillOpacity"] / 100}"/>')
            dash = 'stroke-dasharray="6 6"' if name in fixed else ""
            out.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="1.5" {dash}/>')
    at, y = 12, plot.bottom + 32
    for index, (name, _) in enumerate(series):
        wide = 24 + 6.8 * len(name)
        if at + wide > width and at > 12:
            at, y = 12, y + 14
        color = "#f2495c" if name in fixed else PALETTE[index % len(PALETTE)]
        out.append(f'<rect x="{at}" y="{y - 7}" width="12" height="4" fill="{color}"/>' + text(at + 16, y, name))
        at += wide
    return out


def runs(times, step):
    """Times without a gap between them."""
    run = []
    for t in times:
        if run and t - run[-1] > 1.5 * step:
            yield run
            run = []
        run.append(t)
    if run:
        yield run


def stat(panel, series, prometheus, width, height):
    values = [(t, v) for t, v in series[0][1] if not math.isnan(v)]
    last = values[-1][1]
    defaults = panel["fieldConfig"]["defaults"]
    out = [f'<rect width="{width}" height="{height}" rx="3" fill="{color_of(panel, last)}"/>']
    high = max(v for _, v in values) or 1
    span = prometheus.end - prometheus.begin
    line = " ".join(f"{(t - prometheus.begin) / span * width:.1f},{height - v / high * height * 0.4:.1f}" for t, v in values)
    out.append(f'<polygon points="0,{height} {line} {width},{height}" fill="#ffffff" opacity="0.18"/>')
    words = mapped(panel, last).get("text") or shown(round(last, defaults.get("decimals", 6)), defaults["unit"])
    out.append(text(width / 2, height / 2 + 20, words, 34, "#ffffff", "middle", 'font-weight="600"'))
    return out


def heatmap(panel, series, prometheus, width, height):
    plot = Plot(prometheus, width, height, 62, 26)
    bounds = sorted(((float(labels["le"]), dict(values)) for labels, values in series), key=lambda one: one[0])
    out, cells, below = plot.time_axis(), [], {}
    for index, (_, values) in enumerate(bounds):
        cells += [(t, index, v - below.get(t, 0)) for t, v in values.items() if v - below.get(t, 0) > 1e-9]
        below = values
    used = [index for _, index, _ in cells] or [0]
    first, last = max(0, min(used) - 2), min(len(bounds) - 1, max(used) + 2)
    tall = (plot.bottom - plot.top) / (last - first + 1)
    most = max((v for _, _, v in cells), default=1)
    for index in range(first, last + 1):
        y = plot.bottom - (index - first + 1) * tall
        bound = bounds[index][0]
        out.append(text(56, y + 4, "∞" if math.isinf(bound) else shown(bound, "s"), anchor="end", size=10))
        out.append(f'<line x1="{plot.left}" x2="{plot.right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#2c3235"/>')
    for t, index, v in cells:
        wide = prometheus.step / (prometheus.end - prometheus.begin) * (plot.right - plot.left)
        y = plot.bottom - (index - first + 1) * tall
        out.append(f'<rect x="{plot.x(t) - wide:.1f}" y="{y + 1:.1f}" width="{wide + 0.5:.1f}" height="{tall - 2:.1f}" fill="#ff9830" opacity="{0.35 + 0.65 * v / most:.2f}"/>')
    return out


def bargauge(panel, series, prometheus, width, height):
    defaults = panel["fieldConfig"]["defaults"]
    values = [(name, one[-1][1]) for name, one in series if one and not math.isnan(one[-1][1])]
    high = defaults.get("max") or max(v for _, v in values) * 1.15
    out, tall = [], (height - 40) / len(values)
    for index, (name, value) in enumerate(values):
        y = 34 + index * tall
        out.append(text(12, y + 10, name))
        out.append(f'<rect x="12" y="{y + 16:.1f}" width="{width - 110}" height="{min(28, tall - 24):.1f}" fill="#22252b"/>')
        wide = max(2, min(1, value / high) * (width - 110))
        out.append(f'<rect x="12" y="{y + 16:.1f}" width="{wide:.1f}" height="{min(28, tall - 24):.1f}" fill="{color_of(panel, value)}"/>')
        out.append(text(width - 90, y + 36, shown(value, defaults["unit"]), 16, color_of(panel, value)))
    return out


def state_timeline(panel, series, prometheus, width, height):
    plot = Plot(prometheus, width, height, 8, 26)
    longest = max(len(name) for name, _ in series)
    plot.left = 16 + 6.3 * longest
    out, tall = plot.time_axis(), (plot.bottom - plot.top) / len(series)
    for index, (name, values) in enumerate(series):
        y = plot.top + index * tall
        out.append(text(10, y + tall / 2 + 4, name))
        start = 0
        for i in range(1, len(values) + 1):
            if i < len(values) and values[i][1] == values[start][1]:
                continue
            option = mapped(panel, values[start][1])
            left, right = plot.x(values[start][0]), plot.x(values[min(i, len(values) - 1)][0])
            color = COLORS.get(option.get("color", "blue"), "#3274d9")
            out.append(f'<rect x="{left:.1f}" y="{y + 0.1 * tall:.1f}" width="{max(1, right - left):.1f}" height="{0.8 * tall:.1f}" fill="{color}" opacity="0.8"/>')
            if panel["options"]["showValue"] != "never" and right - left > 40:
                out.append(text(left + 6, y + tall / 2 + 4, option.get("text", ""), 11, "#ffffff"))
            start = i
    return out


DRAWN = {"timeseries": timeseries, "stat": stat, "heatmap": heatmap, "bargauge": bargauge, "state-timeline": state_timeline}


def drawn(panel, prometheus):
    grid = panel["gridPos"]
    x, y = grid["x"] * COLUMN, grid["y"] * ROW
    width, height = grid["w"] * COLUMN - 8, grid["h"] * ROW - 8
    if panel["type"] == "row":
        return f'<g transform="translate({x},{y})">{text(2, 22, "▾ " + panel["title"], 16, "#d8d9da")}</g>'
    series = []
    for target in panel["targets"]:
        for labels, values in prometheus.series(target):
            name = labels if panel["type"] == "heatmap" else legend(target, labels)
            if any(not math.isnan(v) for _, v in values):
                series.append((name, values))
    title = text(10, 20, panel["title"], 13, "#d8d9da", more='font-weight="500"')
    if series:
        body = "".join(DRAWN[panel["type"]](panel, series, prometheus, width, height))
    else:
        body = text(width / 2, height / 2 + 6, "no data", 16, anchor="middle")
    return (
        f'<g transform="translate({x},{y})"><rect width="{width}" height="{height}" rx="3" fill="#181b1f" stroke="#2c3235"/>'
        f"{body}{title}</g>"
    )


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    prometheus = Prometheus(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    dashboard = json.loads(DASHBOARD.read_text())
    panels = dashboard["panels"]
    width = 24 * COLUMN
    height = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in panels) * ROW
    body = "".join(drawn(panel, prometheus) for panel in panels)
    pathlib.Path(sys.argv[4]).write_text(
        f'<!doctype html><meta charset="utf-8"><title>{html.escape(dashboard["title"])}</title>'
        '<style>body{margin:16px;background:#111217}svg{font-family:Inter,"DejaVu Sans",sans-serif}</style>'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">{body}</svg>\n'
    )


if __name__ == "__main__":
    main()
