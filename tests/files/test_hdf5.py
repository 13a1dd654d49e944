"""HDF5 files."""

import io
import zipfile

import h5py
import numpy as np
import pytest
from data_cases import net

import minidl
from minidl import models
from minidl.files import hdf5


@pytest.mark.parametrize("name", ["m.h5", "m.weights.h5"])
def test_a_checksum_in_hdf5_files(name, tmp_path):
    model, path = net(), tmp_path / name
    (model.save_weights if "weights" in name else model.save)(path)

    def read():
        if "weights" in name:
            net().load_weights(path)
        else:
            models.load_model(path)

    read()
    with h5py.File(path, "a") as file:
        found = []
        file.visititems(lambda _, x: found.append(x) if getattr(x, "shape", ()) == (3, 1) else None)
        found[0][0, 0] += 1.0
    with pytest.raises(minidl.SaveFormatError, match="its checksum does not fit its contents"):
        read()
    with h5py.File(path, "a") as file:
        del file.attrs["minidl_sha256"]
    read()


def test_a_checksum_in_the_arrays_of_a_keras_file(tmp_path):
    model, path = net(), tmp_path / "m.keras"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    inside = io.BytesIO(parts["model.weights.h5"])
    with h5py.File(inside, "a") as file:
        file["layers/dense/vars/1"][0] += 1.0
    parts["model.weights.h5"] = inside.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    for read in (models.load_model, net().load_weights):
        with pytest.raises(minidl.SaveFormatError, match="its checksum does not fit its contents"):
            read(path)


def laid(file, name="a", attribute="at", value=1, numbers=(1.0, 2.0), shape=(2,), dtype="f4"):
    group = file.create_group("g")
    group.create_dataset(name, data=np.array(numbers, dtype).reshape(shape))
    group.attrs[attribute] = value


@pytest.mark.parametrize(
    "change",
    [
        {"name": "b"},
        {"attribute": "by"},
        {"value": 2},
        {"numbers": (1.0, 2.5)},
        {"shape": (2, 1)},
        {"dtype": "f8"},
        {"dtype": "i4"},
    ],
    ids=str,
)
def test_a_checksum_is_of_names_attributes_types_shapes_and_numbers(change, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = []
    for how in ({}, {}, change):
        with hdf5.new_file() as file:
            laid(file, **how)
            found.append(hdf5.digest(file))
            file.attrs["minidl_sha256"] = "which is not counted"
            assert hdf5.digest(file) == found[-1]
    assert found[0] == found[1] != found[2]
    assert not list(tmp_path.iterdir()), "such files are in memory alone"


def test_objects_are_listed_with_their_depth_parents_first():
    with hdf5.new_file() as file:
        laid(file)
        file["b"] = file["g"]["a"]
        assert [(depth, name) for depth, name, _ in hdf5.everything(file)] == [
            (0, "/"),
            (1, "b"),
            (1, "g"),
        ]
        arrays = hdf5.Arrays(file)
        assert arrays.total() == 2 and arrays.count("none") == arrays.count("g") == 0
        hdf5.write_numbered(file, "n", [np.ones(3), np.zeros((2, 2))])
        assert arrays.count("n") == 2 and arrays.total() == 9
        assert [a.tolist() for a in arrays.numbered("n")] == [[1] * 3, [[0, 0]] * 2]
        file["n"].move("1", "2")
        with pytest.raises(ValueError, match="'n' does not hold the arrays 0 to 1"):
            arrays.numbered("n")


@pytest.mark.parametrize(("numbers", "fits"), [(6000, True), (1 << 20, False)])
def test_a_compressed_array_may_be_a_hundred_times_its_bytes(numbers, fits):
    """As zeros are, up to that."""
    with hdf5.new_file() as file:
        made = file.create_dataset(
            "a", data=np.zeros(numbers, "u1"), compression="gzip", chunks=(numbers,)
        )
        stored = made.id.get_storage_size()
        assert (numbers <= 100 * stored + 4096) == fits
        if fits:
            assert hdf5.size_of(made) == numbers
            return
        with pytest.raises(ValueError, match=rf"declares 1,048,576 numbers, .* {stored:,} bytes"):
            hdf5.size_of(made)
