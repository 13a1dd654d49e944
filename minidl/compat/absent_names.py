"""Public names of Keras 3.15 that minidl does not have: what they are, and what to do instead.

`KERAS_NAMES.md` in this folder is made of this table, by `python tests/keras_names.py`.
"""

from __future__ import annotations

_WEIGHTS = "a network with weights that were trained on ImageNet for days"
_WEIGHTS_CURE = (
    "VGG16, ResNet50, MobileNetV2, EfficientNetB0 and others are here. Or load it in Keras, keep "
    "what its predict gives for your pictures with np.save, and train on that here."
)
_LABELS = "a function that goes with the pretrained networks of applications"
_EIGHT_BITS = "a part of Keras's quantization, weights of 8 bits and fewer for fast inference"
_EIGHT_BITS_CURE = "Save the model as .keras, and quantize it in Keras."
_BOXES = "a function on the boxes of object detection"
_BOXES_CURE = "NumPy computes with boxes in a line or two; KerasHub has whole detectors."
_TRACING = "a part of how Keras traces programs on TensorFlow, JAX and PyTorch"
_TRACING_CURE = "Leave it out: operations here run at once, and variables change in place."
_COMPLEX = "a function on complex numbers"
_COMPLEX_CURE = "Tensors are real: compute it with NumPy on x.numpy(), without gradients."
_OTHER_LIBRARY = "a layer around a model of another library"
_WARPS = "a random change of pictures"
_WARPS_CURE = (
    "RandomFlip, RandomRotation, RandomZoom, RandomTranslation, RandomContrast and "
    "RandomBrightness are here; a function of your own goes into Dataset.map."
)
_SOUND = "a layer or function that turns sound into frequencies"
_SOUND_CURE = "Frequencies come from ops.stft and layers.MelSpectrogram, without weights to train."
_DRAWS = "a function that draws on pictures"
_DRAWS_CURE = "With minidl, plots.digits shows pictures side by side; matplotlib draws the rest."
_SPREAD = "a part of Keras's distribution over devices, each of which holds a part of the arrays"
_SPREAD_CURE = "DataParallel() divides the samples of a batch among processes instead."
_TEACHERS = "a part of Keras's distillation, where a small network learns from a large one"
_TEACHERS_CURE = (
    "Train the small network on teacher.predict(x): its outputs are the targets of fit."
)

# applications: its rooms that are not here, and their networks
_NETWORKS = {
    "convnext": "ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge",
    "efficientnet_v2": "EfficientNetV2B0 EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 "
    "EfficientNetV2L EfficientNetV2M EfficientNetV2S",
    "inception_resnet_v2": "InceptionResNetV2",
    "mobilenet_v3": "",
    "nasnet": "NASNetLarge NASNetMobile",
    "resnet_v2": "ResNet101V2 ResNet152V2 ResNet50V2",
}
_ALL_NETWORKS = " ".join([*_NETWORKS.values(), "MobileNetV3Large MobileNetV3Small"])


def _network_rows(names: str, functions: str) -> tuple:
    return (names, _WEIGHTS, _WEIGHTS_CURE), (functions, _LABELS, _WEIGHTS_CURE)


# room: rows of (names, what they are, what to do)
ABSENT: dict[str, tuple[tuple[str, str, str], ...]] = {
    "": (
        (
            "Function Operation RematScope StatelessScope SymbolicScope remat",
            _TRACING,
            _TRACING_CURE,
        ),
        ("Quantizer", _EIGHT_BITS, _EIGHT_BITS_CURE),
    ),
    "callbacks": (
        (
            "OrbaxCheckpoint",
            "a callback that writes checkpoints of JAX's library Orbax",
            "ModelCheckpoint and BackupAndRestore write files that minidl reads.",
        ),
        (
            "RemoteMonitor",
            "a callback that sends logs to a web server",
            "LambdaCallback(on_epoch_end=...) calls a function of yours, which may send them; "
            "CSVLogger writes them to a file.",
        ),
    ),
    "distribution": (
        (
            "DeviceMesh LayoutMap ModelParallel TensorLayout distribute_tensor",
            _SPREAD,
            _SPREAD_CURE,
        ),
    ),
    "distillation": (
        (
            "DistillationLoss Distiller FeatureDistillation LogitsDistillation",
            _TEACHERS,
            _TEACHERS_CURE,
        ),
    ),
    "dtype_policies": (
        (
            "AWQDTypePolicy DTypePolicyMap GPTQDTypePolicy Int4DTypePolicy QuantizedDTypePolicy "
            "QuantizedFloat8DTypePolicy",
            _EIGHT_BITS,
            _EIGHT_BITS_CURE,
        ),
    ),
    "export": (
        (
            "ExportArchive",
            "a writer of TensorFlow's SavedModel files for servers",
            "Save the model as .keras, load it in Keras, and export it there.",
        ),
    ),
    "initializers": (
        ("STFT STFTInitializer stft", "the weights of a layer that hears frequencies", _SOUND_CURE),
    ),
    "layers": (
        (
            "CuDNNGRU CuDNNLSTM",
            "a layer of Keras 2 for NVIDIA's graphics cards",
            "Write GRU or LSTM.",
        ),
        (
            "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper",
            _OTHER_LIBRARY,
            "Save what its model predicts with np.save, and train on that here.",
        ),
        ("MaxNumBoundingBoxes", _BOXES, _BOXES_CURE),
        ("STFTSpectrogram", _SOUND, _SOUND_CURE),
        (
            "AugMix AutoContrast ContrastLimitedAdaptiveHistogramEqualization CutMix Equalization "
            "MixUp RandAugment RandomColorDegeneration RandomColorJitter RandomElasticTransform "
            "RandomErasing RandomGaussianBlur RandomGrayscale RandomHeight RandomHue RandomInvert "
            "RandomPerspective RandomPosterization RandomSaturation RandomSharpness RandomShear "
            "RandomWidth Solarization",
            _WARPS,
            _WARPS_CURE,
        ),
    ),
    "ops": (
        (
            "eig polar view_as_complex view_as_real",
            _COMPLEX,
            _COMPLEX_CURE,
        ),
        (
            "i0 nanmedian nanpercentile nanquantile",
            "a function without a derivative here",
            "NumPy has it: np.nanmedian(x.numpy()).",
        ),
        (
            "jvp",
            "a derivative along a direction, computed forwards",
            "GradientTape gives the gradient g; its product with the direction, (g * v).sum(), is "
            "the same number.",
        ),
        (
            "associative_scan fold lu_factor rearrange unfold",
            "an operation for large models on graphics cards",
            "A loop, ops.scan, ops.reshape and ops.transpose, or NumPy on x.numpy() do the same.",
        ),
    ),
    "ops.image": (
        (
            "affine_transform elastic_transform extract_patches_3d gaussian_blur map_coordinates "
            "perspective_transform scale_and_translate ssim",
            "an operation on pictures",
            "The package scipy.ndimage has it for arrays; layers.RandomRotation, RandomZoom and "
            "RandomTranslation move pictures here.",
        ),
    ),
    "quantizers": (
        (
            "AWQConfig AbsMaxQuantizer Float8QuantizationConfig GPTQConfig Int4QuantizationConfig "
            "Int8QuantizationConfig QuantizationConfig Quantizer abs_max_quantize "
            "abs_max_quantize_grouped_with_zero_point compute_float8_amax_history "
            "compute_float8_scale deserialize fake_quant_with_min_max_vars get pack_int4 "
            "quantize_and_dequantize serialize unpack_int4",
            _EIGHT_BITS,
            _EIGHT_BITS_CURE,
        ),
    ),
    "saving": (
        (
            "KerasFileEditor",
            "an editor of the weights in a .keras file",
            "Call load_model(path), then layer.get_weights() and layer.set_weights(...), and save.",
        ),
    ),
    "utils": (
        (
            "Config",
            "a dict whose entries are attributes too",
            "Python has types.SimpleNamespace(units=32).",
        ),
        (
            "get_source_inputs",
            "a walk from a symbol back to the inputs that it comes from",
            "Keep what Input() returned, or take model.inputs.",
        ),
    ),
    "utils.bounding_boxes": (
        (
            "affine_transform clip_to_image_size compute_ciou compute_iou convert_format crop "
            "decode_deltas_to_boxes encode_box_to_deltas pad",
            _BOXES,
            _BOXES_CURE,
        ),
    ),
    "visualization": (
        (
            "draw_bounding_boxes draw_segmentation_masks plot_bounding_box_gallery "
            "plot_image_gallery plot_segmentation_mask_gallery",
            _DRAWS,
            _DRAWS_CURE,
        ),
    ),
    "wrappers": (
        (
            "SKLearnClassifier SKLearnRegressor SKLearnTransformer",
            "a model of Keras as an estimator of scikit-learn",
            "The package scikeras wraps models of Keras too; for one of minidl write the loop over "
            "sklearn.model_selection.KFold().split(x) with fit and evaluate.",
        ),
    ),
    "applications": _network_rows(" ".join(sorted(set(_ALL_NETWORKS.split()))), ""),
    **{
        f"applications.{room}": _network_rows(names, "decode_predictions preprocess_input")
        for room, names in _NETWORKS.items()
    },
}
