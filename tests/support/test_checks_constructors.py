"""What a class of the library cannot be made with is refused, with the name of the argument."""

import numpy as np
import pytest

import minidl
from minidl import Input, callbacks, layers, losses, metrics
from minidl.layers import Dense


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: metrics.AUC(num_thresholds=None),
            "AUC: num_thresholds must be a whole number of at least 2; received None",
        ),
        (
            lambda: metrics.AUC(num_thresholds=1),
            "num_thresholds must be a whole number of at least 2",
        ),
        (lambda: metrics.FBetaScore(beta=None), "beta must be a number above 0; received None"),
        (lambda: metrics.FBetaScore(threshold="high"), "FBetaScore: threshold is a finite number"),
        (
            lambda: metrics.Precision(thresholds="half"),
            "Precision: thresholds is a number from 0 to 1",
        ),
        (lambda: metrics.Recall(top_k=-1), "Recall: top_k is a whole number of at least 1"),
        (lambda: metrics.Recall(class_id=1.5), "Recall: class_id is the number of a class"),
        (lambda: metrics.PrecisionAtRecall(None), "recall must be a number.*received None"),
        (lambda: metrics.IoU(None, [0]), "IoU: num_classes must be a whole number"),
        (lambda: metrics.IoU(2, 0), "IoU: target_class_ids is a list of classes; received 0"),
        (lambda: metrics.MeanIoU(-1), "num_classes must be a whole number of at least 1"),
        (
            lambda: metrics.ConfusionMatrix(2.5),
            "ConfusionMatrix: num_classes must be a whole number",
        ),
        (
            lambda: metrics.R2Score(num_regressors=np.nan),
            "R2Score: num_regressors is a whole number",
        ),
        (
            lambda: metrics.BinaryAccuracy(threshold=None),
            "BinaryAccuracy: threshold is a finite number",
        ),
        (lambda: metrics.MeanMetricWrapper("abc"), r"fn is a function\(y_true, y_pred\)"),
        (lambda: losses.CategoricalGeneralizedCrossEntropy(q=None), "cannot be made with q=None"),
        (lambda: losses.Tversky(alpha=None), "Tversky: alpha is a finite number; received None"),
        (lambda: losses.CategoricalFocalCrossentropy(gamma="2"), "gamma is a finite number"),
        (lambda: losses.CosineSimilarity(axis="last"), "axis is the number of an axis"),
        (
            lambda: losses.SparseCategoricalCrossentropy(ignore_class="a"),
            "ignore_class is the number",
        ),
        (lambda: layers.BatchNormalization(axis=None), "axis is the number of an axis"),
        (lambda: layers.LayerNormalization(axis=1.5), "LayerNormalization: axis is the number"),
        (lambda: layers.Softmax(axis="a"), "Softmax: axis is the number of an axis"),
        (lambda: layers.Concatenate(axis=None), "Concatenate: axis is the number of an axis"),
        (lambda: layers.Rescaling(None), "Rescaling: scale is a number"),
        (lambda: layers.Rescaling(1.0, np.nan), "Rescaling: offset is a number"),
        (lambda: layers.ELU(alpha=np.nan), "ELU: alpha is a finite number; received nan"),
        (lambda: layers.Dropout(0.5, seed="a"), "Dropout: seed is a whole number"),
        (lambda: layers.Dropout(0.5, noise_shape=3), "Dropout: noise_shape is a tuple of sizes"),
        (
            lambda: layers.EinsumDense("ab,bc->ac", None),
            "EinsumDense cannot be made with equation=",
        ),
        (
            lambda: layers.Lambda(len, arguments=5),
            "Lambda cannot be made with function=.*arguments=5",
        ),
        (lambda: Input(1.5), r"sizes of one sample.*received \(1.5,\)"),
        (
            lambda: Input((3,), batch_size="many"),
            "Input: batch_size must be a whole number",
        ),
        (lambda: layers.Add(input_shape=np.nan), r"sizes of one sample.*received \(nan,\)"),
        (lambda: callbacks.EarlyStopping(baseline="low"), "EarlyStopping: baseline is a number"),
        (lambda: callbacks.EarlyStopping(min_delta=np.nan), "min_delta is a number; received nan"),
        (lambda: callbacks.EarlyStopping(start_from_epoch=-1), "a whole number of at least 0; rec"),
        (lambda: metrics.R2Score(num_regressors=-1), "a whole number of at least 0; received -1"),
        (lambda: metrics.Recall(top_k=0), "top_k is a whole number of at least 1, or None; rec"),
        (lambda: metrics.Recall(class_id=True), "class_id is the number of a class, or None"),
        (lambda: layers.Dropout(0.5, noise_shape=(0, 3)), "noise_shape is a tuple of sizes"),
        (lambda: layers.Dropout(0.5, noise_shape=(1.5,)), "noise_shape is a tuple of sizes"),
        (lambda: layers.Softmax(axis=[0, 1.5]), "axis is the number of an axis, or a list of such"),
        (lambda: layers.Softmax(axis=True), "axis is the number of an axis"),
        (
            lambda: layers.Normalization(mean=[0, np.nan], variance=[1, 1]),
            "mean is a finite number",
        ),
        (lambda: layers.Normalization(mean=np.array(["a"]), variance=[1]), "mean is a finite numb"),
        (lambda: layers.ELU(alpha=True), "alpha is a finite number; received True"),
        (lambda: layers.Dropout(0.5, seed=1.5), "seed is a whole number, a SeedGenerator or None"),
        (lambda: callbacks.EarlyStopping(5), "EarlyStopping: monitor is a string; received 5"),
        (lambda: callbacks.ReduceLROnPlateau(min_lr=None), "ReduceLROnPlateau: min_lr is a number"),
        (lambda: callbacks.CSVLogger("a.csv", separator=None), "CSVLogger: separator is a string"),
        (lambda: minidl.initializers.RandomNormal(stddev=None), "stddev is a finite number"),
        (lambda: minidl.initializers.Orthogonal(gain="a"), "gain is a finite number; received 'a'"),
    ],
)
def test_an_argument_that_cannot_be_meant(make, said):
    with pytest.raises((TypeError, ValueError), match=said):
        make()


def test_arguments_at_their_limits():
    infinite = callbacks.EarlyStopping(baseline=np.inf, start_from_epoch=0)
    assert infinite.baseline == np.inf
    assert metrics.Recall(top_k=1, class_id=0) and metrics.R2Score(num_regressors=0)
    assert layers.Dropout(0.5, noise_shape=(None, 1), seed=np.random.default_rng(0))
    assert layers.LayerNormalization(axis=range(1, 3)) and layers.Softmax(axis=(1, 2))
    assert layers.Normalization(axis=None, mean=[0, 1], variance=np.ones(2))
    assert metrics.Recall(top_k=None)


def test_classes_of_yours_speak_for_themselves():
    class Mine(Dense):
        def __init__(self, axis, **kwargs):
            super().__init__(axis["units"], **kwargs)

    assert Mine({"units": 2}).units == 2
    with pytest.raises(KeyError):
        Mine({})


# --- arguments of functions and methods

X = np.ones((8, 3), "float32")
Y = X[:, :1]


def net():
    model = minidl.Sequential([Input((3,)), Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: net().fit(iter([None]), verbose=0), "received (one without x|no x)"),
        (
            lambda: net().fit(X, Y, callbacks=[None], verbose=0),
            "^callbacks holds None, which is no",
        ),
        (lambda: net().compile("sgd", "mse", loss_weights=np.nan), "loss_weights .* received nan"),
        (lambda: net().fit(X, Y * 0.5, class_weight={0: 1}, verbose=0), "y holds fractions"),
        (lambda: Dense(2)([X, X]), r"Dense.build takes .* received \[\(None, 3\), \(None, 3\)\]"),
        (lambda: net()({"a": X, "b": X}), "received {'a': Tensor, 'b': Tensor}"),
        (lambda: layers.Add()([X, None]), r"Add 'add.*' takes .* received \[Tensor, None\]"),
        (lambda: net().get_layer(index=10), "no layer number 10 in .*, which has 1 layers"),
        (lambda: net().set_weights(None), "set_weights takes a list of arrays.*received None"),
        (
            lambda: net().optimizer.apply_gradients(None),
            r"pairs \(gradient, variable\).*received None",
        ),
        (lambda: net().optimizer.apply_gradients([(None, None)]), r"pairs \(gradient, variable\)"),
        (lambda: net().summary(line_length="a"), "line_length must be a whole number"),
        (lambda: net().summary(print_fn=5), "print_fn is a function of a text; received 5"),
        (lambda: minidl.utils.to_categorical([0, 1], "a"), "num_classes must be a whole number"),
        (lambda: minidl.utils.to_categorical([0, 10**12]), "run to 1000000000000.*np.unique"),
        (lambda: minidl.utils.pad_sequences(None), "takes a list of sequences.*received None"),
        (lambda: minidl.utils.pad_sequences([[1], ["a"]]), "dtype int32.*Pass dtype=object"),
        (lambda: minidl.utils.plot_model(None), "plot_model draws a model; received None"),
        (lambda: minidl.models.clone_model(None), "clone_model takes a model; received None"),
        (lambda: minidl.models.model_from_json("abc"), "takes the text that to_json gave"),
        (lambda: minidl.models.model_from_json("{}"), "describes a dict, not a model"),
        (lambda: callbacks.LearningRateScheduler(lambda: 0.1), "the schedule takes the epoch"),
        (
            lambda: callbacks.LambdaCallback(on_epoch_end=5),
            "on_epoch_end is a function.*received 5",
        ),
        (
            lambda: minidl.saving.custom_object_scope("Mine"),
            "custom_objects is a dict.*received str",
        ),
    ],
)
def test_what_a_method_cannot_be_given(act, said):
    with pytest.raises((TypeError, ValueError), match=said):
        act()


def test_a_validation_without_batches():
    with pytest.warns(UserWarning, match="held no batches, so its numbers say nothing"):
        net().fit(X, Y, validation_data=iter([]), verbose=0)
