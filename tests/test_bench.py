"""The measurements themselves: tiny, but through all of it, so that they don't rot."""

import re
from pathlib import Path
from statistics import median

from bench.__main__ import LATEST, PAGE
from bench.cores import write_cores
from bench.duel import LEAST_VISITS, Duel, Pace
from bench.machine import machine
from bench.page import write_page
from bench.product import Product
from bench.promises import summary
from bench.results import Results
from bench.workload import Scope

PACE = Pace(rounds=1, seconds=0.5, latency_seconds=0.2, first={"single": 20})


async def test_a_finding_is_measured_from_its_request_to_its_booking(tmp_path: Path) -> None:
    with machine() as here:
        product = Product(here, "product")
        await product.start()
        await product.sign(Scope(offices=2, contracts=2))
        results = await Results.begin(here.postgres_url)
        duel = Duel(here, results, PACE)
        await duel.saturate([product.contestant()], ["single"])
        await duel.half_load([product.contestant()], ["single"])
        product.stop()

    full, half = (each.figures for each in results.windows)
    assert full.findings >= LEAST_VISITS["single"]
    # Not which is quicker: an answer may be read after what it is about was booked.
    assert min(full.accepted_rate, full.booked_rate) > 0
    assert 0 < half.accept.p50 <= half.accept.worst
    assert 0 < half.booked.p50 <= half.booked.worst
    parts = {f"product {name}-svc" for name in ("contract", "inspection", "feedback", "billing")}
    assert set(full.cpu) == parts | {"postgres"}
    assert min(full.cpu["product inspection-svc"], full.cpu["product billing-svc"]) > 0

    kept = tmp_path / "results.json"
    results.write(kept)
    assert Results.read(kept) == results
    write_page(Results.read(kept), tmp_path / "page.md", plots=[])
    page = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert re.search(r"^\{\w+\}$", page, re.MULTILINE) is None
    assert f"{half.booked.p50:,.1f} / {half.booked.p99:,.1f}" in page
    assert "accepted to booked at half load, p99" in summary(results)


def test_the_pages_are_what_the_last_results_give(tmp_path: Path) -> None:
    results, docs = Results.read(LATEST), PAGE.parent
    for name in ("scaling.md", "scaling.zh-CN.md"):
        (tmp_path / name).write_bytes((docs / name).read_bytes())
    write_cores(results, tmp_path)
    write_page(results, tmp_path / PAGE.name, plots=["rates.svg", "cpu.svg", "growth.svg"])
    for page in sorted(tmp_path.iterdir()):
        assert page.read_text("utf-8") == (docs / page.name).read_text("utf-8"), page.name
    table = (tmp_path / "scaling.md").read_text("utf-8")
    cost = median(each.cpu_total for each in results.of("product", "single"))
    assert f"| **all, as measured** | **{cost:,.0f} us** |" in table
