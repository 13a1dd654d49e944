"""What the place that we print to can do: redraw a line or not, show ━ or not."""

from __future__ import annotations

import sys


def stream():
    """Standard output, or None where there is none (pythonw) or it is closed."""
    out = sys.stdout
    return None if out is None or getattr(out, "closed", False) else out


def is_live(out) -> bool:
    """Whether a line can be drawn over: in a terminal or a notebook, not in a file."""
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
    """Print a line; characters the stream cannot show become '?'. Never fails for want of a
    stream.
    """
    out = stream()
    if out is not None:
        encoding = getattr(out, "encoding", None) or "utf-8"
        print(text.encode(encoding, "replace").decode(encoding), file=out, flush=True)
