"""Masks travel from layer to layer, and losses and metrics count what they leave in."""

import numpy as np
import pytest

import minidl
from minidl import Tensor, layers, losses, metrics, ops
from minidl.gradcheck import check_gradients

COUNTS = np.array([[1, 1, 0], [1, 1, 1], [1, 0, 0]], bool)
NUMBERS = np.random.default_rng(0).normal(size=(3, 3, 2))
X = (NUMBERS * COUNTS[..., None]).astype("float32")
WORDS = np.array([[2, 1, 0], [1, 2, 2], [1, 0, 0]])


def masked(numbers=NUMBERS, mask=COUNTS, **options):
    x = Tensor(numbers, **options)
    x.mask = Tensor(mask, dtype=bool)
    return x


def test_masking_marks_and_clears_the_steps_that_are_padding():
    x = layers.Masking(mask_value=-1.0)(np.array([[[-1.0, -1.0], [-1.0, 2.0]]]))
    np.testing.assert_array_equal(x, [[[0, 0], [-1, 2]]])
    np.testing.assert_array_equal(x.mask, [[False, True]])


def test_embedding_marks_number_0_if_asked():
    np.testing.assert_array_equal(layers.Embedding(3, 2, mask_zero=True)(WORDS).mask, COUNTS)
    assert layers.Embedding(3, 2)(WORDS).mask is None
    np.testing.assert_array_equal(
        layers.Embedding(3, 2, mask_zero=True).compute_mask(WORDS), COUNTS
    )


def test_a_layer_that_knows_no_masks_says_that_it_ends():
    with pytest.warns(UserWarning, match=r"Flatten 'flat' does not hand masks on.*supports_mask"):
        assert layers.Flatten(name="flat")(masked()).mask is None


def test_an_explicit_mask_goes_to_call_or_travels_on_the_input():
    x = Tensor(X)
    for layer in (layers.Dense(2), minidl.Sequential([layers.Dense(2), layers.ReLU()])):
        np.testing.assert_array_equal(layer(x, mask=COUNTS).mask, COUNTS)
    assert layers.Identity()(x, mask=COUNTS).mask is not None
    assert x.mask is None  # the caller's tensor is as it was
    mean = layers.GlobalAveragePooling1D()(NUMBERS, mask=COUNTS)
    np.testing.assert_allclose(mean[0], NUMBERS[0, :2].mean(axis=0), rtol=1e-6)


def test_an_input_that_is_passed_on_stays_as_it_was():
    class Marks(layers.Layer):
        def call(self, x):
            return x

        def compute_mask(self, inputs, mask=None):
            return COUNTS

    x = Tensor(X)
    assert Marks()(x).mask is not None and x.mask is None


def test_a_mask_survives_a_change_of_dtype():
    assert layers.Dense(2)(masked(dtype="float64")).mask is not None
    assert layers.Rescaling(2.0)(masked(NUMBERS > 0)).mask is not None


@pytest.mark.parametrize("given", [None, COUNTS], ids=["no mask", "a mask"])
def test_a_layer_of_ones_own_is_asked(given):
    class Shift(layers.Layer):
        def call(self, x, mask=None):
            self.seen = mask
            return x[:, 1:]

        def compute_mask(self, inputs, mask=None):
            return None if mask is None else mask[:, 1:]

    layer = Shift()
    y = layer(Tensor(X) if given is None else masked(X, given))
    assert layer.supports_masking and (layer.seen is None) == (given is None)
    if given is not None:
        np.testing.assert_array_equal(y.mask, given[:, 1:])


class Local(layers.Layer):
    """Its `mask` is no argument; its result has a mask of its own."""

    def call(self, x):
        mask = ops.not_equal(x[..., 0], 0)
        y = x * 2
        y.mask = mask
        return y


class Named(layers.Layer):
    def call(self, query, value, other=None, query_mask=None, *, value_mask=None):
        self.seen = query_mask, value_mask
        return query + 0, value + 0


class Pair(layers.Layer):
    supports_masking = True

    def call(self, x, y):
        return x + y


def test_which_arguments_are_masks(recwarn):
    assert layers.Dense.mask_arguments == Local.mask_arguments == ()
    assert NeedsMask.mask_arguments == ("x", "mask")
    names = ("query", "value", "other", "query_mask", "value_mask")
    assert Named.mask_arguments == names
    layer, other = Named(), ~COUNTS
    layer(masked(), value=masked(mask=other))
    assert [np.asarray(m).tolist() for m in layer.seen] == [COUNTS.tolist(), other.tolist()]
    layer(masked(), masked(), None, other)  # one by place, the others as they come
    assert [np.asarray(m).tolist() for m in layer.seen] == [other.tolist(), COUNTS.tolist()]
    layer(Tensor(X), Tensor(X), value_mask=other)
    assert layer.seen[0] is None and layer.seen[1] is other
    recwarn.clear()
    y = Pair()(Tensor(X), Tensor(X), mask=COUNTS)  # for a call that takes none: of the first
    assert y.numpy().tolist() == (2 * X).tolist() and y.mask.numpy().tolist() == COUNTS.tolist()


def test_a_mask_of_its_own_stays(recwarn):
    """Also where the input has another one, and the layer hands masks on."""
    expected = NUMBERS[..., 0] != 0
    for layer in (Local(), Local()):
        layer.supports_masking = layer.name.endswith("1")
        assert layer(masked()).mask.numpy().tolist() == expected.tolist()
    assert not recwarn.list  # no mask was lost
    first, second = Named()(masked(), Tensor(X))
    assert first.mask is second.mask is None
    assert "'named" in str(recwarn.pop(UserWarning).message) and not recwarn.list


def test_numbers_are_a_mask_where_they_are_not_0():
    x = layers.Identity()(Tensor(X), mask=Tensor([[2.0, -1, 0]] * 3))
    assert x.mask.numpy().tolist() == [[True, True, False]] * 3 and x.mask.dtype == bool
    several = layers.Identity()([Tensor(X), Tensor(X)], mask=[COUNTS, None])
    assert several[0].mask.numpy().tolist() == COUNTS.tolist() and several[1].mask is None


# --- functional models, where a mask is known before its numbers


class NeedsMask(layers.Layer):
    supports_masking = True

    def call(self, x, mask=None):
        assert mask is not None
        return x * ops.cast(ops.expand_dims(mask, -1), x.dtype)


def functional():
    words = layers.Input((3,), dtype="int32")
    embedding = layers.Embedding(3, 2, mask_zero=True, name="embedding")
    vectors = embedding(words)
    assert vectors.mask.shape == (None, 3) and vectors.mask.dtype == bool
    mean = layers.GlobalAveragePooling1D()(
        layers.Dense(2)(vectors), mask=embedding.compute_mask(words)
    )
    again = layers.GlobalAveragePooling1D()(vectors + 0.0, mask=vectors.mask)
    return minidl.Model(words, layers.Concatenate()([mean, again]))


def test_symbols_carry_masks():
    words = layers.Input((3,), dtype="int32")
    model = minidl.Model(words, NeedsMask()(layers.Embedding(3, 2, mask_zero=True)(words)))
    assert model.output_shape == (None, 3, 2)
    assert (np.asarray(model(WORDS)) == 0).all(axis=-1).tolist() == (~COUNTS).tolist()


def test_a_model_that_asks_for_masks_is_saved(tmp_path):
    model = functional()
    model.save(tmp_path / "model.npz")
    again = minidl.models.load_model(tmp_path / "model.npz")
    np.testing.assert_array_equal(again(WORDS), model(WORDS))
    counts = COUNTS.sum(axis=1, keepdims=True)
    vectors = np.asarray(model.get_layer("embedding")(WORDS))
    expected = (vectors * COUNTS[..., None]).sum(axis=1) / counts
    np.testing.assert_allclose(np.asarray(model(WORDS))[:, 2:], expected, rtol=1e-5)


@pytest.mark.parametrize("ending", [".npz", ".keras"])
def test_models_with_masks_are_saved(tmp_path, ending):
    stack = [layers.Input((3, 2)), layers.Masking(0.5), layers.Dense(2)]
    model = minidl.Sequential([*stack, layers.GlobalAveragePooling1D()])
    model.save(tmp_path / f"model{ending}")
    again = minidl.models.load_model(tmp_path / f"model{ending}")
    x = np.where(COUNTS[..., None], X, 0.5)
    np.testing.assert_array_equal(again(x), model(x))
    assert np.abs(np.asarray(model(x)) - np.asarray(model(X))).max() > 0.01


# --- what is counted


def test_a_loss_is_the_mean_over_what_counts():
    y = np.zeros_like(NUMBERS)
    each = (NUMBERS**2).mean(axis=-1)
    expected = (each * COUNTS).sum() / COUNTS.sum()
    pred = masked(dtype="float64")
    assert losses.MeanSquaredError()(y, pred).item() == pytest.approx(expected, rel=1e-12)
    weights = np.array([1.0, 2.0, 5.0])
    weighted = losses.MeanSquaredError()(y, pred, sample_weight=weights).item()
    by_hand = (each * COUNTS * weights[:, None]).sum()
    assert weighted == pytest.approx(by_hand / COUNTS.sum(), rel=1e-12)
    metric = metrics.MeanSquaredError()
    metric.update_state(y, pred, sample_weight=weights)
    counts = (COUNTS * weights[:, None]).sum()
    assert float(metric.result()) == pytest.approx(by_hand / counts, rel=1e-12)


@pytest.mark.parametrize(
    "metric", [metrics.BinaryAccuracy(), metrics.MeanAbsoluteError(), metrics.get(losses.huber)]
)
def test_metrics_do_not_see_the_other_steps(metric):
    results = []
    for filler in (0.0, 9.0):
        metric.reset_state()
        pred = np.where(COUNTS[..., None], np.abs(NUMBERS) % 1, filler)
        metric.update_state(np.ones_like(NUMBERS), masked(pred))
        results.append(float(metric.result()))
    assert results[0] == results[1] > 0


def test_where_nothing_counts_the_loss_is_0():
    pred = masked(mask=np.zeros((3, 3)))
    assert losses.MeanSquaredError()(np.ones((3, 3, 2)), pred).item() == 0
    mean = layers.GlobalAveragePooling1D()(pred)
    np.testing.assert_array_equal(mean, np.zeros((3, 2)))


def test_a_mask_that_does_not_fit_the_loss_is_an_error():
    with pytest.raises(ValueError, match=r"mask of shape \(3, 3\).*losses of shape \(3,\)"):
        losses.MeanSquaredError()(np.zeros((3, 2)), masked(NUMBERS[:, 0]))


@pytest.mark.parametrize(
    "layer",
    [layers.GlobalAveragePooling1D(), layers.BatchNormalization(), layers.Dense(2)],
    ids=lambda layer: layer.name,
)
def test_gradients_where_some_steps_do_not_count(layer):
    layer.dtype = np.dtype("float64")
    weights = np.random.default_rng(1).normal(size=(3, 3, 2))

    def loss(x):
        y = layer(x, mask=COUNTS, training=True)
        return (y * (weights[:, 0] if y.ndim == 2 else weights)).sum()

    assert check_gradients(loss, NUMBERS)


def test_batch_normalization_takes_its_moments_from_what_counts():
    layer = layers.BatchNormalization(momentum=0.0)
    layer(masked(), training=True)
    np.testing.assert_allclose(layer.moving_mean, NUMBERS[COUNTS].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(layer.moving_variance, NUMBERS[COUNTS].var(axis=0), rtol=1e-5)
    with pytest.raises(ValueError, match=r"mask of the input's shape without its last axis"):
        layer(Tensor(X), mask=np.ones(3, bool), training=True)


def test_softmax_leaves_out_single_numbers_but_not_whole_steps():
    parts = np.array([[True, True, False]])
    y = np.asarray(layers.Softmax()(np.zeros((1, 3)), mask=parts))
    np.testing.assert_array_equal(y, [[0.5, 0.5, 0.0]])
    whole = layers.Softmax()(masked())
    np.testing.assert_allclose(np.asarray(whole).sum(axis=-1), 1.0, rtol=1e-6)
    np.testing.assert_array_equal(whole.mask, COUNTS)


def test_lambda_hands_on_the_mask_that_it_is_given():
    double = layers.Lambda(lambda x: x * 2, mask=lambda inputs, mask: mask)
    np.testing.assert_array_equal(double(masked()).mask, COUNTS)
    sums = layers.Lambda(lambda x, mask: ops.sum(x * ops.cast(mask, x.dtype)[..., None], axis=1))
    with pytest.warns(UserWarning, match="does not hand masks on"):
        y = sums(masked())
    np.testing.assert_allclose(y, (NUMBERS * COUNTS[..., None]).sum(axis=1), rtol=1e-5)


def test_training_does_not_learn_from_padding():
    """The same weights, whatever stands in the targets of the steps that do not count."""
    found = []
    for filler in (0.0, 50.0):
        minidl.set_random_seed(0)
        model = minidl.Sequential([layers.Masking(), layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
        y = np.where(COUNTS, 1.0, filler)[..., None]
        history = model.fit(X, y, epochs=2, verbose=0).history
        found.append((history, model.get_weights()))
    assert found[0][0] == found[1][0]
    np.testing.assert_array_equal(found[0][1][0], found[1][1][0])
