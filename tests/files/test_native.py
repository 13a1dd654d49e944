"""Files that were damaged or made to do harm."""

import io
import json
import os
import zipfile

import numpy as np
import pytest
from model_cases import X, Y, forge, layer_entry, npy, outcome, refused, sequential, small, zipped

from minidl.files import native
from minidl.models import load_model


def test_numpy_alone_reads_it(tmp_path):
    model = small(optimizer="adam")
    model.fit(X, Y, verbose=0)
    model.save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz", allow_pickle=False) as file:
        np.testing.assert_array_equal(file["weights/0000/kernel"], model.layers[0].kernel.numpy())
        assert (
            json.loads(bytes(file["config"]))["model"]["class_name"] == "Sequential"
            and int(file["optimizer/iterations"]) == 1
        )
    assert not [name for name in zipfile.ZipFile(tmp_path / "m.npz").namelist() if ".." in name]


def test_an_error_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    model, path = small(), tmp_path / "m.npz"
    model.save(path)
    before = path.read_bytes()

    def fails(file, array, **options):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(native.np.lib.format, "write_array", fails)
    with pytest.raises(OSError, match="disk full"):
        small().save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["m.npz"]


def test_every_flipped_byte_and_every_length(tiny, tmp_path):
    model, path = tiny
    x, data, bad = X[:2, :2], path.read_bytes(), tmp_path / "bad.npz"
    survived = 0
    for place in range(len(data)):
        broken = bytearray(data)
        broken[place] ^= 1 << place % 8
        bad.write_bytes(broken)
        survived += outcome(bad, model, x)
    assert survived < len(data) / 4  # dates and the like
    for length in [*range(0, len(data), 17), *range(len(data) - 60, len(data))]:
        bad.write_bytes(data[:length])
        assert not outcome(bad, model, x)
    bad.write_bytes(data + b"more")
    outcome(bad, model, x)


def test_bombs_and_pickles(tmp_path):
    path = tmp_path / "bomb.npz"
    refused(zipped(path, [("config.npy", bytes(100_000_000))], zipfile.ZIP_DEFLATED), "not true")
    refused(
        zipped(path, [("a.npy", bytes(1000)), ("b.npy", b"x" * 1000)], zipfile.ZIP_DEFLATED), ""
    )
    zipped(path, [("config.npy", b"abc")])
    data = path.read_bytes().replace(
        (3).to_bytes(4, "little") * 2, (2**31).to_bytes(4, "little") * 2
    )
    path.write_bytes(data)
    refused(path, "not true")
    refused(
        zipped(
            path,
            [
                (
                    "config.npy",
                    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"),
                )
            ],
        ),
        "header declares",
    )
    refused(
        zipped(
            path,
            [
                (
                    "config.npy",
                    npy(
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (0, "
                        "1000000000000000000), }"
                    ),
                )
            ],
        ),
        "",
    )
    refused(
        zipped(
            path,
            [
                (
                    "config.npy",
                    npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", b"\x80\x04."),
                )
            ],
        ),
        "no array of numbers",
    )
    refused(
        zipped(path, [("config.npy", npy("{'descr': " + "(" * 5000 + ", }"))]),
        "no array of numbers",
    )
    refused(
        zipped(path, [("config.npy", npy("__import__('os').system('x')"))]), "no array of numbers"
    )
    refused(zipped(path, [("config.txt", b"hello")]), "not an uncompressed array")
    refused(zipped(path, [("../../up.npy", b"hello")]), "no array of numbers")
    refused(zipped(path, []), "not one that minidl wrote")
    path.write_bytes(b"")
    refused(path, "")
    path.write_bytes(b"hello, I am a text")
    refused(path, "not a zip file")
    np.savez(path, a=np.zeros(3))
    refused(path, "not one that minidl wrote")
    with open(path, "wb") as file:
        np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    refused(path)


def test_numbers_that_were_changed_by_hand(tiny):
    _, path = tiny
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["weights/0000/kernel"] = arrays["weights/0000/kernel"] + 1
    with open(path, "wb") as file:
        np.savez(file, **arrays)
    refused(path, "its checksum does not fit its contents")


def test_a_member_twice(tiny, tmp_path):
    model, path = tiny
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(path, [*members, members[0]])
    refused(path, "not true")


def test_names_that_lead_elsewhere(tmp_path):
    base = {
        "format": "minidl model",
        "version": 1,
        "kind": "model",
        "build_shape": None,
        "random": {},
    }
    for module in (
        "os",
        "builtins",
        "subprocess",
        "minidl.support.disk",
        None,
        "keras.src.utils",
        5,
    ):
        for name in (
            "system",
            "eval",
            "os.system",
            "Popen",
            "write_atomically",
            "__class__",
            "Layer",
            "Model.__init__",
            "get_file",
            7,
            None,
            ["x"],
        ):
            for data in (
                {
                    "module": module,
                    "class_name": name,
                    "config": {"command": "touch owned"},
                    "registered_name": name,
                },
                sequential(
                    {"module": module, "class_name": name, "config": {}, "registered_name": None}
                ),
                sequential(
                    layer_entry(
                        "Lambda",
                        {
                            "function": {
                                "module": module,
                                "class_name": "function",
                                "config": name,
                                "registered_name": name,
                            }
                        },
                    )
                ),
            ):
                refused(forge(tmp_path / "evil.npz", {**base, "model": data}, {}))
    assert os.listdir(tmp_path) == ["evil.npz"]


def test_things_that_are_no_model(tmp_path):
    base = {
        "format": "minidl model",
        "version": 1,
        "kind": "model",
        "build_shape": None,
        "random": {},
    }
    for data in (
        layer_entry("Dense", {"units": 3}),
        layer_entry("Model", {}, "minidl"),
        layer_entry("Adam", {}, "minidl.optimizers"),
        "text",
        5,
        None,
        [],
        {},
        {"class_name": "__slice__", "config": [1, 2, 3]},
    ):
        refused(forge(tmp_path / "odd.npz", {**base, "model": data}, {}))
    for text in (
        "[" * 10_000 + "]" * 10_000,
        "{" * 10,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        '{"format": NaN}',
        '{"format": "minidl model", "x": Infinity}',
        "1e999",
        '{"format": "minidl model", "version": 1e999}',
        '{"format": "minidl model", "version": 2}',
        "null",
        '"minidl model"',
        "\x00",
        "9" * 5000,
    ):
        refused(forge(tmp_path / "odd.npz", text, {}))
    for times in (500, 2000):
        deep = (
            '{"class_name": "Sequential", "module": "minidl", "config": {"layers": [' * times
            + "]}}" * times
        )
        refused(
            forge(
                tmp_path / "odd.npz",
                json.dumps({**base, "model": 0}).replace('"model": 0', f'"model": {deep}'),
                {},
            )
        )


def test_a_buffer_is_no_path():
    with pytest.raises(TypeError):
        load_model(io.BytesIO())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None),
        ({"version": native.VERSION}, None),
        ({"kind": "weights"}, None),
        ({"format": "minidl"}, "it holds no description of a minidl model"),
        *(
            (
                {"version": n},
                f"version {n} of the format, and this minidl reads version 2 and older",
            )
            for n in (0, 3, True, 1.0, None)
        ),
        ({"kind": "x"}, "it holds 'x', where model or weights is expected"),
    ],
)
def test_the_header_of_a_description(change, said):
    description = {"format": "minidl model", "version": 1, "kind": "model", **change}
    if said is None:
        native._check(description, ("model", "weights"))
        return
    with pytest.raises(ValueError, match=said):
        native._check(description, ("model", "weights"))


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "|u1", "|b1", "<i8"])
@pytest.mark.parametrize("shape", [(), (3,), (1,), (2, 3), (0,), (4, 0, 2)])
def test_an_array_is_read_as_numpy_wrote_it(dtype, shape):
    array, file = np.arange(np.prod(shape, dtype=int)).astype(dtype).reshape(shape), io.BytesIO()
    np.lib.format.write_array(file, array)
    data = file.getvalue()
    found = native._array(data, "a")
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype and found.shape == shape and found.flags.writeable
    for wrong in (data + b"x", data[:-1], data.replace(b"Y\x01", b"Y\x02", 1)):
        with pytest.raises(ValueError, match="'a' is n"):
            native._array(wrong, "a")


def test_a_checksum_is_of_names_types_shapes_and_bytes():
    arrays = {"a": np.arange(6, dtype="<i4"), "b": np.zeros((0, 2))}
    same = {"b": arrays["b"], "a": np.arange(12, dtype="<i4")[:6]}
    sums = [native.digest(arrays), native.digest(same), native.digest({})]
    for a in (np.arange(6, dtype="<u4"), arrays["a"].reshape(2, 3), arrays["a"][::-1]):
        sums.append(native.digest({**arrays, "a": a}))
    for renamed in ({"c": arrays["a"], "b": arrays["b"]}, {**arrays, "b": np.zeros((0, 3))}):
        sums.append(native.digest(renamed))
    texts = [found.tobytes().hex() for found in sums]
    assert texts[0] == texts[1] and len(set(texts)) == len(texts) - 1
    assert all(len(text) == 64 for text in texts)


@pytest.mark.parametrize("changes", [{1: 2}, {"a": {2.5: "b"}}, {"a": [{None: 1}]}])
def test_keys_that_are_no_strings_are_refused(changes, tmp_path):
    with pytest.raises(ValueError, match="a dict whose keys are not all strings"):
        native.write(tmp_path / "m.npz", "model", changes, {})
    assert not os.listdir(tmp_path)
