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
            "AUC: num_thresholds is a whole number; received None",
        ),
        (lambda: metrics.AUC(num_thresholds=1), "num_thresholds must be 2 or more"),
        (lambda: metrics.AUC(thresholds=0.5), "AUC cannot be made with thresholds=0.5"),
        (lambda: metrics.FBetaScore(beta=None), "beta must be above 0|beta is a finite number"),
        (lambda: metrics.FBetaScore(threshold="high"), "FBetaScore: threshold is a finite number"),
        (
            lambda: metrics.Precision(thresholds="half"),
            "Precision: thresholds is a number from 0 to 1",
        ),
        (lambda: metrics.Recall(top_k=-1), "Recall: top_k is a whole number of at least 1"),
        (lambda: metrics.Recall(class_id=1.5), "Recall: class_id is the number of a class"),
        (lambda: metrics.PrecisionAtRecall(None), "lies between 0 and 1; received None"),
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
            "InputLayer cannot be made with.*batch_size='many'",
        ),
        (lambda: layers.Add(input_shape=np.nan), r"sizes of one sample.*received \(nan,\)"),
        (lambda: callbacks.EarlyStopping(baseline="low"), "EarlyStopping: baseline is a number"),
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


def test_classes_of_yours_speak_for_themselves():
    class Mine(Dense):
        def __init__(self, axis, **kwargs):
            super().__init__(axis["units"], **kwargs)

    assert Mine({"units": 2}).units == 2
    with pytest.raises(KeyError):
        Mine({})
