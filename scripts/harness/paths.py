"""Where things are. The same names as in ``scripts/lib.sh``."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
VENV = LOCAL / "venv"
LOG = LOCAL / "log"
RUN = LOCAL / "run"
SCRIPTS = ROOT / "scripts"
FILESTORE = LOCAL / "data" / "filestore"
ODOO_PACKAGE = Path(os.environ["ODOO_PACKAGE"])


def addons() -> list[str]:
    """Names of the project's installable addons, the main one first.

    A half-written addon may have no manifest yet: it is no addon then.
    """
    names = sorted(path.parent.name for path in ROOT.glob("ar_collections*/__manifest__.py"))
    if not names:
        raise SystemExit(f"No addon ar_collections* with a manifest in {ROOT}")
    return names
