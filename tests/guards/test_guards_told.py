"""What the guards say and when they are silent, asked one by one, at both sides of each limit."""

import math
import warnings

import numpy as np
import pytest

from minidl import Tensor, Variable, ops
from minidl.guards import answers, data, loss, outputs, shapes, targets

FLAT, GREY = (None, 784), (None, 28, 28, 1)
A, Z = np.array, np.zeros


def told(call, *args) -> str:
    """What a guard says: its warnings, its error, or the text or error that it returns."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            found = call(*args)
        except (ValueError, TypeError) as error:
            found = error
    return " ".join([str(w.message) for w in said] + ([str(found)] if found is not None else []))


ROOM = (shapes.room_advice, "C", (3, 3), (1, 1), False)
SAID = [
    # inputs: networks learn best near 0..1
    (data.check_inputs, A([[-50.0, 50]]), False, None),
    (data.check_inputs, A([[-51.0, 50]]), False, "range -51..50; networks train best with numbers"),
    (data.check_inputs, A([[0.0, 50.5]]), False, "0..50.5; networks train best with numbers near 0"),
    (data.check_inputs, A([[0.0, 50.5]]), True, None),
    (data.check_inputs, A([[0.0, 50.5]]), False, "0..1: (x - x.mean(axis=0)) / x.std(axis=0)."),
    (data.check_inputs, A([[0, 1]], np.uint8), False, None),
    (data.check_inputs, A([[0, 2]], np.uint8), False, "0..1: x / 255.0. (Divide before you subtract"),
    (data.check_inputs, A([[0, 255]]), False, "0..255; networks train best with numbers near 0..1: x"),
    (data.check_inputs, A([[0, 256]]), False, "x.std(axis=0)."),
    (data.check_inputs, A([[-1, 255]]), False, "x.std(axis=0)."),
    (data.check_inputs, np.full((1, 63), 99.0), False, "x.std(axis=0)."),
    (data.check_inputs, np.full((1, 64), 99.0), False, "1: x / 255.0."),
    (data.check_inputs, np.full(64, 99.0), False, "x.std(axis=0)."),
    (data.check_inputs, np.tile([[0.0], [99.0]], (500, 1)), False, "range 0..99; networks"),
    (data.check_inputs, np.tile([[0.0], [99.0]], (1000, 1)), False, None),  # a thousand are looked at
    (data.check_inputs, np.full((1, 2, 2), 99.0), False, "1: x / 255.0."),
    (data.check_inputs, np.full((2000, 1), 1.0), False, None),
    (data.check_inputs, Z((3, 2, 0)), False, "x has shape (3, 2, 0): its samples hold no numbers"),
    (data.check_inputs, Z((0, 2)), False, None),
    (data.not_finite, "x", A([1.0, np.nan]), "x contains 1 NaN or infinite value; the first is NaN, at row 1."),
    (data.not_finite, "x", A([[1.0, -np.inf]] * 2), "x contains 2 NaN or infinite values; the first is infinite, at row 0 col 1."),
    (data.not_finite, "x", np.full((1, 2, 2), np.nan), "at row 0 col (0, 0)."),
    (data.not_finite, "x", A([[1.0, np.nan]]), "ab", "col 1 (the columns 'b' have such values)."),
    (data.not_finite, "x", A([[1.0, np.nan]]), "abc", "at row 0 col 1."),
    (data.check_finite, "y", A([np.nan]), "ok = np.isfinite(y); x[ok], y[ok]."),
    (data.check_finite, "y['a']", A([[np.inf]]), "ok = np.isfinite(y).all(axis=-1); x[ok], y[ok]."),
    (data.check_finite, "x['a']", A([np.nan]), "Remove or replace them, e.g. np.nan_to_num(x)."),
    (data.check_finite, "x", A([3.0e38, 3.0e38], np.float32), None),
    (data.check_weights, A([0.0, -0.5]), "sample_weight goes below 0, to -0.5: training"),
    (data.check_weights, {"a": Z(2), "b": np.ones(2)}, None),
    (data.check_weights, {"a": Z(2), "b": Z(2)}, "All of sample_weight is 0"),
    (data.check_weights, Z(0), None),
    (data.check_classes, A([2, 3]), {2: 1.0, "3": 1.0}, None),
    (data.check_classes, A([2, 3]), {k: 1 for k in range(4, 9)}, "names 4, 5, 6, 7, 8, and y has no such class: its classes run 2..3."),
    (data.check_classes, A([2, 3]), {k: 1 for k in range(4, 10)}, "names 4, 5, 6, 7, 8, ..., and y"),
    (data.check_classes, np.eye(3), {3: 1.0}, "its classes run 0..2"),
    (data.check_unseen_labels, A([[0], [1]]), A([[1]]), None),
    (data.check_unseen_labels, A([[0], [0]]), A([[1]]), "never seen in training: 1. Shuffle"),
    (data.check_unseen_labels, np.eye(2)[:1], np.eye(2)[1:], "never seen in training: 1. Shuffle"),
    (data.check_unseen_labels, A([0]), np.arange(1, 13), "training: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10. Shuffle"),
    (data.check_unseen_labels, np.eye(3)[:2], np.eye(3), "never seen in training: 2. Shuffle"),
    (data.check_unseen_labels, Z((2, 1, 1)), np.ones((2, 1, 1)), None),
    # losses: the shapes of targets
    (targets.label_range, A([3, 1]), "(1, 3)"),
    (targets.label_range, Z(0), "(0, 0)"),
    (targets.shapes_differ, "L", (32,), (32, 5), "If y holds class indices, pass y = to_categorical(y, 5)."),
    (targets.shapes_differ, "L", (32, 1), (32, 5), "pass y = to_categorical(y, 5)."),
    (targets.shapes_differ, "L", (32, 7), (32, 7, 5), "pass y = to_categorical(y, 5)."),
    (targets.shapes_differ, "L", (32, 7, 1), (32, 7, 5), "pass y = to_categorical(y, 5)."),
    (targets.shapes_differ, "L", (32, 1), (32, 7, 5), "Pass y of shape (n, 7, 5)."),
    (targets.shapes_differ, "L", (32, 2), (32, 5), "L: y_true has shape (32, 2) but the model outputs (32, 5). Losses do not broadcast. Pass y of shape (n, 5)."),
    (targets.outputs_differ, "L", (32,), (32, 5), "Each sample has 1 target: end the model with Dense(1), or pass y of shape (n, 5)."),
    (targets.outputs_differ, "L", (32, 2), (32, 5), "Each sample has 2 targets: end the model with Dense(2)"),
    (targets.not_binary, "L", (4, 1), (4, 7, 1), "(4, 7, 1). For one class a sample put Flatten()"),
    (targets.not_binary, "L", (4,), (4, 3), "(4, 3). For two classes end the model with Dense(1, activation='sigmoid')"),
    (targets.not_one_hot, "L", (A([0, 2, 1])), (3, 4), "(whole numbers 0..2). Use loss='sparse_categorical_crossentropy', or y = to_categorical(y, 4)"),
    (targets.not_one_hot, "L", (A([0, 0.5])), (2, 4), "One-hot targets have one column a class: end the model with Dense(4), or check y."),
    (targets.not_one_hot, "L", Z((2, 3)), (2, 4), "end the model with Dense(3), or check y."),
    (targets.not_one_hot, "L", Z((2, 3)), (2, 3, 4), "or y = to_categorical(y, 4)"),
    (targets.not_one_hot, "L", Z((2, 3, 1)), (2, 3, 4), "or y = to_categorical(y, 4)"),
    (targets.not_one_hot, "L", Z((2, 3, 5)), (2, 3, 4), "end the model with Dense(5), or check y."),
    (targets.not_one_hot, "L", A([0.5]), (), "end the model with Dense(1), or check y."),
    (targets.not_one_hot, "L", Z((2, 4)), (2, 7, 4), "(2, 7, 4). For one class a sample put Flatten()"),
    (targets.not_one_hot, "L", Z((2, 3)), (2, 7, 4), "end the model with Dense(3)"),
    (targets.check_one_hot, "L", Z((2, 4)), (2, 4), None),
    (targets.check_one_hot, "L", Z((2, 3)), (2, 1), None),
    (targets.check_one_hot, "L", Z((2, 3)), (2, 7, 1), None),
    (targets.not_labels, "L", (2,), (2,), "expected outputs of shape (n, classes); the model outputs (2,)."),
    (targets.not_labels, "L", (2, 4), (2, 4), "like the output, so the labels look one-hot. "),
    (targets.not_labels, "L", (2, 3), (2, 4), "expected one class index a sample, shape (2,)."),
    (targets.not_labels, "L", (2,), (2, 7, 4), "shape (2, 7). For one class a sample put Flatten()"),
    (targets.weights_differ, (2,), (), "shape (2,), but there is one value for the whole batch"),
    (targets.weights_differ, (2,), (3,), "shape (2,), but there is one value per sample: (3,)."),
    # losses: the values of targets
    (targets.check_binary, "L", A([0.0, 1.0]), (2, 1), None),
    (targets.check_binary, "L", A([0.0, 1.5]), (2, 1), "between 0 and 1, but y runs 0..1.5. "),
    (targets.check_binary, "L", A([-0.5, 1.0]), (2, 1), "but y runs -0.5..1. "),
    (targets.check_binary, "L", A([0.0, 1.5]), (2, 3), None),
    (targets.check_binary, "L", Z(0), (0, 1), None),
    (targets.check_signs, "L", A([-1.0, 1.0]), None),
    (targets.check_signs, "L", A([1, 2]), "y = np.where(y == 2, 1, -1)."),
    (targets.check_signs, "L", A([2, 2]), "y = np.where(y == 2, 1, -1)."),
    (targets.check_signs, "L", A([-2, 0]), "but y runs -2..0. Map your two classes"),
    (targets.check_signs, "L", A([0, 1, 2]), "but y runs 0..2. For several classes"),
    (targets.check_divisors, "L", A([1.0, 0.0, 2.0]), "and 1 of the 3 in y are 0"),
    (targets.check_divisors, "L", A([1.0]), None),
    (targets.check_counts, "L", A([0.0, 1.0]), None),
    (targets.check_counts, "L", A([-0.5]), "at least 0, and y goes down to -0.5. "),
    (targets.check_distribution, "L", A([0.0, 1.0]), None),
    (targets.check_distribution, "L", A([0.0, 1.5]), "compares probabilities, and y runs 0..1.5. "),
    (targets.check_distribution, "L", A([-0.5, 1.0]), "and y runs -0.5..1. "),
    (targets.outside_classes, "L", A([1, 4]), 4, "labels run 1..4 but the model has 4 outputs (valid labels 0..3). If your labels start at 1, subtract 1."),
    (targets.outside_classes, "L", A([2, 4]), 4, "subtract 1."),
    (targets.outside_classes, "L", A([0, 1]), 1, "(valid labels 0..0). For two classes with one"),
    (targets.check_labels, "L", A([0, 3]), (2, 4), None),
    (targets.check_labels, "L", A([0.0, 3.0]), (2, 4), None),
    (targets.check_labels, "L", A([[0], [4]]), (2, 4), "labels run 0..4 but the model has 4 outputs"),
    (targets.check_labels, "L", A([0, -1]), (2, 4), "labels run -1..0"),
    (targets.check_labels, "L", A([0, 9, 9]), (2, 4), None),
    (targets.check_labels, "L", A([0.0, 0.5]), (2, 4), "class indices are whole numbers; y holds fra"),
    (targets.check_labels, "L", A([0.0, np.nan]), (2, 4), "y holds NaN, and class indices are whole"),
    # metrics
    (answers.shapes_differ, "Accuracy", (2, 3), (2, 3), "One-hot targets want 'categorical_accuracy'."),
    (answers.shapes_differ, "Accuracy", (2,), (2, 3), "Class indices want 'sparse_categorical_accuracy'."),
    (answers.shapes_differ, "Accuracy", (2, 4), (2, 4, 3), "Class indices want 'sparse_categorical_accuracy'."),
    (answers.shapes_differ, "AUC", (2, 4, 1), (2, 4, 3), "with y = to_categorical(y, 3), and the loss"),
    (answers.shapes_differ, "AUC", (2, 1), (2, 3), "with y = to_categorical(y, 3), and the loss"),
    (answers.shapes_differ, "AUC", (2, 2), (2, 3), "AUC: y_true has shape (2, 2) but the model outputs (2, 3)."),
    (answers.check_top_k, "T", 3, A([0, 2]), 3, None),
    (answers.check_top_k, "T", 4, A([0, 2]), 3, "k=4, but the model has 3 outputs, so every answer would count. Choose k below 3."),
    (answers.check_top_k, "T", 2, A([0, 3]), 3, "labels run 0..3 but the model has 3 outputs (valid labels 0..2)."),
    (answers.check_top_k, "T", 2, A([-1, 2]), 3, "labels run -1..2"),
    (answers.check_top_k, "T", 2, Z(0), 3, None),
    (answers.check_yes_or_no, "P", A([0, 1]), None),
    (answers.check_yes_or_no, "P", A([0, 2]), "targets are 0 or 1, but y runs 0..2. "),
    (answers.check_class, 2, "P", (4, 3), None),
    (answers.check_class, -3, "P", (4, 3), None),
    *((answers.check_class, i, "P", (4, 2, 3), None) for i in (-3, 2)),
    (answers.check_class, 3, "P", (4, 3), "there is no class_id=3 in outputs of shape (4, 3)."),
    (answers.check_class, -4, "P", (4, 3), "there is no class_id=-4"),
    (answers.check_class, 0, "P", (4,), "there is no class_id=0 in outputs of shape (4,)."),
    (answers.check_columns, "P", (4,), (4, 1), None),
    (answers.check_columns, "P", (4,), (4,), None),
    (answers.check_columns, "P", (4,), (4, 2), "become one-hot with y = to_categorical(y, 2)."),
    (answers.check_columns, "P", (4, 3), (4, 3), None),
    (answers.check_columns, "P", (4, 1), (4, 3), "become one-hot with y = to_categorical(y, 3)."),
    (answers.check_columns, "P", (4, 1, 2), (4, 1, 2), "expected outputs of shape (n, classes)"),
    (answers.check_matrix_labels, "y_true", A([0, 1]), 2, None),
    (answers.check_matrix_labels, "y_true", A([0, 2]), 2, "y_true runs 0..2, but there are 2 classes (valid labels 0..1)."),
    (answers.check_matrix_labels, "y_true", A([-1, 0]), 2, "y_true runs -1..0"),
    # outputs
    (outputs.no_distribution, A([[0.5, 0.5009]]), ""),
    (outputs.no_distribution, A([[0.0, 1.0]]), ""),
    (outputs.no_distribution, np.full((1, 2, 4), 0.25), ""),
    (outputs.no_distribution, A([[0.5, 0.5], [0.5, 0.502]]), "probabilities (row sums 1..1). "),
    (outputs.no_distribution, A([[-0.1, 1.1]]), "do not look like probabilities"),
    (outputs.no_chances, A([0.0, 1.0]), ""),
    (outputs.no_chances, A([-0.25, 0.5]), "the outputs run -0.25..0.5 and are no probabilities. "),
    (outputs.no_probabilities, A([1.0009]), ""),
    (outputs.no_probabilities, A([1.002]), "the outputs run 1..1 and are no probabilities. "),
    (outputs.no_cut, A([0.0, 1.25]), "X", "0..1.25 and are no probabilities, which the threshold here is for. For logits use X"),
    (outputs.no_auc_chances, A([0.0, 1.25]), "so they are cut to 0..1. "),
    (outputs.no_log_probabilities, A([0.001]), ""),
    (outputs.no_log_probabilities, A([0.002]), "outputs up to 0.002 are no log-probabilities"),
    (outputs.no_counts, A([0.0]), ""),
    (outputs.no_counts, A([-0.25]), "the outputs go down to -0.25, but an expected count"),
    *((check, Z((0, 2)), "") for check in (outputs.no_distribution, outputs.no_chances)),
    *((check, Z(0), "") for check in (outputs.no_log_probabilities, outputs.no_counts)),
    # shapes of inputs
    (shapes.dense_advice, "d", 6, (4, 2, 3), "is 6; received shape (4, 2, 3). Each sample is (2, 3): add Flatten() first."),
    (shapes.dense_advice, "d", 6, (2, 3), "received shape (2, 3). For a single sample add a batch axis: x[None]."),
    (shapes.dense_advice, "d", 6, (6,), "For a single sample add a batch axis"),
    (shapes.dense_advice, "d", 5, (4, 2, 3), "received shape (4, 2, 3)."),
    (shapes.fits, (9, 3, 2), (None, 3, 2), "True"),
    (shapes.fits, (9, 3, 2), (None, None, 2), "True"),
    (shapes.fits, (9, 3), (None, None, 2), "False"),
    (shapes.fits, (9, 3), (4, 3), "True"),
    (shapes.fits, (9, 3, 1), (None, None, 2), "False"),
    (shapes.input_advice, "'m'", (3,), (3,), "Model 'm' was declared for samples of shape (3,), so for inputs of shape (n, 3); received shape (3,). For a single sample add a batch axis: x[None]."),
    (shapes.input_advice, "'m'", (4, 3), (4, 3), "x[None]. For a batch: input_shape excludes the batch axis: use x.shape[1:]."),
    (shapes.input_advice, "'m'", (9, 3), (4, 3), "received shape (4, 3). input_shape excludes the batch axis"),
    (shapes.input_advice, "'m'", (4, 3, 1), (4, 3), "received shape (4, 3). For a single sample add a batch axis: x[None]."),
    (shapes.input_advice, "'m'", (4, 5, 3), (9, 3, 4, 5), "so turn them: np.moveaxis(x, 1, -1). "),
    (shapes.input_advice, "'m'", (3, 4, 5), (9, 4, 5, 3), "so turn them: np.moveaxis(x, -1, 1). "),
    (shapes.input_advice, "'m'", (3, 5), (9, 5, 3), "so turn them: np.moveaxis(x, 1, -1). "),
    (shapes.input_advice, "'m'", (5,), (9,), "received shape (9,)."),
    (shapes.input_advice, "'m'", (12,), (9, 3, 4), "Reshape it: x.reshape(-1, 12), or begin with Flatten()."),
    (shapes.input_advice, "'m'", (2, 6), (9, 3, 4), "Reshape it: x.reshape(-1, 2, 6)."),
    (shapes.input_advice, "'m'", (5,), (9, 3, 4), "received shape (9, 3, 4)."),
    (shapes.input_advice, "'m'", (None, 6), (9, 12), "received shape (9, 12)."),
    (shapes.images_advice, "C", "n, h, w, c", 2, False, (9, 4, 4), "takes inputs of shape (n, h, w, c); received shape (9, 4, 4). If the channels are missing, add an axis of size 1 for them: x[..., None], and"),
    (shapes.images_advice, "C", "n, c, h, w", 2, True, (9, 4, 4), "x[:, None], and"),
    (shapes.images_advice, "C", "n, h, w, c", 2, False, (9, 4), "leave out Flatten() before."),
    (shapes.images_advice, "C", "n, t, c", 1, False, (9, 4), "If the channels are missing"),
    (shapes.images_advice, "C", "n, h, w, c", 2, False, (9, 1, 4, 4, 3), "(9, 1, 4, 4, 3)."),
    (shapes.channels_advice, (9, 3, 5, 5), False, "images of shape (n, 3, 5, 5) are read as channels_last, with 5 channels. If they have 3, pass data_format='channels_first', or turn them: np.moveaxis(x, 1, -1)."),
    (shapes.channels_advice, (9, 5, 5, 1), True, "read as channels_first, with 5 channels. If they have 1, pass data_format='channels_last', or turn them: np.moveaxis(x, -1, 1)."),
    (shapes.channels_advice, (9, 5, 5, 3), True, "channels_first, with 5 channels. If they have 3, pass"),
    (shapes.channels_advice, (9, 3, 4, 4), False, ""),
    (shapes.channels_advice, (9, 4, 4, 3), True, ""),
    (shapes.channels_advice, (9, 2, 5, 5), False, ""),
    (shapes.channels_advice, (9, 3, 5, 6), False, ""),
    (shapes.channels_advice, (9, 3, None, 5), False, ""),
    (shapes.channels_advice, (9, 3, 5), False, ""),
    (shapes.channel_advice, "C", 3, False, (9, 5, 5, 4), "has weights for 3 channels (channels_last); received shape (9, 5, 5, 4), with 4."),
    (shapes.channel_advice, "C", 3, False, (9, 3, 5, 4), "with 4. The channels stand at the other end: np.moveaxis(x, 1, -1)."),
    (shapes.channel_advice, "C", 3, True, (9, 4, 5, 3), "(channels_first); received shape (9, 4, 5, 3), with 4. The channels stand at the other end: np.moveaxis(x, -1, 1)."),
    (*ROOM, (9, 2, 2, 8), "the window (3, 3) is larger than what arrives, (2, 2) places of inputs of shape (n, 2, 2, 8). Each 'valid' window"),
    (shapes.room_advice, "C", (3, 2), (2, 1), True, (9, 8, 4, 4), "the window (3, 2) with dilation_rate (2, 1) reaches over (5, 2) places, which is larger than what arrives, (4, 4) places"),
    (*ROOM, (9, 1, 5, 5), "Probably the channels stand at the other end: images of shape (n, 1, 5, 5)"),
    # the first loss
    (loss.warn_of_first_loss, 12.346, 10, "loss is 12.3, although guessing among 10 classes would give ln 10 = 2.3. "),
]  # fmt: skip


@pytest.mark.parametrize("case", SAID, ids=lambda case: f"{case[0].__name__}-{case[-1]}"[:60])
def test_guards_are_silent_or_tell(case):
    *call, wanted = case
    said = told(*call)
    if wanted:
        assert wanted in said
        assert not wanted.endswith(".") or said.endswith(wanted)  # a space after it: there is more
    else:
        assert said == (wanted or "")


def test_one_based_labels_start_at_1_and_end_at_the_number_of_classes():
    for labels, classes in ((A([0, 4]), 4), (A([1, 5]), 4), (A([1, 3]), 2)):
        assert "subtract 1" not in told(targets.outside_classes, "L", labels, classes)


def test_finite_numbers_whose_sum_is_too_large_are_finite():
    """The sum of a piece is infinite, and then its numbers are looked at."""
    large = np.full((1 << 17, 2), np.finfo(np.float32).max, np.float32)
    assert told(data.check_finite, "x", large) == ""  # nor a warning of NumPy
    large[-1, -1] = math.inf
    assert f"at row {(1 << 17) - 1} col 1" in told(data.check_finite, "x", large)


def test_the_first_that_went_bad():
    def said(value, x=None, y=None, weights=()):
        return str(loss.explain_non_finite(value, x, y, weights, 3, 0.25))

    good, bad = (Variable(v, name=n) for v, n in (([1.0, -3], "good"), ([2.0, np.nan], "bad")))
    low, nan = Variable(-1.0), Tensor(np.nan)
    logged = ops.sqrt(ops.log(low * 2.0)) + 1.0
    begins = "The loss became nan at training step 3: in this batch"
    for x, y, first in (
        (
            {"a": A([1, 2]), "b": A([[1.0, np.nan]])},
            None,
            "x['b'] contains 1 NaN or infinite value",
        ),
        (A([0.5]), Tensor(A([np.inf])), "y contains 1 NaN or infinite value"),
    ):
        assert said(nan, x, y).startswith(f"{begins} {first}; the first is ")
    for value, weights, first, largest in (
        (nan, [good, bad], "the weight 'bad' of shape (2,)", "Largest weight: 3 in 'good'"),
        (logged, [good], "the result of 'log', shape ()", "Largest weight: 3 in 'good'"),
        (nan, [Variable(Z(0)), Variable(A([0.5]), name="w")], "the loss itself", "Largest weight: 0.5 in 'w'"),
        (nan, [], "the loss itself", "The model has no weights"),
    ):  # fmt: skip
        assert (
            f"at training step 3. First to go bad: {first}. {largest}. Learning rate: 0.25. Try: "
        ) in said(value, A([1, 2]), A([0.5]), weights)
