"""What the system can carry, measured beside what it could at best and what one would have got.

`python -m bench` from the root of the repository; see docs/performance.md for how to read it.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

# The broker of the tests is the broker of the measurements.
sys.path.append(str(ROOT / "tests"))
