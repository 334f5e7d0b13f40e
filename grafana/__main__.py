"""`python -m grafana` writes what Grafana reads; `--check` says whether it is written (exit code 1: it is not)."""

import sys
from pathlib import Path

from grafana.boards import BOARDS
from grafana.export import dashboard
from grafana.rules import provisioned

FOLDER = Path(__file__).parent


def files() -> dict[Path, str]:
    """Each file that is made here, and its text."""
    made = {FOLDER / "dashboards" / f"{board.uid}.json": dashboard(board) for board in BOARDS}
    return made | {FOLDER / "provisioning" / "alerting" / "leadpulse.yaml": provisioned()}


def main() -> int:
    """Write or check."""
    stale = [path for path, text in files().items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        print(*(f"not as it is made: {path}; run python -m grafana" for path in stale), sep="\n", end="")
        return 1 if stale else 0
    for path in stale:
        path.write_text(files()[path])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
