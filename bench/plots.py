"""The plots of docs/performance.md, as SVG."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.results import MODES, Mode, Results

CONTESTANTS = ("stripped", "product", "product-postgres", "ordinary-1", "ordinary-4")


def draw(results: Results, folder: Path) -> list[str]:
    """Names of the files that could be drawn. Needs the dependency group `bench`."""
    import matplotlib as mpl

    mpl.use("svg")
    # The same run gives the same file.
    mpl.rcParams.update(
        {"svg.hashsalt": "houqin", "svg.fonttype": "none", "font.size": 9, "axes.axisbelow": True}
    )
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    if results.windows:
        drawn += [_rates(results, folder), _cpu(results, folder)]
    if "growth" in results.more:
        drawn.append(_growth(results, folder))
    return drawn


def _rates(results: Results, folder: Path) -> str:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
    for axis, mode in zip(axes, MODES, strict=True):
        names = [name for name in CONTESTANTS if results.of(name, mode)]
        bars = axis.barh(names, [results.rate(name, mode) for name in names], color="#4878a8")
        axis.bar_label(bars, fmt="{:,.0f}", padding=2)
        axis.set_title(f"{mode}: findings booked a second")
        axis.invert_yaxis()
        axis.margins(x=0.18)
        axis.grid(axis="x", alpha=0.3)
    return _save(figure, folder, "rates.svg")


def _cpu(results: Results, folder: Path) -> str:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
    for axis, mode in zip(axes, MODES, strict=True):
        names = [name for name in CONTESTANTS[:3] if results.of(name, mode)]
        parts = sorted({part for name in names for part in cpu_by_part(results, name, mode)})
        left = [0.0] * len(names)
        for part in parts:
            widths = [cpu_by_part(results, name, mode).get(part, 0.0) for name in names]
            axis.barh(names, widths, left=left, label=part)
            left = [a + b for a, b in zip(left, widths, strict=True)]
        axis.set_title(f"{mode}: CPU microseconds a finding")
        axis.invert_yaxis()
        axis.grid(axis="x", alpha=0.3)
    handles = {
        label: handle
        for axis in axes
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
    return _save(figure, folder, "cpu.svg")


def cpu_by_part(results: Results, contestant: str, mode: Mode) -> dict[str, float]:
    """Microseconds a finding at saturation, in the median round; parts without their owner."""
    windows = results.of(contestant, mode)
    parts = windows[0].cpu if windows else {}
    return {part.split()[-1]: median(each.cpu[part] for each in windows) for part in parts}


def _growth(results: Results, folder: Path) -> str:
    from matplotlib import pyplot as plt

    growth = results.more["growth"]
    findings = [count / 1000 for count in growth["findings"]]
    figure, (cost, memory) = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
    cost.plot(findings, [step["cpu_total"] for step in growth["steps"]], marker="o")
    cost.set_title("CPU microseconds a finding, bulk")
    for part in growth["steps"][0]["memory_mb"]:
        if part.endswith("-svc"):
            sizes: Sequence[float] = [step["memory_mb"][part] for step in growth["steps"]]
            memory.plot(findings, sizes, marker="o", label=part.split()[-1])
    memory.set_title("memory of each service, MB")
    memory.legend()
    for axis in (cost, memory):
        axis.set_xlabel("thousand findings")
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    return _save(figure, folder, "growth.svg")


def _save(figure: object, folder: Path, name: str) -> str:
    figure.savefig(folder / name, metadata={"Date": None})  # type: ignore[attr-defined]
    return name
