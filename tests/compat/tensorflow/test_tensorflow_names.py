"""`import minidl as tf`: each name of TensorFlow gives what TensorFlow gives (a recorded file), what
is not here says what to write, and nothing of it is in the way of minidl's own names.
"""

import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tensorflow_cases as cases
from tutorials.common import differences

import minidl as tf
from minidl.compat.tensorflow import below, names

ROOT = Path(__file__).resolve().parents[3]
ROWS = [row for row in cases.CASES.splitlines() if row.strip()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("(")[0])
def test_the_same_as_in_tensorflow(row, capsys):
    """Types, shapes and numbers."""
    lines = [line.strip() for line in row.split("; ")]
    theirs = cases.recorded("lines")
    different = [
        f"{line}: {ours} and {theirs[line]}"
        for line in lines
        if not cases.same(ours := cases.found(tf, line), theirs[line])
    ]
    assert different == []


def test_what_is_recorded_is_what_is_tested():
    assert list(cases.recorded("lines")) == list(dict.fromkeys(cases.EXPRESSIONS))
    assert list(cases.recorded("conflicts")) == cases.CONFLICTS
    assert list(cases.recorded("tutorials")) == cases.SCRIPTS
    assert cases.recorded("only_here") == []


def test_the_comparison_notices_differences():
    same = ["float32", [2], [1.0, 2.0]]
    assert cases.same(same, ["float32", [2], [1.0, 2.00002]])
    for other in (
        ["float64", [2], [1.0, 2.0]],
        ["float32", [2, 1], [1.0, 2.0]],
        ["float32", [2], [1.0, 2.001]],
        ["float32", [2], [1, 2]],
        [same],
    ):
        assert not cases.same(same, other) and not cases.same(other, same)


# Names that the tests below and tests/test_tensorboard.py are about.
ELSEWHERE = (
    "io.gfile.* io.matching_files io.read_file io.write_file io.decode_bmp image.decode_* "
    "image.encode_* device control_dependencies init_scope errors.* Module train.* summary.*"
)


def test_every_name_stands_in_a_line():
    used = {path for path in re.findall(r"tf\.([\w.]+)", cases.CASES)}
    known = [path for path in names() if any(f"{u}.".startswith(f"{path}.") for u in used)]
    tested = {id(names()[path]) for path in known}
    patterns = [re.compile(p.replace(".", r"\.").replace("*", ".*")) for p in ELSEWHERE.split()]
    left = [
        path
        for path, thing in names().items()
        if id(thing) not in tested and not any(p.fullmatch(path) for p in patterns)
    ]
    assert left == []


@pytest.mark.parametrize("line", cases.CONFLICTS)
def test_what_is_minidls_own_differs_and_is_in_the_table(line):
    ours, theirs = cases.found(tf, line), cases.recorded("conflicts")[line]
    assert ours != theirs
    table = (ROOT / "minidl/compat/DIFFERENCES.md").read_text(encoding="utf-8")
    shown = re.sub(r"^raised\(lambda: (.*)\)$", r"\1", line)
    (row,) = [row for row in table.splitlines() if f"`{shown}`" in row]
    if not line.startswith("raised"):
        assert [cell.strip(" `") for cell in row.split("|")[2:4]] == [str(theirs), str(ours)]


@pytest.mark.parametrize("script", cases.SCRIPTS)
def test_tutorial_of_tensorflow(script, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert differences(cases.tutorial(tf, script), cases.recorded("tutorials")[script]) == []


# --- the door


def test_the_names_are_not_in_the_way():
    """Not listed, not loaded until asked for, and no name of minidl's is another thing."""
    assert "reduce_mean" not in dir(tf) and "math" not in dir(tf)
    code = (
        "import minidl, sys\n"
        "minidl.Sequential, minidl.layers.Dense, minidl.nn, minidl.random.normal, minidl.ops.relu\n"
        "assert 'minidl.compat.tensorflow.maths' not in sys.modules\n"
        "minidl.reduce_mean\n"
        "assert 'minidl.compat.tensorflow.maths' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    own = {name: getattr(tf, name) for name in tf.__all__}
    assert {name for name in names() if name in own} == set()
    assert tf.nn.relu is tf.ops.relu and tf.random.normal.__module__ == "minidl.random"
    assert tf.keras is tf and tf.keras.layers.Dense is tf.layers.Dense
    assert "conv2d" in dir(tf.nn) and "log" in dir(tf.math) and "log" in below("math")


@pytest.mark.parametrize(
    ("expression", "cure"),
    [
        ("tf.Session", "model.fit or GradientTape"),
        ("tf.placeholder", "give arrays to functions"),
        ("tf.compat.v1.Session", "import minidl as tf"),
        ("tf.contrib.layers", "minidl.Sequential"),
        ("tf.saved_model.save", "model.save('model.keras')"),
        ("tf.train.AdamOptimizer", "optimizers.Adam"),
        ("tf.io.TFRecordWriter", "np.savez"),
        ("tf.ragged.constant", "Pad them"),
        ("tf.nn.ctc_loss", "ops.ctc_loss"),
        ("tf.lite.TFLiteConverter", "convert it there"),
        ("tf.math.reduce_men", "Did you mean 'reduce_mean'?"),
        ("tf.random.nromal", "no attribute 'nromal'"),
        ("tf.reduce_men", "Did you mean 'reduce_mean'?"),
    ],
)
def test_what_is_not_here_says_what_to_write(expression, cure):
    with pytest.raises(AttributeError, match=re.escape(cure)):
        eval(expression)


def test_import_of_tensorflow_1_says_what_to_write():
    with pytest.raises(ModuleNotFoundError, match="import minidl as tf"):
        import minidl.compat.v1  # noqa: F401


def test_a_wrong_argument_is_named_with_the_right_ones():
    with pytest.raises(TypeError, match="input_tensor, axis, keepdims; received 1 in .* and dim="):
        tf.reduce_sum([1.0], dim=0)
    with pytest.raises(TypeError, match="takes x, y; received 3"):
        tf.add(1, 2, 3)
    assert int(tf.add(1, 2, name="sum")) == 3


def test_functions_take_symbols():
    """As tutorials before Keras 3 wrote models: the sizes of a batch come later."""
    inputs = tf.keras.Input((4, 3))
    h = tf.reshape(inputs, [tf.shape(inputs)[0], -1])
    h = tf.concat([h, tf.reduce_mean(inputs, axis=1)], axis=-1)
    h = tf.math.l2_normalize(tf.gather(h, [0, 14], axis=1) * tf.constant(2.0), axis=1)
    model = tf.keras.Model(inputs, h)
    x = np.random.default_rng(0).normal(size=(5, 4, 3)).astype("f")
    flat = np.concatenate([x.reshape(5, 12), x.mean(1)], -1)[:, [0, 14]]
    wanted = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    assert model.output_shape == (None, 2)
    assert np.allclose(model.predict(x, verbose=0), wanted, atol=1e-6)


def test_settings_do_nothing():
    gpus = tf.config.experimental.list_physical_devices("GPU")
    assert gpus == [] and tf.config.list_logical_devices("CPU")[0].name.endswith("CPU:0")
    assert tf.config.experimental.set_memory_growth(None, True) is None
    assert tf.config.threading.set_intra_op_parallelism_threads(1) is None
    assert tf.config.run_functions_eagerly(True) is None
    assert tf.config.experimental.enable_op_determinism() is None
    with tf.device("/CPU:0"), tf.control_dependencies([]), tf.init_scope():
        assert float(tf.constant(1.0)) == 1.0
    strategy = tf.distribute.get_strategy()
    with strategy.scope():
        assert float(strategy.reduce("SUM", strategy.run(lambda x: x + 1, (2.0,)))) == 3.0


def test_seeds_repeat_what_is_drawn():
    tf.random.set_seed(3)
    first = tf.random.normal([4]).numpy()
    tf.random.set_seed(3)
    assert np.array_equal(tf.random.normal([4]).numpy(), first)
    one, two = (tf.random.stateless_uniform([3], seed=[1, s]).numpy() for s in (2, 3))
    assert np.array_equal(tf.random.stateless_uniform([3], seed=[1, 2]).numpy(), one)
    assert not np.array_equal(one, two)
    image = np.random.default_rng(0).random((6, 6, 3)).astype("f")
    crops = [tf.image.stateless_random_crop(image, [3, 3, 3], seed=[s, 1]).numpy() for s in (1, 1)]
    assert np.array_equal(*crops)
    flips = [tf.image.random_flip_left_right(image).numpy() for _ in range(20)]
    turned = [np.array_equal(flip, image[:, ::-1]) for flip in flips]
    assert 0 < sum(turned) < 20
    generator = tf.random.Generator.from_seed(5)
    a, b = generator.normal([100]).numpy(), generator.normal([100]).numpy()
    assert not np.array_equal(a, b)
    assert np.array_equal(tf.random.Generator.from_seed(5).normal([100]).numpy(), a)


# --- files


def test_files_and_pictures(tmp_path):
    path = str(tmp_path / "new" / "letters.txt")
    tf.io.write_file(path, "abc안")
    assert tf.io.read_file(path).numpy() == "abc안".encode()
    gfile = tf.io.gfile
    assert gfile.exists(path) and gfile.isdir(str(tmp_path / "new"))
    assert gfile.listdir(str(tmp_path)) == ["new"] and gfile.glob(path[:-3] + "*") == [path]
    with gfile.GFile(path) as file:
        assert file.read() == "abc안"
    gfile.makedirs(str(tmp_path / "other"))
    gfile.remove(path)
    assert not gfile.exists(path) and gfile.listdir(str(tmp_path)) == ["new", "other"]
    picture = np.random.default_rng(0).integers(0, 256, (5, 4, 3)).astype("uint8")
    for name in ("b.png", "a.png"):
        tf.io.write_file(str(tmp_path / name), tf.image.encode_png(picture))
    found = [str(p) for p in tf.io.matching_files(str(tmp_path / "*.png"))]
    assert found == [str(tmp_path / "a.png"), str(tmp_path / "b.png")]
    read = tf.image.decode_png(tf.io.read_file(found[0]))
    assert np.array_equal(read.numpy(), picture) and read.dtype == tf.uint8
    grey = io.BytesIO()
    PIL.Image.new("LA", (4, 5), (90, 200)).save(grey, "png")
    assert tf.image.decode_png(grey.getvalue()).numpy().tolist() == [[[90]] * 4] * 5
    content = tf.image.encode_jpeg(np.full((8, 8, 3), 90, "uint8"), quality=90)
    assert np.abs(tf.image.decode_jpeg(content, channels=1).numpy() - 90.0).max() <= 2
    with pytest.raises(ValueError, match="channels is 0, 1, 3 or 4; received 2"):
        tf.image.decode_image(content, channels=2)


@pytest.mark.parametrize(
    "text, options, message",
    [
        ("a,b\n", {}, "no file .*, or no row in it"),
        ("", {}, "no file .*, or no row in it"),
        ("a,b\n1,2\n", {"label_name": "c"}, r"one of the columns \['a', 'b'\]; received 'c'"),
        ("a,b\n1,2\n", {"bach_size": 3}, "bach_size"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path, text, options, message):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises((ValueError, TypeError), match=message):
        tf.data.experimental.make_csv_dataset(str(tmp_path / "t.csv"), 2, **options)


def test_the_types_of_columns(tmp_path):
    """The first of int32, int64, float32 and text that fits all numbers of a column."""
    columns = {
        "int32": ("-2147483648", "2147483647"),
        "int64": ("0", "2147483648"),
        "also int64": ("-2147483649", "0"),
        "float32": ("3000000000", "1.5"),
        "text": ("1", "a"),
    }
    rows = [",".join(row) for row in zip(*columns.values())]
    (tmp_path / "t.csv").write_text("\n".join([",".join(columns), *rows]), encoding="utf-8")
    how = {"num_epochs": 1, "shuffle": False}
    (batch,) = tf.data.experimental.make_csv_dataset(str(tmp_path / "t.csv"), 2, **how)
    found = {name: column.numpy() for name, column in batch.items()}
    assert found["text"].tolist() == [b"1", b"a"]
    for name, texts in [*columns.items()][:-1]:
        assert found[name].dtype == name.split()[-1], name
        assert found[name].tolist() == [float(text) for text in texts], name


def test_what_a_function_of_python_gives_is_converted_if_a_type_is_said():
    assert tf.py_function(lambda a: 2, [1.0], tf.float64).dtype == "float64"
    assert tf.py_function(lambda a: {"as": a}, ["it is"]) == {"as": "it is"}


def test_what_print_writes(capsys):
    tf.print("a", tf.constant([1, 2]), 3, sep="-")
    tf.print("b", end="!\n")
    assert capsys.readouterr().out == "a-[1 2]-3\nb!\n"


def test_messages_say_numbers_and_places():
    many = np.arange(5)
    with pytest.raises(ValueError) as refused:
        tf.debugging.assert_equal(many, many + 1, message="Why?")
    said = "assert_equal does not hold for [0 1 2 3] and [1 2 3 4]. Why?"
    assert str(refused.value) == said
    for shape in (None, (None, 2)):
        with pytest.raises(ValueError, match="nothing was written at the position 0"):
            tf.TensorArray(tf.int32, 2, element_shape=shape).read(0)
    with pytest.raises(ValueError, match="the axis is the one right after"):
        tf.gather(np.zeros((2, 3, 4)), [[0], [1]], axis=2, batch_dims=1)


@pytest.mark.parametrize("kind", ["log_uniform", "uniform"])
def test_candidates_are_drawn_as_often_as_expected(kind):
    p = {"log_uniform": np.diff(np.log(np.arange(1, 8))) / np.log(7), "uniform": np.full(6, 1 / 6)}
    p, draw = p[kind], getattr(tf.random, f"{kind}_candidate_sampler")
    classes, true, expected = draw([[0, 4]], 2, 20000, False, 6, seed=1)
    np.testing.assert_allclose(np.bincount(classes, minlength=6), 20000 * p, rtol=0.05)
    np.testing.assert_allclose(true, [20000 * p[[0, 4]]], rtol=1e-6)
    np.testing.assert_allclose(expected, 20000 * p[classes.numpy()], rtol=1e-6)
    again = [draw([[1]], 1, 5, True, 6, seed=s)[0].numpy().tolist() for s in (7, 7)]
    assert again[0] == again[1]
    tried = []
    for seed in range(30):
        classes, true, expected = draw([[0], [1]], 1, 4, True, 6, seed=seed)
        assert len(set(classes.numpy())) == 4 and set(classes.numpy()) <= set(range(6))
        found, probabilities = np.append(true, expected), p[[0, 1, *classes.numpy()]]
        if np.allclose(found, 4 * probabilities):  # the first four differed
            tried.append(4)
            continue
        tries = np.log1p(-found.astype(float)) / np.log1p(-probabilities)
        np.testing.assert_allclose(tries, round(tries[0]), rtol=1e-4)
        tried.append(round(tries[0]))
    assert {4, 5, 6} <= set(tried)


def test_each_picture_of_a_batch_is_turned_or_not():
    batch = np.broadcast_to(np.arange(6.0, dtype="f").reshape(2, 3, 1), (40, 2, 3, 1))
    for flip, turned in (
        (tf.image.random_flip_left_right, batch[0, :, ::-1]),
        (tf.image.random_flip_up_down, batch[0, ::-1]),
    ):
        ways = {"turned": turned.tolist(), "as it was": batch[0].tolist()}
        pictures = flip(batch, seed=1).numpy().tolist()
        found = [way for p in pictures for way, wanted in ways.items() if p == wanted]
        assert len(found) == 40 and set(found) == set(ways)


def test_areas_of_whole_blocks_alone():
    with pytest.raises(ValueError, match=r"\(4, 5\) must divide the image's size \(6, 5\)"):
        tf.image.resize(np.zeros((6, 5, 3), "f"), (4, 5), "area")


def test_a_picture_stays_at_least_a_pixel_wide():
    padded = tf.image.resize_with_pad(np.ones((6, 5, 1), "f"), 1, 3).numpy()
    assert padded.tolist() == [[[0], [1], [0]]]


def test_pictures_of_a_folder_through_a_pipeline(tmp_path):
    for i in range(4):
        picture = np.full((6, 6, 3), 50 * i, "uint8")
        tf.io.write_file(tmp_path / f"{i}.png", tf.io.encode_png(picture))

    def loaded(path):
        image = tf.io.decode_png(tf.io.read_file(path), channels=3)
        return tf.image.resize(tf.cast(image, tf.float32) / 255.0, [4, 4])

    paths = np.array([str(p) for p in tf.io.matching_files(str(tmp_path / "*.png"))])
    batch = next(iter(tf.data.Dataset.from_tensor_slices(paths).map(loaded).batch(4)))
    assert batch.shape == (4, 4, 4, 3)
    assert np.allclose(batch.numpy()[:, 0, 0, 0], np.arange(4) * 50 / 255, atol=1e-6)


def test_errors_of_tensorflow_are_pythons():
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.debugging.assert_equal(1, 2)
    with pytest.raises(tf.errors.NotFoundError):
        tf.io.read_file("no such file")
    assert tf.errors.OutOfRangeError is StopIteration
    assert tf.errors.ResourceExhaustedError is MemoryError


# --- tf.Module and tf.train


class Net(tf.Module):
    def __init__(self):
        super().__init__()
        self.dense = tf.keras.layers.Dense(2)
        self.scale = tf.Variable(2.0)
        self.more = {"b": [tf.Variable(1.0, trainable=False)], "a": self.scale}


def test_a_module_finds_its_variables():
    net = Net()
    assert net.name == "net" and net.variables == (net.scale, net.more["b"][0])
    net.dense(np.ones((1, 3)))
    assert net.variables == (*net.dense.weights, net.scale, net.more["b"][0])
    assert net.trainable_variables == (*net.dense.weights, net.scale)
    outer = Net()
    outer.inner = net
    assert outer.submodules == (net,)
    assert len(outer.variables) == 2 + len(net.variables)
    with net.name_scope:
        assert tf.Variable(1.0, name="v").path == "net/v"


def trained(steps=2):
    """A model and its optimizer after some steps."""
    model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(2)])
    optimizer = tf.keras.optimizers.Adam(0.1)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(model(np.ones((1, 3), "f")) - 1.0))
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return model, optimizer


def test_a_checkpoint_restores_all_or_nothing(tmp_path):
    model, optimizer = trained()
    path = tf.train.Checkpoint(model=model, optimizer=optimizer).save(tmp_path / "ckpt")
    assert path == str(tmp_path / "ckpt-1") and tf.train.latest_checkpoint(tmp_path) == path
    # a new optimizer is built for the model beside it, and goes on as the old one
    new, new_optimizer = trained(0)
    status = tf.train.Checkpoint(model=new, optimizer=new_optimizer).restore(path)
    status.assert_consumed().expect_partial()
    assert new_optimizer.iterations == 2
    for old, again in zip(optimizer.variables, new_optimizer.variables):
        assert np.array_equal(old.numpy(), again.numpy())
    for old, again in zip(model.get_weights(), new.get_weights()):
        assert np.array_equal(old, again)
    # what does not fit changes nothing
    other = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(4)])
    counter = tf.Variable(5.0)
    before = other.get_weights()
    with pytest.raises(ValueError, match="does not fit: .*Build models by calling them"):
        tf.train.Checkpoint(model=other, optimizer=counter).restore(path)
    assert float(counter) == 5.0
    assert all(np.array_equal(a, b) for a, b in zip(before, other.get_weights()))
    unused = tf.train.Checkpoint(model=model, optimizer=tf.keras.optimizers.Adam(0.5))
    path, fresh = unused.save(tmp_path / "unused"), tf.keras.optimizers.Adam()
    tf.train.Checkpoint(model=new, optimizer=fresh).restore(path)
    assert fresh.learning_rate == 0.5 and not fresh.built
    path = tf.train.Checkpoint(v=tf.Variable([1.0, 2.0])).write(tmp_path / "two")
    v = tf.Variable([5.0])
    assert tf.train.Checkpoint(v=v).v is v
    both = tf.train.Checkpoint(v=tf.Variable([0.0, 0.0]), w=v)
    more = both.write(tmp_path / "more")
    for reader, file in ((both, path), (tf.train.Checkpoint(v=tf.Variable([0.0, 0.0])), more)):
        with pytest.raises(ValueError, match="'w/0' is of another shape or on one side only"):
            reader.restore(file)
    with pytest.raises(ValueError, match="'v/0' is of another shape"):
        tf.train.Checkpoint(v=v).restore(path)
    assert float(v) == 5.0
    checkpoint = tf.train.Checkpoint(model=model)
    assert checkpoint.restore(None) is checkpoint
    with pytest.raises(FileNotFoundError):
        checkpoint.restore(tmp_path / "ckpt-7")
    with pytest.warns(UserWarning, match="iterator=.* keeps nothing of list_iterator"):
        tf.train.Checkpoint(model=model, iterator=iter([1, 2]))


def test_a_manager_keeps_the_last_ones(tmp_path):
    v = tf.Variable(0.0)
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(v=v), tmp_path / "c", max_to_keep=2)
    assert manager.latest_checkpoint is None and manager.restore_or_initialize() is None
    for number in range(4):
        v.assign(number)
        manager.save()
    assert [Path(p).name for p in manager.checkpoints] == ["ckpt-3", "ckpt-4"]
    files = sorted(p.name for p in (tmp_path / "c").iterdir())
    assert files == ["checkpoint", "ckpt-3.npz", "ckpt-4.npz"]
    # another process goes on with the numbers and the count
    w = tf.Variable(9.0)
    again = tf.train.CheckpointManager(tf.train.Checkpoint(v=w), tmp_path / "c", max_to_keep=2)
    assert again.restore_or_initialize() == again.latest_checkpoint and float(w) == 3.0
    assert Path(again.save()).name == "ckpt-5"
    assert Path(again.save(checkpoint_number=20)).name == "ckpt-20"
    assert [Path(p).name for p in again.checkpoints] == ["ckpt-5", "ckpt-20"]


def test_quotation_marks_in_tables(tmp_path):
    line = '"1,5",2'
    quoted = tf.io.decode_csv([line], ["", 0])
    assert [c.numpy().tolist() for c in quoted] == [[b"1,5"], [2]]
    plain = tf.io.decode_csv([line], ["", "", 0], use_quote_delim=False)
    assert [c.numpy().tolist() for c in plain] == [[b'"1'], [b'5"'], [2]]
    (tmp_path / "t.csv").write_text(f"a,b,c\n{line}\n", encoding="utf-8")
    (batch,) = tf.data.experimental.make_csv_dataset(
        str(tmp_path / "t.csv"), 1, num_epochs=1, use_quote_delim=False
    )
    assert batch["a"].numpy().tolist() == [b'"1']
