"""The limits of every argument that is a number: each limit itself, and just beyond it.

[0, 1) takes 0 and not 1; 1+ is a whole number of at least 1; -inf is a finite number.
"""

import numpy as np
import pytest

import minidl

# what is needed besides
NEEDED = {
    **{key: dict(factor=0.1) for key in ("layers.RandomContrast", "layers.RandomBrightness")},
    "layers.AdaptiveMaxPooling2D": dict(output_size=1),
    "layers.Dense": dict(units=2),
    "layers.Conv2D": dict(filters=2, kernel_size=2),
    "layers.Conv2DTranspose": dict(filters=2, kernel_size=2),
    "layers.DepthwiseConv2D": dict(kernel_size=2),
    "layers.SeparableConv2D": dict(filters=2, kernel_size=2),
    "layers.Embedding": dict(input_dim=3, output_dim=2),
    "layers.MultiHeadAttention": dict(num_heads=2, key_dim=2),
    "layers.GroupQueryAttention": dict(head_dim=2, num_query_heads=2, num_key_value_heads=1),
    **{key: dict(units=2) for key in ["layers.LSTM", "layers.GRU", "layers.SimpleRNN"]},
    **{
        key: {"rate": 0.5}
        for key in ["layers.GaussianDropout", "layers.AlphaDropout", "layers.Dropout"]
    },
    "layers.SpectralNormalization": dict(layer=minidl.layers.Dense(2)),
    "layers.Resizing": dict(height=2, width=2),
    "layers.CenterCrop": dict(height=2, width=2),
    "layers.RandomCrop": dict(height=2, width=2),
    "layers.RandomRotation": dict(factor=0.1),
    "layers.RandomZoom": dict(height_factor=0.1),
    "layers.RandomTranslation": dict(height_factor=0.1, width_factor=0.1),
    "layers.Input": dict(shape=(2,)),
    "metrics.IoU": dict(num_classes=2, target_class_ids=[0]),
    "metrics.MeanIoU": dict(num_classes=2),
    "metrics.SensitivityAtSpecificity": dict(specificity=0.5),
    "metrics.RecallAtPrecision": dict(precision=0.5),
    "optimizers.schedules.ExponentialDecay": dict(
        initial_learning_rate=1, decay_steps=2, decay_rate=1
    ),
    "optimizers.schedules.InverseTimeDecay": dict(
        initial_learning_rate=1, decay_steps=2, decay_rate=1
    ),
    **{
        key: dict(initial_learning_rate=1, decay_steps=2)
        for key in [f"optimizers.schedules.{n}" for n in ("PolynomialDecay", "CosineDecay")]
    },
    "optimizers.schedules.CosineDecayRestarts": dict(initial_learning_rate=1, first_decay_steps=2),
    "optimizers.LossScaleOptimizer": dict(inner_optimizer=minidl.optimizers.SGD()),
    "callbacks.LearningRateScheduler": dict(schedule=float),
}
# what: its arguments by their limits
LIMITS = {
    "layers.LeakyReLU": {"[0,": "negative_slope"},
    "layers.Dense": {"1+": "units"},
    "layers.Conv2D": {"1+": "filters groups kernel_size strides"},
    "layers.Conv2DTranspose": {"1+": "filters kernel_size strides"},
    "layers.DepthwiseConv2D": {"1+": "depth_multiplier kernel_size"},
    "layers.SeparableConv2D": {"1+": "filters depth_multiplier"},
    "layers.MaxPooling2D": {"1+": "pool_size strides"},
    "layers.UpSampling2D": {"1+": "size"},
    "layers.RepeatVector": {"1+": "n"},
    "layers.Embedding": {"1+": "input_dim output_dim"},
    "layers.MultiHeadAttention": {
        "1+": "num_heads key_dim value_dim sliding_window",
        "[0,1)": "dropout",
    },
    "layers.GroupQueryAttention": {
        "1+": "head_dim num_key_value_heads sliding_window",
        "[0,1)": "dropout",
    },
    "layers.Attention": {"[0,1)": "dropout"},
    **{
        key: {"1+": "units", "[0,1)": "dropout recurrent_dropout"}
        for key in ["layers.LSTM", "layers.GRU", "layers.SimpleRNN"]
    },
    "layers.GaussianNoise": {"[0,": "stddev"},
    **{key: {"[0,1)": "rate"} for key in ["layers.GaussianDropout", "layers.AlphaDropout"]},
    "layers.Dropout": {"[0,1]": "rate"},
    "layers.BatchNormalization": {"[0,": "momentum"},
    "layers.RMSNormalization": {"[0,": "epsilon"},
    "layers.GroupNormalization": {"[0,": "epsilon"},
    "layers.LayerNormalization": {"[0,": "epsilon"},
    "layers.SpectralNormalization": {"1+": "power_iterations"},
    "layers.SinePositionEncoding": {"[1,": "max_wavelength"},
    "layers.Resizing": {"1+": "height width", "-inf": "fill_value"},
    **{key: {"1+": "height width"} for key in ["layers.CenterCrop", "layers.RandomCrop"]},
    "layers.RandomRotation": {"[-1,1]": "factor", "-inf": "fill_value"},
    "layers.RandomZoom": {"[-1,1]": "height_factor width_factor"},
    "layers.RandomTranslation": {"[-1,1]": "height_factor width_factor"},
    "layers.RandomContrast": {"[0,1]": "factor"},
    "layers.RandomBrightness": {"[-1,1]": "factor"},
    "layers.AdaptiveMaxPooling2D": {"1+": "output_size"},
    "layers.ActivityRegularization": {"[0,": "l1 l2"},
    "layers.ReLU": {"[0,": "max_value negative_slope threshold"},
    "layers.Masking": {"-inf": "mask_value"},
    "layers.Input": {"1+": "batch_size"},
    "losses.Tversky": {"-inf": "alpha beta"},
    "losses.CategoricalGeneralizedCrossEntropy": {"(0,1)": "q"},
    "metrics.F1Score": {"(0,1]": "threshold"},
    "metrics.FBetaScore": {"(0,": "beta", "(0,1]": "threshold"},
    "metrics.MeanIoU": {"1+": "num_classes"},
    "metrics.ConfusionMatrix": {"1+": "num_classes"},
    "metrics.AUC": {"2+": "num_thresholds"},
    "metrics.SensitivityAtSpecificity": {"[0,1]": "specificity", "1+": "num_thresholds"},
    "metrics.RecallAtPrecision": {"[0,1]": "precision", "1+": "num_thresholds"},
    "metrics.TopKCategoricalAccuracy": {"1+": "k"},
    "metrics.R2Score": {"0+": "num_regressors"},
    "optimizers.SGD": {"[0,1)": "momentum ema_momentum", "[0,": "weight_decay"},
    **{
        key: {"[0,1)": "beta_1 beta_2", "[0,": "learning_rate"}
        for key in [f"optimizers.{n}" for n in ("Adam", "AdamW", "Adamax", "Nadam", "Lion", "Lamb")]
    },
    "optimizers.ScheduleFreeAdamW": {"[0,1)": "beta_1 beta_2", "0+": "warmup_steps"},
    "optimizers.Adagrad": {"[0,": "initial_accumulator_value"},
    "optimizers.Adadelta": {"[0,1)": "rho"},
    "optimizers.RMSprop": {"[0,1)": "rho momentum"},
    "optimizers.Ftrl": {
        "-inf": "learning_rate_power",
        "[0,": "initial_accumulator_value l1_regularization_strength l2_regularization_strength "
        "l2_shrinkage_regularization_strength beta",
    },
    "optimizers.Adafactor": {"[0,": "epsilon_1 epsilon_2", "(0,": "clip_threshold"},
    "optimizers.Muon": {
        "[0,1)": "adam_beta_1 adam_beta_2 momentum",
        "[0,": "adam_weight_decay adam_lr_ratio rms_rate",
        "-inf": "muon_a muon_b muon_c",
        "1+": "ns_steps",
    },
    "optimizers.LossScaleOptimizer": {"(0,": "initial_scale", "1+": "dynamic_growth_steps"},
    "optimizers.schedules.ExponentialDecay": {
        "[0,": "initial_learning_rate decay_rate",
        "(0,": "decay_steps",
    },
    "optimizers.schedules.InverseTimeDecay": {
        "[0,": "initial_learning_rate decay_rate",
        "(0,": "decay_steps",
    },
    "optimizers.schedules.PolynomialDecay": {
        "[0,": "initial_learning_rate power",
        "(0,": "decay_steps",
    },
    "optimizers.schedules.CosineDecay": {
        "[0,": "initial_learning_rate alpha warmup_steps warmup_target",
        "(0,": "decay_steps",
    },
    "optimizers.schedules.CosineDecayRestarts": {
        "[0,": "initial_learning_rate alpha m_mul",
        "[1,": "t_mul",
        "(0,": "first_decay_steps",
    },
    "callbacks.ReduceLROnPlateau": {"[0,1)": "factor", "0+": "patience cooldown"},
    "callbacks.EarlyStopping": {"0+": "patience start_from_epoch"},
    "constraints.MaxNorm": {"[0,": "max_value"},
    "constraints.MinMaxNorm": {"[0,": "min_value max_value rate"},
    "regularizers.L1": {"[0,": "l1"},
    "regularizers.L2": {"[0,": "l2"},
    "regularizers.L1L2": {"[0,": "l1 l2"},
    "regularizers.OrthogonalRegularizer": {"[0,": "factor"},
}
CASES = [
    (path, name, limits)
    for path, arguments in LIMITS.items()
    for limits, names in arguments.items()
    for name in names.split()
]


def values(limits) -> tuple[list, list]:
    """(values that are taken, values that are refused)."""
    if limits == "-inf":
        return [-2.5, 0.0], [np.inf, np.nan]
    if limits.endswith("+"):
        least = int(limits[:-1])
        return [least], [least - 1, least + 0.5, True]
    low, _, high = limits[1:].rstrip(")]").partition(",")
    taken, refused = [float(low) + 1e-3], [float(low) - 1e-3, np.nan]
    (taken if limits[0] == "[" else refused).append(float(low))
    if high:
        taken, refused = [*taken, float(high) - 1e-3], [*refused, float(high) + 1e-3]
        (taken if limits[-1] == "]" else refused).append(float(high))
    return taken, refused


@pytest.mark.parametrize(("path", "name", "limits"), CASES)
def test_the_limits_of_an_argument(path, name, limits):
    cls = minidl
    for part in path.split("."):
        cls = getattr(cls, part)
    taken, refused = values(limits)
    for value in taken:
        cls(**{**NEEDED.get(path, {}), name: value})
    for value in refused:
        with pytest.raises((ValueError, TypeError), match=name.rpartition("_")[2]):
            cls(**{**NEEDED.get(path, {}), name: value})
            pytest.fail(f"{name}={value} was taken")
