"""The output stream. Progress lines on it are tested in tests/callbacks/test_progress.py."""

import sys
import types

from minidl.support import console


def test_a_stream_of_your_own_needs_two_methods_alone(monkeypatch):
    written = []
    own = types.SimpleNamespace(write=written.append, flush=lambda: None)
    monkeypatch.setattr(sys, "stdout", own)
    console.say("heard ━")
    assert console.stream() is own and "".join(written) == "heard ━\n"
    assert (
        not console.is_live(own) and console.can_show(own, "a") and not console.can_show(own, "━")
    )
