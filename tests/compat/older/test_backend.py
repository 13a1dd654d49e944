"""K.enable_op_determinism."""

import minidl


def test_determinism_can_be_asked_for():
    assert minidl.config.enable_op_determinism() is None
    assert minidl.config.experimental.enable_op_determinism() is None


def test_names_that_k_never_had():
    for name in ("nonsense", "__nonsense__"):
        assert not hasattr(minidl.backend, name)
    assert minidl.backend.is_float_dtype("float16")
