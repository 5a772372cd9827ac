"""Every check that runs without testing: ``scripts/lint [CHECK ...]``.

Prints what each check complains of and ends with the number of checks that failed.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from . import databases, pot
from .odoo_log import LogReader
from .paths import LOCAL, ODOO_PACKAGE, ROOT, VENV, addons
from .processes import end_cleanly, free_port, local_log, odoo, spawn

NODE = LOCAL / "node" / "node_modules" / ".bin"
NO_NPM = "eslint and prettier need npm (apt-get install npm); then call again"
# Odoo's own lint tests that say something about one addon. The others check Odoo's
# checkers, or need tools that Odoo's own runbot has.
ODOO_TESTS = (
    "ManifestLinter", "PotLinter", "RoutesLinter", "TestConflictMarkers", "TestDocstring",
    "TestDunderinit", "TestI18n", "TestIndex", "TestJsTranslations", "TestLintOverrideSignatures",
    "TestNaming", "TestOnchangeDomains", "TestTestHoles",
)  # fmt: skip


def tool(name: str, *arguments: str, folder: Path = VENV / "bin", **environment) -> list[str]:
    """Run a tool of the environment in the checkout; what it printed if it failed."""
    result = subprocess.run(
        [folder / name, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return [result.stdout + result.stderr] if result.returncode else []


def check_ruff() -> list[str]:
    return tool("ruff", "check", "--quiet", ".")


def check_format() -> list[str]:
    return tool("ruff", "format", "--check", "--quiet", ".")


def check_pylint() -> list[str]:
    # A model that grows is split by concern in files that inherit it (DESIGN section 4).
    return tool(
        "pylint", "--load-plugins=pylint_odoo", "-d", "all", "-e", "odoolint",
        "-d", "consider-merging-classes-inherited",
        "--valid-odoo-versions=19.0", "--score=n", *addons(),
    )  # fmt: skip


def check_oca() -> list[str]:
    return tool("oca-checks-odoo-module", *addons())


def check_xml() -> list[str]:
    """Every XML file can be read, also those that no manifest names."""
    return [
        complaint
        for addon in addons()
        for path in sorted((ROOT / addon).rglob("*.xml"))
        for complaint in _parse(path)
    ]


def _parse(path) -> list[str]:
    try:
        etree.parse(path)
    except etree.XMLSyntaxError as error:
        return [f"{path.relative_to(ROOT)}: {error}"]
    return []


def check_js() -> list[str]:
    """Scripts and styles of the addons, by Odoo's own rules and layout."""
    if not NODE.is_dir():
        return [NO_NPM]
    files = [
        str(path)
        for addon in addons()
        for path in sorted((ROOT / addon / "static").rglob("*"))
        if path.suffix in (".js", ".scss") and "lib" not in path.parts
    ]
    if not files:
        return []
    rules = ODOO_PACKAGE / "addons" / "test_lint" / "tests" / "eslintrc"
    return [
        *tool(
            "eslint", "--no-ignore", "--no-eslintrc", "-c", str(rules),
            *(file for file in files if file.endswith(".js")),
            folder=NODE, ESLINT_USE_FLAT_CONFIG="false",
        ),
        *tool("prettier", "--check", "--no-color", "--log-level", "warn", *files, folder=NODE),
    ]  # fmt: skip


def check_shell() -> list[str]:
    files = [ROOT / ".ci" / "run", *(ROOT / "scripts").rglob("*")]
    scripts = [str(path) for path in files if path.is_file() and _is_bash(path)]
    return tool("shellcheck", "--external-sources", "--source-path", str(ROOT), *sorted(scripts))


def _is_bash(path) -> bool:
    with path.open("rb") as handle:
        return b"bash" in handle.readline()


def check_doctest() -> list[str]:
    """The examples in the scripts' own docstrings."""
    modules = "harness.lanes", "harness.odoo_log"
    run = "doctest.testmod(importlib.import_module(name)).failed"
    code = f"import doctest, importlib, sys; sys.exit(sum({run} for name in {modules}))"
    return tool("python", "-c", code)


def check_odoo() -> list[str]:
    """Odoo's own lint tests, and whether the translation templates are current."""
    with databases.scratch(demo=False, purpose="lint") as database:
        return [*_odoo_lint(database), *_stale_templates(database)]


def _stale_templates(database: str) -> Iterator[str]:
    for addon in addons():
        try:
            if pot.differs(addon, pot.export(addon, database)):
                yield f"{pot.path(addon)} is not current: call 'make pot'"
        except RuntimeError as error:  # an addon that could not be installed, said above
            yield str(error)


def _odoo_lint(database: str) -> Iterator[str]:
    """Complaints of Odoo's lint tests that name one of our addons.

    They look at all of Odoo; what they say of core's own addons is no business of ours.
    """
    log = local_log("lint-odoo.log")
    command = odoo(
        "server", "-d", database, "-i", ",".join([*addons(), "test_lint"]), "--stop-after-init",
        "--http-port", str(free_port()),
        "--test-tags", ",".join(f"/test_lint:{name}" for name in ODOO_TESTS),
    )  # fmt: skip
    reader = LogReader(addons())
    with log.open("w") as out, spawn(command, stdout=out, stderr=out) as process:
        process.wait()
    for line in log.read_text(errors="replace").splitlines():
        reader.feed(line)
    summary = reader.close()
    if not summary.started:
        yield f"Odoo's lint tests did not run, see {log}"
    for text in summary.complaints + summary.warnings:
        # The checkout's own name may contain the addon's.
        elsewhere = text.replace(str(LOCAL), "").replace(database, "")
        if any(addon in elsewhere for addon in addons()):
            yield text


CHECKS: dict[str, Callable[[], list[str]]] = {
    name.removeprefix("check_"): check
    for name, check in globals().copy().items()
    if name.startswith("check_")
}


def main() -> int:
    end_cleanly()
    failed = []
    for name in sys.argv[1:] or CHECKS:
        if name not in CHECKS:
            sys.exit(f"There is no check {name!r}; there are: {', '.join(CHECKS)}")
        begin = time.monotonic()
        complaints = CHECKS[name]()
        print(
            f"lint {name}: {'FAILED' if complaints else 'ok'} ({time.monotonic() - begin:.0f} s)",
            flush=True,
        )
        if complaints:
            failed.append(name)
            print("\n".join(complaints).rstrip() + "\n", flush=True)
    print(f"lint: {', '.join(failed)} failed" if failed else "lint: nothing to complain of")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
