"""kill -9 of services and PostgreSQL in mid-replay, three times."""

import json
import os
from pathlib import Path

from acceptance.installation import Installation

HERE = Path(__file__).parent


def test_killed_three_times_it_goes_on_where_it_was(own_installation: Installation) -> None:
    file = HERE / "offices" / "random-1.yaml"
    own_installation.start()
    for _ in range(3):
        with own_installation.popen("replay", str(file), "--json", os.devnull) as replay:
            assert replay.stderr is not None
            for _line in range(3):  # some hundred days
                replay.stderr.readline()
            own_installation.kill_everything()
            replay.communicate()
            assert replay.returncode == 1
        own_installation.start()
    expected = json.loads((HERE / "expected" / "random-1.json").read_text(encoding="utf-8"))
    assert own_installation.replay(file) == expected
    own_installation.verify()
    assert own_installation.stop() == 0
