"""What the student's code prints while it is asked: the beginning is kept for the report."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import IO

BYTES, LINES, WIDTH = 4000, 10, 100


class Printed:
    """Reads the pipe into which a process prints, to its end. It keeps the first part and drops the
    rest, so that the process never waits and the memory stays small.
    """

    def __init__(self, pipe: IO[bytes]):
        self.pipe, self.kept = pipe, b""
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError), self.pipe:
            while part := os.read(self.pipe.fileno(), 1 << 16):
                self.kept += part[: BYTES - len(self.kept)]

    def text(self) -> str:
        """Return what was printed, once the process has ended."""
        self.thread.join(1.0)
        return self.kept.decode("utf-8", errors="replace")


def shown(text: str, indent: str) -> list[str]:
    """Return what the student's code printed as lines for a report, marked as such: the first lines
    only, none longer than a line of a terminal, and without control characters.
    """
    if not text.strip():
        return []
    lines = ["".join(c if c.isprintable() else " " for c in line) for line in text.splitlines()]
    cut = [line if len(line) <= WIDTH else f"{line[: WIDTH - 4]} ..." for line in lines[:LINES]]
    rest = ["..."] if len(lines) > LINES or len(text.encode()) >= BYTES else []
    return [f"{indent}your code printed:", *(f"{indent}| {line}" for line in [*cut, *rest])]
