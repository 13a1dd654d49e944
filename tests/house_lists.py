"""Lists of test_house.py: what does not yet keep a rule. They only get shorter."""

# Sources of over 60 lines of code without tests under their name: only ever fewer.
ELSEWHERE = {
    # a row of derivative_rows*.py for each op, in core/derivatives/test_derivatives.py
    *("core/derivatives/linear.py", "core/derivatives/stepping.py"),
    # rows of ops_rows*.py, in ops/test_ops.py
    *("ops/forms.py", "tensor/operators.py"),
    # tests/parity/test_keras_files.py reads and writes with Keras itself
    "models/steps.py",
    "models/features.py",  # with models/test_feature_space.py
    *("homework/syscalls.py", "plots/ground.py", "plots/placing.py"),
    # in data/test_pipeline*.py, with the methods of Dataset that use them
    *("data/beginnings.py", "data/caching.py", "data/chaining.py", "data/elements.py"),
    *("data/ordering.py", "data/streaming.py", "data/__init__.py"),
    # a line for each name, in compat/tensorflow/test_tensorflow_names.py
    *(
        f"compat/tensorflow/{name}.py"
        for name in ["arrays", "doors", "files", "images", "networks", "maths", "strings", "tables"]
    ),
    "compat/tensorflow/running.py",
    "compat/modules.py",
    # real processes, in tests/processes
    *(f"distribution/{name}.py" for name in ["team", "watcher"]),
    # with the layers and the plots that use them
    *("layers/along_axis.py", "plots/responses.py", "ops/blocks.py", "ops/pictures.py"),
    "front.py",
}
# Test files of over 500 lines, and how long they may be: only ever less.
LONG_TESTS = {
    "parity/test_keras_callbacks.py": 531,
    "parity/test_keras_files.py": 921,
    "parity/test_keras_layers.py": 745,
    "parity/test_keras_numbers.py": 840,
    "test_pitfalls.py": 670,
    "tutorials/snippets.py": 2039,
}
