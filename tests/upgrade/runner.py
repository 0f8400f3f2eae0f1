"""The services of the Python that runs this, each told what `told.json` says, behind one port.

Works with any version that has `houqin.apart`: see drill.py.
"""

import json
import logging
import sys
from pathlib import Path

from houqin import apart
from houqin.datadir import DataDirectory
from houqin.plan import Plan


def main(folder: Path, port: int) -> int:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    data = DataDirectory(folder)
    told = json.loads((folder / "told.json").read_text())
    plan = Plan(port, processes=True)
    return apart.run(plan, told, data, (folder / "ready").touch)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
