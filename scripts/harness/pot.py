"""The translation templates ``i18n/<addon>.pot``: written by ``scripts/pot``, compared by lint."""

import subprocess
import sys
import tempfile
from pathlib import Path

from . import databases
from .paths import ROOT, addons
from .processes import end_cleanly, odoo

# Lines that change with every export.
DATES = ('"POT-Creation-Date:', '"PO-Revision-Date:')


def path(addon: str) -> Path:
    return (ROOT / addon / "i18n" / f"{addon}.pot").relative_to(ROOT)


def export(addon: str, database: str) -> str:
    """The template of an addon that is installed in ``database``; empty without terms.

    :raise RuntimeError: Odoo could not export it, because it is not installed for one
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "export.pot"
        command = odoo("i18n", "export", "-d", database, "-o", str(target), addon)
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise RuntimeError(f"The terms could not be exported:\n{result.stderr[-3000:]}")
        return target.read_text() if target.exists() else ""


def differs(addon: str, content: str) -> bool:
    """Whether the file in the checkout says something else than ``content``."""
    file = ROOT / path(addon)
    return _undated(file.read_text() if file.exists() else "") != _undated(content)


def _undated(content: str) -> list[str]:
    return [line for line in content.splitlines() if not line.startswith(DATES)]


def main() -> int:
    end_cleanly()
    with databases.scratch(demo=False, purpose="pot") as database:
        databases.install(database, addons())
        for addon in addons():
            content = export(addon, database)
            if differs(addon, content):
                (ROOT / path(addon)).parent.mkdir(exist_ok=True)
                (ROOT / path(addon)).write_text(content)
                print(f"{path(addon)}: written")
            else:
                print(f"{path(addon)}: current")
    return 0


if __name__ == "__main__":
    sys.exit(main())
