"""K.enable_op_determinism."""

import minidl


def test_determinism_can_be_asked_for():
    assert minidl.config.enable_op_determinism() is None
    assert minidl.config.experimental.enable_op_determinism() is None
