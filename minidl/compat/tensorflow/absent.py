"""What TensorFlow has and minidl has not: a sentence for each, with what to write instead."""

from __future__ import annotations

# Paths, or beginnings of paths: what they are, and the cure.
_TF_1 = (
    "belongs to TensorFlow 1. Values are computed at once here: give arrays to functions instead "
    "of placeholders, drop the session, and train with model.fit or GradientTape."
)
_CURES = {
    "Session InteractiveSession placeholder placeholder_with_default get_variable variable_scope "
    "global_variables global_variables_initializer initialize_all_variables get_default_graph "
    "reset_default_graph Graph enable_eager_execution": _TF_1,
    "compat.v1": "is TensorFlow 1. Values are computed at once here: write `import minidl as tf`, "
    "and train with model.fit or GradientTape.",
    "contrib estimator flags app logging": "left TensorFlow with version 2. Write a model with "
    "minidl.Sequential, and train it with model.fit.",
    "saved_model": "writes a graph of TensorFlow. Write model.save('model.keras'), and read it "
    "with minidl.models.load_model.",
    "lite": "converts for telephones. Write model.save('model.keras'), load the file in Keras, and "
    "convert it there.",
    "feature_column": "was removed from TensorFlow. Use layers.Normalization, StringLookup, "
    "CategoryEncoding and the like.",
    "ragged RaggedTensor": "holds rows of different lengths, which tensors do not here. Pad them: "
    "utils.pad_sequences, or a layer with a mask.",
    "sparse SparseTensor": "stores a few numbers among many zeros. Use dense arrays.",
    "gradients": "belongs to graphs of TensorFlow 1. Write tape.gradient(loss, variables), after "
    "`with GradientTape() as tape:`.",
    "experimental": "is TensorFlow's playground. NumPy's functions are those of minidl.ops.numpy.",
    "hessians": "belongs to graphs of TensorFlow 1. Open a tape inside a tape: "
    "g = inner.gradient(y, x), then outer.jacobian(g, x).",
    "lookup": "makes tables of another kind. tf.lookup.StaticHashTable is here, and "
    "layers.StringLookup and layers.IntegerLookup, which learn from data.",
    "io.TFRecordWriter io.parse_single_example io.parse_example io.FixedLenFeature "
    "io.parse_tensor io.serialize_tensor train.Example train.Features train.Feature": "is of files "
    "of TensorFlow's own kind. Keep arrays with np.savez, or data in folders of files.",
    "strings.to_hash_bucket strings.to_hash_bucket_strong": "hashes texts by other rules. Use "
    "tf.strings.to_hash_bucket_fast or layers.Hashing.",
    "train.AdamOptimizer train.GradientDescentOptimizer train.RMSPropOptimizer "
    "train.MomentumOptimizer train.AdagradOptimizer": "belongs to TensorFlow 1. Use "
    "optimizers.Adam, SGD, RMSprop, Adagrad.",
    "tpu distribute.TPUStrategy distribute.cluster_resolver": "is of Google's TPUs. minidl "
    "computes on the processor: leave it out.",
    "nn.ctc_loss nn.ctc_greedy_decoder nn.ctc_beam_search_decoder": "has other arguments here: see "
    "ops.ctc_loss and ops.ctc_decode.",
    "profiler summary.trace_on summary.trace_export": "watches TensorFlow's own machinery. Use "
    "Python's cProfile.",
    "complex64 complex128": "is a type of complex numbers. tf.complex(x, y) and tf.signal.stft "
    "make them, and tf.abs takes them.",
    "signal": "is of frequencies. NumPy's numpy.fft and the package scipy.signal compute it.",
}
_BY_PATH = {path: cure for paths, cure in _CURES.items() for path in paths.split()}


def sentence(path: str) -> str | None:
    """What to say of this path, or None if nothing is known of it."""
    parts = path.split(".")
    known = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
    found = [_BY_PATH[begin] for begin in known if begin in _BY_PATH]
    return f"tf.{path} is not here: it {found[-1]}" if found else None
