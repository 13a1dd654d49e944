"""Damaged and hostile files in Keras's formats, and what cannot be written in them."""

import contextlib
import json
import sys
import tracemalloc
import zipfile

import h5py
import numpy as np
import pytest

import minidl
from minidl import layers
from minidl.files.descriptions import SaveFormatError
from minidl.models import load_model

X = np.random.default_rng(3).normal(size=(9, 6)).astype("float32")


@contextlib.contextmanager
def edited(path):
    """An HDF5 file to change by hand: its checksum goes."""
    with h5py.File(path, "r+") as file:
        file.attrs.pop("minidl_sha256", None)
        yield file


def test_what_keras_does_not_have_is_named(tmp_path):
    a = minidl.Input((6,))
    for outputs, word in (
        (minidl.ops.sort(a), "'argsort'"),
        (a**3, "'power'"),
        (minidl.ops.mean(a, axis=1), "'mean'"),
        (minidl.ops.tile(a, (1, 2)), "'tile'"),
        (a + np.ones(6, "float32"), "'add'"),
    ):
        with pytest.raises(
            ValueError,
            match=rf"{word}.*has no layer in Keras.*Layer of your own, or save to '\.npz'",
        ):
            minidl.Model(a, outputs).save(tmp_path / "m.keras")
    with pytest.raises(ValueError, match="no weights yet"):
        minidl.Sequential([layers.Dense(2)]).save(tmp_path / "m.keras")
    assert not list(tmp_path.iterdir())


def test_without_h5py(tmp_path, monkeypatch):
    model = minidl.Sequential([minidl.Input((6,)), layers.Dense(2)])
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
    model.save_weights(tmp_path / "w.weights.h5")
    monkeypatch.setitem(sys.modules, "h5py", None)
    for do in (
        lambda: model.save(tmp_path / "n.keras"),
        lambda: model.save(tmp_path / "n.h5"),
        lambda: model.save_weights(tmp_path / "n.weights.h5"),
        lambda: load_model(tmp_path / "m.keras"),
        lambda: load_model(tmp_path / "m.h5"),
        lambda: model.load_weights(tmp_path / "w.weights.h5"),
    ):
        with pytest.raises(
            ImportError, match=r"need h5py: pip install 'minidl\[keras\]'.*model\.npz"
        ):
            do()
    assert len(list(tmp_path.iterdir())) == 3
    model.save(tmp_path / "m.npz")
    load_model(tmp_path / "m.npz")


@pytest.fixture
def tiny(tmp_path):
    model = minidl.Sequential([minidl.Input((2,)), layers.Dense(2, name="d")], name="m")
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
    model.save_weights(tmp_path / "w.weights.h5")
    return model, tmp_path


def refused(load, path, words="", most=20e6):
    tracemalloc.start()
    try:
        with pytest.raises(SaveFormatError) as caught:
            load(path)
        assert path.name in str(caught.value) and words in str(caught.value), caught.value
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def forge(path, member=None, **contents):
    """A .keras file with other contents."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts |= {name: data for name, data in contents.items() if data is not None}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            if name not in contents or contents[name] is not None:
                archive.writestr(name, data)


def test_links_and_datasets_that_lead_elsewhere(tiny):
    model, folder = tiny
    path, secret = folder / "bad.weights.h5", folder / "secret.bin"
    secret.write_bytes(np.full((2, 2), 42, "float32").tobytes())
    with h5py.File(folder / "other.h5", "w") as file:
        file["x"] = np.full((2, 2), 42, "float32")

    def external_link(group):
        group["0"] = h5py.ExternalLink(str(folder / "other.h5"), "x")

    def soft_link(group):
        group["elsewhere"] = np.full((2, 2), 42, "float32")
        group["0"] = h5py.SoftLink(f"{group.name}/elsewhere")

    def external_data(group):
        group.create_dataset("0", (2, 2), "float32", external=[(str(secret), 0, 16)])

    def virtual(group):
        layout = h5py.VirtualLayout((2, 2), "float32")
        layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "x", (2, 2))
        group.create_virtual_dataset("0", layout)

    def never_written(group):
        group.create_dataset("0", (2, 2), "float32")

    def huge(group):
        group.create_dataset("0", (10**6, 10**6), "float32", chunks=(100, 100))

    def compressed_bomb(group):
        group.create_dataset("0", data=np.zeros((4000, 4000), "float32"), compression="gzip")

    def objects(group):
        group.create_dataset("0", (2, 2), h5py.special_dtype(vlen=str))

    def empty(group):
        group.create_dataset("0", data=h5py.Empty("float32"))

    def a_group(group):
        group.create_group("0")

    before = model.get_weights()
    for make in (
        external_link,
        soft_link,
        external_data,
        virtual,
        never_written,
        huge,
        compressed_bomb,
        objects,
        empty,
        a_group,
    ):
        with h5py.File(path, "w") as file:
            group = file.create_group("layers/dense/vars")
            make(group)
            group["1"] = np.zeros(2, "float32")
        refused(model.load_weights, path)
        for ours, theirs in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        forge(folder / "m.keras", **{"model.weights.h5": path.read_bytes()})
        refused(load_model, folder / "m.keras")


def test_a_group_that_is_a_link(tiny):
    model, folder = tiny
    with edited(folder / "w.weights.h5") as file:
        file.move("layers", "away")
        file["layers"] = h5py.SoftLink("/away")
    refused(model.load_weights, folder / "w.weights.h5", "points out of the file")


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "w.weights.h5"])
def test_damaged_files(name, tiny):
    model, folder = tiny
    path, x, data = folder / name, X[:, :2], (folder / name).read_bytes()

    def load():
        if "weights" not in name:
            return load_model(path)
        other = minidl.Sequential([minidl.Input((2,)), layers.Dense(2)])
        other.load_weights(path)
        return other

    outcomes = {True: 0, False: 0}
    for place in range(0, len(data), 211 if name == "m.keras" else 997):
        broken = bytearray(data)
        broken[place] ^= 1 << place % 8
        path.write_bytes(broken)
        try:
            # HDF5 has no checksum over numbers: it may be another model, never another error
            load().predict(x, verbose=0)
            outcomes[True] += 1
        except SaveFormatError as error:
            assert name in str(error)
            outcomes[False] += 1
    assert outcomes[True] and outcomes[False]
    for length in [0, 1, 8, *range(100, len(data) - 1, 4001), len(data) - 1]:
        path.write_bytes(data[:length])
        with pytest.raises(SaveFormatError, match=name):
            load()


def test_archives_that_are_not_what_they_say(tiny):
    _, folder = tiny
    path = folder / "m.keras"
    good = path.read_bytes()
    config = json.loads(zipfile.ZipFile(path).read("config.json"))
    for member in ("config.json", "model.weights.h5", "metadata.json"):
        path.write_bytes(good)
        forge(path, **{member: None})
        refused(load_model, path, f"it lacks {member}" if member != "config.json" else "")
        path.write_bytes(good)
        forge(path, **{member: bytes(30_000_000)})
        refused(load_model, path, "declares 30,000,000 bytes")
    for change in (
        {"class_name": "Dense", "module": "keras.layers", "config": {"units": 3}},
        {"class_name": "system", "module": "os", "config": {"command": "touch owned"}},
        {"module": "keras.src.models.functional", "class_name": "Functional", "config": {}},
        [],
        None,
        3,
        "x",
    ):
        path.write_bytes(good)
        forge(path, **{"config.json": json.dumps(change)})
        refused(load_model, path)
    for units in (10**12, 10**6, -1, "x", None, 1e308):
        path.write_bytes(good)
        forge(
            path,
            **{
                "config.json": json.dumps(config).replace(
                    '"units": 2', f'"units": {json.dumps(units)}'
                )
            },
        )
        refused(load_model, path)
    for shape in ([None, 10**12], [None, 2**20, 2**20], [10**12, 2], "x", None, []):
        path.write_bytes(good)
        forge(
            path,
            **{
                "config.json": json.dumps(config).replace(
                    '"batch_shape": [null, 2]', f'"batch_shape": {json.dumps(shape)}'
                )
            },
        )
        refused(load_model, path)
    for text in ("[" * 100_000, "NaN", "{", "\x00", '{"config": ' * 3000 + "1" + "}" * 3000):
        path.write_bytes(good)
        forge(path, **{"config.json": text})
        refused(load_model, path)
    path.write_bytes(good)
    load_model(path)
