"""`houqin secrets`: the .env of docker-compose.yml, with passwords and keys that nobody has chosen.

What has to be there is what .env.example leaves empty.
"""

import os
import secrets
import sys
from pathlib import Path

from houqin_shared.auth import EVERY_OFFICE, Role, issue_token

KEY, TOKEN = "HOUQIN_TOKEN_KEY", "HOUQIN_TOKEN"
DAYS_VALID = 365


def write(example: Path, file: Path) -> int:
    """Write `file` if it is not there, readable by its owner alone; 0, or 1 if what is there lacks
    something. It is never changed: a database keeps the passwords that it was made with.
    """
    lines = example.read_text(encoding="utf-8").splitlines()
    if file.exists():
        return _check(lines, file)
    key = secrets.token_urlsafe(48)
    made = {
        KEY: key,
        TOKEN: issue_token(key, "operator", Role.SYSTEM, EVERY_OFFICE, days_valid=DAYS_VALID),
    }
    filled = [
        line + made.get(_name(line), secrets.token_urlsafe(24)) if _name(line) else line
        for line in lines
    ]
    beside = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as new:
        new.write("\n".join(filled) + "\n")
    beside.rename(file)
    print(f"{file} is written; keep it private. · 已写入 {file},请妥善保管。")
    return 0


def _check(lines: list[str], file: Path) -> int:
    given = file.read_text(encoding="utf-8").splitlines()
    set_here = {line.partition("=")[0] for line in given if line.partition("=")[2]}
    missing = [name for line in lines if (name := _name(line)) and name not in set_here]
    if missing:
        print(
            f"{file} is there, but lacks {', '.join(missing)}: add them; nothing was changed.\n"
            f"    {file} 已存在,但缺少 {', '.join(missing)};请补充,未作任何更改。",
            file=sys.stderr,
        )
        return 1
    print(f"{file} is there and complete; it was not changed. · {file} 已存在且完整,未作更改。")
    return 0


def _name(line: str) -> str:
    """Of a variable that the line leaves empty; "" if it doesn't."""
    return line.removesuffix("=") if line.endswith("=") and not line.startswith("#") else ""
