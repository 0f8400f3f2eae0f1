"""docs/performance.md, written from the figures of a run."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from bench.growth import BIG, BIG_ONE, SMALL
from bench.plots import CONTESTANTS, cpu_by_part
from bench.promises import LOUD, noise, promises
from bench.results import MODES, Mode, Results

WORDS = Path(__file__).parent / "words.md"
"""What the page says whatever the figures are; `{name}` is where they go."""

WHAT = {
    "stripped": "stripped path (floor)",
    "product": "product on Kafka",
    "product-postgres": "product on the PostgreSQL bus",
    "ordinary-1": "ordinary stack, one consumer",
    "ordinary-4": "ordinary stack, four consumers",
    SMALL: "new: 1 contract, 10,000 findings",
    BIG_ONE: "grown, one contract busy",
    BIG: "grown, all contracts busy",
}


def write_page(results: Results, page: Path, plots: Sequence[str]) -> None:
    """The page, with the plots that were drawn in the folder `performance` beside it."""
    shown = {name: f"![{name.removesuffix('.svg')}](performance/{name})" for name in plots}
    text = WORDS.read_text(encoding="utf-8")
    sections = {
        "machine": _machine(results),
        "promises": _promises(results),
        "contestants": _contestants(results, CONTESTANTS),
        "rates": shown.get("rates.svg", ""),
        "latency": _latency(results),
        "cpu": shown.get("cpu.svg", ""),
        "parts": _parts(results),
        "idle": _idle(results),
        "floors": _floors(results),
        "backlog": _backlog(results),
        "replay": _replay(results),
        "growth": _growth(results, shown.get("growth.svg", "")),
    }
    for name, section in sections.items():
        text = text.replace(f"{{{name}}}", section)
    page.write_text(text, encoding="utf-8")


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


NOT_MEASURED = "Not measured in this run."


def _machine(results: Results) -> str:
    it = results.machine
    settings = ", ".join(f"`{name}={value}`" for name, value in it["postgres_settings"].items())
    said = (
        f"Run of {results.began}, {results.seconds / 60:.0f} minutes: {it['cores']} cores of "
        f"{it['processor']}, {it['memory_gb']} GB, {it['system']}; Python {it['python']}, "
        f"PostgreSQL {it['postgres']} ({settings}), Kafka {it['kafka']}."
    )
    if noise(results) > LOUD:
        said += (
            f"\n\n**The machine was shared in this run**: other work kept {noise(results):.1f} of "
            "its cores busy in the median window. Rates and latencies are worse than they would be "
            "alone; the ratios hold, with more spread."
        )
    return said


def _promises(results: Results) -> str:
    rows = (
        [each.what, f"{each.value:,.2f}{each.unit}", each.bound, each.verdict]
        for each in promises(results)
    )
    return _table(["what", "measured", "wanted", ""], rows)


def _contestants(results: Results, names: Sequence[str]) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for mode in MODES:
            for name in names:
                if windows := results.of(name, mode):
                    rates = [each.booked_rate for each in windows]
                    yield [
                        f"{WHAT[name]}, {mode}",
                        f"{median(each.accepted_rate for each in windows):,.0f}",
                        f"{median(rates):,.0f}",
                        f"{min(rates):,.0f} - {max(rates):,.0f}",
                        f"{median(each.cpu_total for each in windows):,.0f}",
                        f"{median(each.generator_cpu for each in windows):,.0f}",
                    ]

    head = ["at saturation", "accepted/s", "booked/s", "rounds", "CPU us a finding", "generator"]
    return _table(head, rows())


def _latency(results: Results) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for mode in MODES:
            for name in CONTESTANTS:
                for half in results.of(name, mode, "half load"):
                    yield [
                        f"{WHAT[name]}, {mode}",
                        f"{half.accepted_rate:,.0f}",
                        f"{half.accept.p50:,.1f} / {half.accept.p99:,.1f}",
                        f"{half.booked.p50:,.1f} / {half.booked.p99:,.1f}",
                    ]

    head = ["at half load", "findings/s", "answered after, ms p50 / p99", "booked after, p50 / p99"]
    return _table(head, rows())


def _parts(results: Results) -> str:
    columns: list[tuple[str, Mode]] = [
        (name, mode) for mode in MODES for name in CONTESTANTS[:3] if results.of(name, mode)
    ]
    costs = [cpu_by_part(results, name, mode) for name, mode in columns]
    parts = sorted({part for cost in costs for part in cost})
    rows = (
        [part, *(f"{cost[part]:,.0f}" if part in cost else "" for cost in costs)] for part in parts
    )
    return _table(["CPU us a finding", *(f"{name}, {mode}" for name, mode in columns)], rows)


def _idle(results: Results) -> str:
    it = results.more.get("idle")
    if it is None:
        return NOT_MEASURED
    parts = ", ".join(f"{part} {share:.0f}" for part, share in it.items())
    return f"When nothing happens, in thousandths of a core: {parts}."


def _floors(results: Results) -> str:
    if not results.floors:
        return NOT_MEASURED
    rows = ([name, f"{value:,.2f}" if value < 100 else f"{value:,.0f}"]
            for name, value in results.floors.items())  # fmt: skip
    return _table(["floor", "a second"], rows)


def _backlog(results: Results) -> str:
    backlogs = results.more.get("backlog")
    if backlogs is None:
        return NOT_MEASURED

    def rows() -> Iterator[Sequence[str]]:
        for mode, it in backlogs.items():
            rate = it["booked_rate"]
            yield [
                mode,
                f"{it['findings']:,}",
                f"{it['accepted_rate']:,.0f}",
                f"{it['first_booked_after']:.1f}",
                f"{it['all_booked_after']:.1f}",
                f"{rate:,.0f}" if rate else "all at once",
            ]

    head = [
        "while billing-svc was stopped", "accepted", "accepted/s",
        "first booked, s after its start", "all booked, s", "booked/s between",
    ]  # fmt: skip
    return _table(head, rows())


def _replay(results: Results) -> str:
    it = results.more.get("replay")
    if it is None:
        return NOT_MEASURED
    return (
        f"{it['days']} days with {it['events']} events in {it['seconds']:.1f} s, "
        f"{it['seconds'] / it['days'] * 1000:.0f} ms a day: four sweeps and the wait until all "
        "that was told has been heard are in every one."
    )


def _growth(results: Results, plot: str) -> str:
    it = results.more.get("growth")
    if it is None:
        return NOT_MEASURED
    reached, wanted = it["findings"][-1], it["wanted"]
    said = (
        f"{it['contracts']:,} contracts were signed in {it['signing_seconds']:.0f} s, then "
        f"{reached:,} findings were booked."
    )
    if reached < wanted:
        said += f" Time was up before {wanted:,} were reached; `--full` waits for them."
    return "\n\n".join([said, plot, _contestants(results, [SMALL, BIG_ONE, BIG])])
