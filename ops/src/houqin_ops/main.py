"""`houqin-ops`: the operator's command, in every image.

kubectl exec deploy/billing-svc -- houqin-ops verify --json
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from houqin_shared.auth import Role, issue_token
from houqin_shared.misconfigured import Misconfigured

from houqin_ops.client import Unexpected, Unreachable
from houqin_ops.commands import COMMANDS, Command, run
from houqin_ops.sweep import sweep

DEFAULT_URL = "http://127.0.0.1:8000"

SWEEP = "sweep"
ACTING = frozenset({"replay-dead", SWEEP})
"""They act, as the system; the others only look, as an auditor may."""


def add_commands(parser: argparse.ArgumentParser, where: argparse.ArgumentParser) -> None:
    """Every command, as a subcommand of `parser` with the options of `where`."""
    subcommands = parser.add_subparsers(dest="question", required=True, metavar="COMMAND")
    where = argparse.ArgumentParser(add_help=False, parents=[where])
    where.add_argument("--json", action="store_true", dest="as_json", help="for programs")
    for name, ask in COMMANDS.items():
        subcommands.add_parser(name, help=ask.__doc__, description=ask.__doc__, parents=[where])
    said = "Let the days of offices with a manual clock pass 推进手动时钟"
    days = subcommands.add_parser(SWEEP, help=said, description=said, parents=[where])
    days.add_argument("as_of", type=day, metavar="DAY", help="the last of them")
    days.add_argument("offices", nargs="+", metavar="OFFICE")


def day(text: str) -> date:
    return date.fromisoformat(text)


def role_for(given: argparse.Namespace) -> Role:
    """As whom the command that was parsed is done."""
    return Role.SYSTEM if given.question in ACTING else Role.AUDITOR


def do(given: argparse.Namespace, url: str, token: str) -> int:
    """The command that was parsed; its exit code. Raises Unreachable, Unexpected."""
    if given.question == SWEEP:
        command: Command = partial(sweep, offices=given.offices, as_of=given.as_of)
    else:
        command = COMMANDS[given.question]
    return asyncio.run(run(command, url, token, as_json=given.as_json))


def token_from(environment: Mapping[str, str], role: Role) -> str:
    """HOUQIN_TOKEN, or one for a day made with HOUQIN_TOKEN_KEY. Raises Misconfigured."""
    if token := environment.get("HOUQIN_TOKEN"):
        return token
    if key := environment.get("HOUQIN_TOKEN_KEY"):
        return issue_token(key, "houqin-ops", role, days_valid=1)
    raise Misconfigured(
        "Set HOUQIN_TOKEN, or HOUQIN_TOKEN_KEY to make a token with.",
        "请设置 HOUQIN_TOKEN,或设置用于签发令牌的 HOUQIN_TOKEN_KEY。",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """0 all is well, 1 something needs a person, 2 it could not be asked or done."""
    where = argparse.ArgumentParser(add_help=False)
    where.add_argument(
        "--url",
        default=os.environ.get("HOUQIN_URL") or DEFAULT_URL,
        help="HOUQIN_URL if not given: the gateway, or http://{service}-svc:8000 without one",
    )
    parser = argparse.ArgumentParser(
        prog="houqin-ops",
        description="Ask the four services how they are · 查询四个服务的运行状况",
        epilog="Exit codes: 0 all is well, 1 something needs a person, 2 it could not be asked. "
        "退出码:0 一切正常,1 需要人工处理,2 无法查询。",
    )
    add_commands(parser, where)
    given = parser.parse_args(arguments)
    try:
        return do(given, given.url, token_from(os.environ, role_for(given)))
    except KeyboardInterrupt:
        return 130
    except (Misconfigured, Unreachable, Unexpected) as error:
        print(f"houqin-ops: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
