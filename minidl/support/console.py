"""Abilities of the output stream: whether a line can be redrawn, whether it can show ━. Also a safe
print.
"""

from __future__ import annotations

import sys

from . import backend


def stream():
    """Return standard output, or None if it is missing (pythonw) or closed, or progress is not
    printed.
    """
    out = sys.stdout if backend.is_interactive_logging_enabled() else None
    return None if out is None or getattr(out, "closed", False) else out


def is_live(out) -> bool:
    """Whether a line can be redrawn: True in a terminal or notebook, False in a file."""
    return bool(getattr(out, "isatty", lambda: False)()) or type(out).__module__.startswith(
        "ipykernel"
    )


def can_show(out, text: str) -> bool:
    """Whether the stream's encoding has these characters."""
    try:
        text.encode(getattr(out, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def say(text: str) -> None:
    """Print a line. Characters that the stream cannot show become '?'. Without a stream, nothing
    happens. See also config.disable_interactive_logging.
    """
    if not backend.is_interactive_logging_enabled():
        import logging

        logging.getLogger(__name__.partition(".")[0]).info(text)
    out = stream()
    if out is not None:
        encoding = getattr(out, "encoding", None) or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), file=out, flush=True)
