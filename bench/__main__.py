"""`python -m bench [--quick] [--only NAME,...]`: measure, and say so."""

import argparse
import asyncio
import logging
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import broker

from bench import ROOT
from bench.cores import write_cores
from bench.machine import machine
from bench.page import write_page
from bench.plan import FULL, PARTS, QUICK, USUAL, WITHOUT_KAFKA, Suite
from bench.plots import draw
from bench.promises import summary
from bench.results import Results
from bench.window import Failed

LATEST = ROOT / "bench" / "results" / "latest.json"
PAGE = ROOT / "docs" / "performance.md"


def main() -> int:
    given = _arguments()
    # It says of every new topic that its leader isn't known yet, and tries again: no news.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    unknown = set(given.only) - set(PARTS)
    if unknown:
        print(f"bench: no part is called {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    if "ordinary" in given.only and find_spec("faststream") is None:
        print("bench: `make bench` installs what the ordinary stack needs", file=sys.stderr)
        return 2
    without = set(given.only) <= WITHOUT_KAFKA
    if not without and (missing := broker.why_not()):
        print(f"bench: no Kafka: {missing}; --only {','.join(WITHOUT_KAFKA)}", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with machine() as here:
            suite = Suite(here, given.only, given.measure)
            results = _measured(suite, given.out)
    except KeyboardInterrupt:
        return 130
    except Failed as failed:
        print(f"bench: {failed}", file=sys.stderr)
        return 1
    results.write(given.out)
    print(summary(results))
    print(f"All figures: {given.out}")
    if given.out == LATEST:
        write_page(results, PAGE, draw(results, PAGE.parent / "performance"))
        write_cores(results, PAGE.parent)
        print(f"The page about them: {PAGE}")
    return 0


def _interrupt(*_: object) -> NoReturn:
    """At once, also where a program is being waited for: asyncio's own handler would wait."""
    raise KeyboardInterrupt


def _measured(suite: Suite, out: Path) -> Results:
    """What a run has measured before it failed or was ended is kept, beside whole results."""
    try:
        return asyncio.run(suite.run())
    except BaseException:
        if suite.results is not None:
            suite.results.write(out.with_name("unfinished.json"))
        raise


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--quick", action="store_const", dest="measure", const=QUICK, help="a first look"
    )
    how.add_argument("--full", action="store_const", dest="measure", const=FULL, help="an hour")
    parser.set_defaults(measure=USUAL)
    parser.add_argument(
        "--only", type=lambda names: names.split(","), default=PARTS, help=", ".join(PARTS)
    )
    parser.add_argument("--out", type=Path, default=LATEST, help="where the figures go")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
