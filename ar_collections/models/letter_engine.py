"""wkhtmltopdf kept running for letter after letter: starting it takes longer than printing one."""

import contextlib
import logging
import subprocess
import tempfile
import threading
from pathlib import Path

_logger = logging.getLogger(__name__)

#: Letters after which the process is replaced, as its memory grows with them.
LETTERS = 100
#: Seconds that a letter may take.
SECONDS = 60
#: Lines of what a process said that are kept for the log.
SAID = 8


class LetterEngine:
    """One process that reads the arguments of each document from a line of its input.

    It ends with its input, so never outlives the worker. Whatever goes wrong, the letter is
    not printed here, the process is given up, and so is the engine after it has failed twice
    in a row: the caller prints with a call for each letter then.
    """

    def __init__(self):
        self._process, self._folder = None, None
        self._printed, self._failed = 0, 0

    def print(self, command, arguments, html):
        """Print one document.

        :param str command: path of wkhtmltopdf.
        :param list arguments: what core would call it with, without the files.
        :return: the PDF; None: it could not be printed so.
        """
        if self._failed >= 2:
            return None
        try:
            pdf = self._print(command, arguments, html)
        except (OSError, ValueError) as error:
            self._failed += 1
            self.close()
            _logger.info("wkhtmltopdf is called for each letter: %s", error)
            return None
        self._failed = 0
        return pdf

    def close(self):
        """End the process, and forget its files."""
        process, folder = self._process, self._folder
        self._process, self._folder = None, None
        if process:
            process.kill()
            with contextlib.suppress(OSError):  # what was not written can no longer be
                process.stdin.close()
            process.stderr.close()
            process.wait()
        if folder:
            folder.cleanup()

    def _print(self, command, arguments, html):
        if self._printed >= LETTERS:
            self.close()
        if not self._process:
            self._start(command)
        source, target = (Path(self._folder.name, name) for name in ("letter.html", "letter.pdf"))
        source.write_text(html, encoding="utf-8")
        target.unlink(missing_ok=True)
        words = [word for word in arguments if word != "--quiet"]  # else it does not say "Done"
        line = " ".join(f'"{_escape(word)}"' for word in [*words, str(source), str(target)])
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()
        self._wait()
        self._printed += 1
        pdf = target.read_bytes()
        if not pdf.startswith(b"%PDF") or b"%%EOF" not in pdf[-64:]:
            raise ValueError("the document is incomplete")
        return pdf

    def _start(self, command):
        self._folder, self._printed = tempfile.TemporaryDirectory(prefix="ar_letter."), 0
        self._process = subprocess.Popen(  # noqa: S603 (wkhtmltopdf, as core found it)
            [command, "--read-args-from-stdin"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def _wait(self):
        """Until it says that the document is done.

        :raises ValueError: it ended, or was ended after ``SECONDS``, without.
        """
        timer = threading.Timer(SECONDS, self._process.kill)
        timer.start()
        said = []
        try:
            for line in self._process.stderr:
                said = [*said, line.rpartition(b"\r")[2].strip().decode(errors="replace")][-SAID:]
                if said[-1] == "Done":
                    return
        finally:
            timer.cancel()
        raise ValueError(" ".join(said) or "it has ended")


def _escape(word):
    return word.replace("\\", "\\\\").replace('"', '\\"')
