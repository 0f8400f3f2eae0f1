"""What a core carries: the table of docs/scaling.md and its twin, from the figures of a run."""

from pathlib import Path
from statistics import median

from bench.plots import cpu_by_part
from bench.results import MODES, Mode, Results

BEGIN, END = "<!-- written by `make bench` -->\n", "<!-- end -->\n"
"""Around the table in a page."""

PARTS = {
    "inspection-svc": ("inspection-svc",),
    "billing-svc": ("billing-svc",),
    "contract-svc, feedback-svc": ("contract-svc", "feedback-svc"),
    "PostgreSQL": ("postgres",),
    "Kafka": ("kafka",),
}
"""Lines of the table, each with the parts that are summed in it."""

WORDS = {
    "scaling.md": (
        ["", "one finding a request", "one core, a second",
         "a hundred a request", "one core, a second"],
        "all, as measured",
        "Not measured in the last run.",
    ),
    "scaling.zh-CN.md": (
        ["", "每请求一条", "单核每秒", "每请求百条", "单核每秒"],
        "合计(实测)",
        "最近一次运行未测量。",
    ),
}  # fmt: skip
"""Per page: the head of the table, its last line, and what stands there if there is no table."""


def write_cores(results: Results, folder: Path) -> None:
    """Put the table into both pages. Raises ValueError if a page has no place for it."""
    for name, (head, total, nothing) in WORDS.items():
        page = folder / name
        table = _table(results, head, total) or nothing
        before, begun, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        _, ended, after = rest.partition(END)
        if not begun or not ended:
            raise ValueError(f"{page} has no place for the table")
        page.write_text(f"{before}{BEGIN}{table}\n{END}{after}", encoding="utf-8")


def _table(results: Results, head: list[str], total: str) -> str:
    """Empty if the product on Kafka was not measured."""
    if not all(results.of("product", mode) for mode in MODES):
        return ""
    costs = [cpu_by_part(results, "product", mode) for mode in MODES]
    lines = [head, ["---", *["---:"] * 4]]
    for line, parts in PARTS.items():
        lines.append([line, *_cells(*(sum(cost[part] for part in parts) for cost in costs))])
    cells = _cells(*(_all(results, mode) for mode in MODES))
    lines.append([f"**{total}**", *(f"**{cell}**" for cell in cells)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _all(results: Results, mode: Mode) -> float:
    return median(each.cpu_total for each in results.of("product", mode))


def _cells(*costs: float) -> list[str]:
    """Of each cost, microseconds a finding: itself, and how many findings are a second of it."""
    return [cell for us in costs for cell in (f"{us:,.0f} us", f"{float(f'{1e6 / us:.3g}'):,.0f}")]
