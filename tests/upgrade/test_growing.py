"""What runs goes on while the next release's schema is made under it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from faults.system import Office, Replaying

from upgrade.estate import Estate, Server


@pytest.mark.slow
def test_the_whole_system_lives_with_rows_alone_and_with_tables_that_grow_under_it(
    new_server: Callable[[], Server], new_estate: Callable[[Server], Estate], folder: Path
) -> None:
    """Half of an office on the schema of today; then the next release's is made while it works, and
    every service is killed and starts on it.
    """
    server = new_server()
    server.migrate()
    office = Office.example("random-7")
    estate = new_estate(server)
    estate.start()
    replaying = Replaying(estate, office)
    replaying.wait_until(0.3)
    server.grow(folder)
    replaying.wait_until(0.6)
    for name, process in estate.processes().items():
        if name != "gateway":
            process.kill()
    replaying.ends_as_expected()
    estate.verify()
    assert estate.stop() == 0
    assert server.psql("select count(*) from beside_bookings", "billing") == "0"
    assert "denied" not in estate.log()
