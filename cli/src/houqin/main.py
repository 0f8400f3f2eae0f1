"""`houqin`: the system on one machine."""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from houqin_ops import main as ops
from houqin_ops.client import Client, Unexpected, Unreachable
from houqin_shared.auth import EVERY_OFFICE, SUPPLIER, Role, issue_token
from houqin_shared.misconfigured import Misconfigured

from houqin import envfile
from houqin.datadir import AlreadyRunning, DataDirectory
from houqin.officefile import MalformedOfficeFile, read_office_file
from houqin.postgres import DatabaseDied
from houqin.replay import AnotherFile, Replay, Stuck
from houqin.story import tell_story

if TYPE_CHECKING:
    from houqin.plan import Plan

DEFAULT_URL = "http://127.0.0.1:8000"
PATIENCE = 120.0
"""Seconds that a replay waits for what is away: a service or a broker starts again."""


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="houqin", description="Supervise and settle outsourced office services · 后勤服务监管"
    )
    commands = parser.add_subparsers(dest="command", required=True)

    start = commands.add_parser("up", help="start everything on this machine; Ctrl-C ends it")
    start.add_argument("--port", type=int, default=8000)
    start.add_argument("--database-url", default=os.environ.get("DATABASE_URL"))
    start.add_argument("--bus", choices=("postgres", "kafka"), default="postgres")
    start.add_argument("--kafka", metavar="HOST:PORT[,..]", help="the brokers of --bus kafka")
    start.add_argument("--processes", action="store_true", help="one process per service")
    start.add_argument(
        "--replicas", nargs="+", default=[], metavar="SERVICE=N", help="such as billing=2"
    )
    start.add_argument(
        "--metrics-port",
        type=int,
        default=os.environ.get("METRICS_PORT") or None,
        help="show metrics here; METRICS_PORT if not given",
    )
    _data(start)

    example = commands.add_parser("run", help="up, and the example office's story")
    example.add_argument("--port", type=int, default=8000)
    example.add_argument("file", type=Path, nargs="?", default=Path("examples/ezhou.yaml"))
    _data(example)

    play = commands.add_parser("replay", help="play an office file and write its report")
    play.add_argument("file", type=Path)
    play.add_argument("--json", type=Path, dest="out", help="where to write the report")
    play.add_argument("--story", action="store_true", help="tell what happened in words")
    play.add_argument("--quiet", action="store_true", help="show no progress")
    _remote(play)

    remote = argparse.ArgumentParser(add_help=False)
    _remote(remote)
    ops.add_commands(commands.add_parser("ops", help="what an operator asks and does"), remote)

    token = commands.add_parser(
        "token",
        help="issue a token of this installation, or of the one whose key is in HOUQIN_TOKEN_KEY",
    )
    token.add_argument("name", help="who it is for")
    token.add_argument("--role", choices=[role.value for role in Role], required=True)
    token.add_argument("--office", default=EVERY_OFFICE)
    token.add_argument("--supplier", help="the supplier of a contractor's token")
    token.add_argument("--days", type=int, default=365)
    _data(token)

    commands.add_parser("secrets", help="write .env for docker-compose.yml, once")

    generate = commands.add_parser("specs", help="write openapi.json and asyncapi.json")
    generate.add_argument("--check", action="store_true", help="write nothing; 1 if out of date")
    return parser


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=Path("var"), help="data directory")


def _remote(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url",
        default=os.environ.get("HOUQIN_URL"),
        help=f"HOUQIN_URL if not given, else what runs here, else {DEFAULT_URL}",
    )
    _data(parser)


def main(arguments: list[str] | None = None) -> int:
    given = _arguments().parse_args(arguments)
    try:
        return _run(given)
    except KeyboardInterrupt:
        return 130
    except Misconfigured as error:
        print(f"houqin: {error}", file=sys.stderr)
        return 2
    except DatabaseDied:
        print(
            "houqin: PostgreSQL died, so everything was ended. Start again: what was accepted is on"
            " disk.\n    PostgreSQL 已异常退出,全部服务随之结束。请重新启动:已受理的数据均已落盘。",
            file=sys.stderr,
        )
        return 1
    except AlreadyRunning as error:
        print(f"houqin: another `houqin up` uses {error}; end it first.", file=sys.stderr)
        return 2
    except (Unreachable, Unexpected) as error:
        print(f"houqin: {error}", file=sys.stderr)
        return 1 if given.command == "replay" else 2  # it may have done something


def _run(given: argparse.Namespace) -> int:
    match given.command:
        case "up" | "run":
            return _start(given)
        case "replay":
            return _replay(given)
        case "ops":
            return ops.do(given, _url(given), _token(given, ops.role_for(given)))
        case "token":
            return _issue(given)
        case "secrets":
            return envfile.write(Path(".env.example"), Path(".env"))
        case _:
            from houqin import specs

            return specs.run(check=given.check)


def _start(given: argparse.Namespace) -> int:
    # The four services, for who starts them; who only asks need not wait two seconds for them.
    if given.command == "run":
        from houqin.example import run_example

        return run_example(given.port, DataDirectory(given.data), given.file)
    from houqin import up

    return up.serve(_plan(given), DataDirectory(given.data))


def _plan(given: argparse.Namespace) -> "Plan":
    from houqin.plan import read_plan

    return read_plan(
        port=given.port,
        database_url=given.database_url,
        bus=given.bus,
        kafka=given.kafka,
        processes=given.processes,
        replicas=given.replicas,
        metrics_port=given.metrics_port,
    )


def _replay(given: argparse.Namespace) -> int:
    try:
        file = read_office_file(given.file)
    except MalformedOfficeFile as malformed:
        for mistake in malformed.mistakes:
            line = f" (line {mistake.line})" if mistake.line else ""
            print(f"{mistake.place}: {mistake.en}{line}\n    {mistake.zh}", file=sys.stderr)
        count = len(malformed.mistakes)
        mistakes = f"{count} mistake{'s' if count > 1 else ''}"
        print(f"{given.file}: {mistakes}, nothing was changed.", file=sys.stderr)
        return 2
    if given.out and (unwritable := _unwritable(given.out)):
        print(f"houqin: {given.out} can't be written: {unwritable}", file=sys.stderr)
        return 2
    token = _token(given, Role.SYSTEM)

    async def play() -> int:
        async with Client(_url(given), token, patience=PATIENCE) as client:
            report = await Replay(file, client, quiet=given.quiet).play()
            if given.out:
                text = json.dumps(report, ensure_ascii=False, indent=1)
                given.out.write_text(text + "\n", encoding="utf-8")
            if given.story:
                print(await tell_story(client, report))
            elif not given.out:
                print(json.dumps(report, ensure_ascii=False, indent=1))
        return 0

    try:
        return asyncio.run(play())
    except AnotherFile as error:
        print(
            f"houqin: office {error} is known here with other content; it is refused.\n"
            f"    机关 {error} 已用其他内容登记,不予受理。",
            file=sys.stderr,
        )
        return 2
    except Stuck as error:
        print(f"houqin: the replay is stuck: {error}", file=sys.stderr)
        return 1


def _unwritable(file: Path) -> str | None:
    """Why not, if so: asked before the work is done whose outcome goes there."""
    try:
        file.open("a").close()
    except OSError as error:
        return error.strerror
    return None


def _url(given: argparse.Namespace) -> str:
    url: str = given.url or DataDirectory(given.data).url() or DEFAULT_URL
    return url


def _token(given: argparse.Namespace, role: Role) -> str:
    token = DataDirectory(given.data).token(role)
    if token is None:
        raise Unreachable(
            f"no token: set HOUQIN_TOKEN, or name the data directory of a started installation "
            f"with --data (looked in {given.data})"
        )
    return token


def _issue(given: argparse.Namespace) -> int:
    role = Role(given.role)
    if role in SUPPLIER and not given.supplier:
        print("houqin: a supplier's token names its supplier: --supplier ID", file=sys.stderr)
        return 2
    if given.supplier and role not in SUPPLIER:
        print("houqin: --supplier goes with the role of a supplier alone", file=sys.stderr)
        return 2
    if given.days < 1:
        print("houqin: --days is at least 1", file=sys.stderr)
        return 2
    key = os.environ.get(envfile.KEY) or (DataDirectory(given.data).known_secrets() or {}).get(
        "key"
    )
    if key is None:
        raise Unreachable(
            f"{given.data} holds no started installation; run `houqin up` first, or set "
            f"{envfile.KEY} to the key of another"
        )
    print(
        issue_token(
            key,
            given.name,
            role,
            given.office,
            supplier=given.supplier,
            days_valid=given.days,
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
