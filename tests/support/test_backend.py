"""keras.config: settings that change something, and those that are only remembered."""

import logging

import numpy as np
import pytest

import minidl
from minidl import Sequential, config, layers


@pytest.fixture(autouse=True)
def as_at_the_beginning():
    yield
    config.set_dtype_policy(None)
    config.set_max_epochs(None)
    config.set_max_steps_per_epoch(None)
    config.enable_interactive_logging()
    config.enable_traceback_filtering()
    config.disable_flash_attention()


def model():
    made = Sequential([layers.Input((3,)), layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


X, Y = np.ones((20, 3), "f"), np.zeros((20, 1), "f")


def test_limits_of_a_run():
    config.set_max_epochs(2)
    config.set_max_steps_per_epoch(3)
    assert (config.max_epochs(), config.max_steps_per_epoch()) == (2, 3)
    made = model()
    history = made.fit(X, Y, epochs=5, batch_size=4, verbose=0)
    assert history.epoch == [0, 1] and made.optimizer.iterations == 6
    assert made.fit(X, Y, initial_epoch=1, epochs=5, batch_size=2, verbose=0).epoch == [1]
    assert made.fit(X, Y, initial_epoch=2, epochs=5, verbose=0).epoch == []
    made.fit(X, Y, steps_per_epoch=2, verbose=0)
    assert made.optimizer.iterations == 6 + 3 + 2
    assert made.predict(X, batch_size=4, verbose=0).shape == (12, 1)
    Y[12:] = 100  # which no batch of an evaluation reaches
    assert made.evaluate(X, Y, batch_size=4, verbose=0) < 100
    Y[12:] = 0
    endless = minidl.data.Dataset.from_tensor_slices((X, Y)).batch(4).repeat()
    assert made.fit(endless, epochs=1, verbose=0).epoch == [0]
    config.set_max_epochs(None)
    config.set_max_steps_per_epoch(None)
    assert made.fit(X, Y, epochs=3, verbose=0).epoch == [0, 1, 2]


@pytest.mark.parametrize("setter", [config.set_max_epochs, config.set_max_steps_per_epoch])
@pytest.mark.parametrize("value", [0, -1, 2.5, "3", True])
def test_limits_are_counts(setter, value):
    with pytest.raises(ValueError, match="takes a whole number of at least 1, or None; received"):
        setter(value)


def test_limits_and_small_numbers_at_their_edges():
    config.set_max_epochs(np.int64(1))
    assert type(config.max_epochs()) is int
    for count, limit, found in (
        (3, 2, 2),
        (2, 3, 2),
        (None, 2, 2),
        (3, None, 3),
        (None, None, None),
    ):
        assert minidl.backend.at_most(count, limit) == found
    for value in (0, 1, -1e-7, float("nan")):
        with pytest.raises(ValueError, match=f"between 0 and 1; received {value}"):
            config.set_epsilon(value)
    assert config.epsilon() == 1e-7
    with pytest.raises(ValueError, match="set_floatx expects one of float16, float32, float64; "):
        config.set_floatx("int8")


def test_policies_are_compared_by_their_names():
    one, other = minidl.DTypePolicy("float16"), minidl.DTypePolicy("float64")
    assert one == minidl.DTypePolicy("float16") != other and one != "float16"
    assert len({one, other, minidl.DTypePolicy("float16")}) == 2
    assert minidl.DTypePolicy().name == "float32" and one.quantization_mode is None
    assert [minidl.backend.number_type(d) for d in (other, "mixed_float16", int)] == [
        *map(np.dtype, ("float64", "float32", int))
    ]


def test_the_dtype_of_new_layers():
    assert config.dtype_policy() == minidl.DTypePolicy("float32")
    config.set_dtype_policy("float64")
    assert repr(config.dtype_policy()) == '<DTypePolicy "float64">'
    layer = layers.Dense(2)
    assert layer(X).dtype == np.float64 and config.floatx() == "float32"
    assert layers.Dense(2, dtype="float32").compute_dtype == "float32"
    assert layers.Dense(2, dtype=minidl.DTypePolicy("float16")).compute_dtype == "float16"
    with pytest.warns(UserWarning, match="mixed_float16: layers compute in float32"):
        minidl.mixed_precision.set_global_policy("mixed_float16")
    policy = minidl.mixed_precision.global_policy()
    assert (policy.name, policy.compute_dtype, policy.variable_dtype) == (
        "mixed_float16",
        "float16",
        "float32",
    )
    assert layers.Dense(2)(X).dtype == np.float32
    assert layers.Dense(2, dtype="mixed_bfloat16").compute_dtype == "float32"
    assert minidl.DTypePolicy.from_config({"name": "float64"}).get_config() == {"name": "float64"}
    with pytest.raises(TypeError, match="takes a name, as 'float32'; received 3"):
        config.set_dtype_policy(3)
    with pytest.raises(ValueError, match="is the name of a float type.*received 'float33'"):
        config.set_dtype_policy("float33")


def test_policies_are_read_from_names_and_descriptions():
    policies = minidl.dtype_policies
    policy = policies.get("float64")
    assert policies.get(policy) is policy and policies.get(None) == config.dtype_policy()
    described = policies.serialize(policy)
    assert described["class_name"] == "DTypePolicy" and described["config"] == {"name": "float64"}
    assert policies.deserialize(described) == policies.get(described) == policy
    with pytest.raises(TypeError, match="a dtype policy is its name.*received 3"):
        policies.get(3)


def test_progress_can_go_to_logging(capsys, caplog):
    config.disable_interactive_logging()
    assert not config.is_interactive_logging_enabled()
    with caplog.at_level(logging.INFO, "minidl"):
        model().fit(X, Y, verbose=1)
        model().summary()
    assert capsys.readouterr().out == ""
    said = "\n".join(caplog.messages)
    assert "1/1" in said and "loss:" in said and "Total params" in said
    minidl.utils.enable_interactive_logging()
    model().fit(X, Y, verbose=2)
    assert "loss:" in capsys.readouterr().out
    assert minidl.utils.is_interactive_logging_enabled()


def test_what_is_only_remembered():
    for set_to, expected in (
        (config.disable_traceback_filtering, False),
        (config.enable_traceback_filtering, True),
    ):
        set_to()
        assert config.is_traceback_filtering_enabled() is expected
    for set_to, expected in (
        (config.enable_flash_attention, True),
        (config.disable_flash_attention, False),
    ):
        set_to()
        assert config.is_flash_attention_enabled() is expected
    assert config.is_nnx_enabled() is False
    assert config.backend() == "numpy"
    config.set_backend("numpy")
    with pytest.warns(UserWarning, match=r"set_backend\('jax'\) changes nothing"):
        config.set_backend("jax")
    with pytest.warns(UserWarning, match="never runs code from a model file"):
        config.enable_unsafe_deserialization()
