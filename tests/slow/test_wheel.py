"""What `pip install` of the built wheel gives in an empty environment: MNIST offline, licences,
types, nothing of the tests.
"""

import subprocess
import sys
import venv
import zipfile

import pytest
from places import ROOT

OFFLINE = """
import socket
def refuse(*args, **kwargs): raise OSError("this test is offline")
socket.socket.connect = refuse
import minidl
(x, y), (x_test, y_test) = minidl.datasets.mnist.load_data()
assert x.shape == (60000, 28, 28) and y_test.shape == (10000,) and "site-packages" in minidl.__file__
print(minidl.__version__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--wheel-dir",
            str(folder),
            str(ROOT),
        ],
        check=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_what_is_in_the_wheel(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {
        f"minidl/datasets/files/mnist/{n}"
        for n in (
            "train-images-idx3-ubyte.gz",
            "train-labels-idx1-ubyte.gz",
            "t10k-images-idx3-ubyte.gz",
            "t10k-labels-idx1-ubyte.gz",
            "LICENSE",
        )
    } <= set(names)
    assert {"minidl/py.typed", "minidl/layers/__init__.pyi", "minidl/keras/layers.py"} <= set(names)
    assert any(n.endswith("licenses/LICENSE") for n in names)
    assert not any(
        "SOLUTION" in zipfile.ZipFile(wheel).read(n).decode()
        for n in names
        if n.endswith("stub.py")
    ), "no solutions"
    assert sum(n.startswith("minidl/homework/hw") and n.endswith("stub.py") for n in names) >= 6
    assert sum(n.startswith("minidl/homework/ko/hw") and n.endswith(".po") for n in names) >= 10
    assert {n.split("/")[0] for n in names} == {
        "minidl",
        wheel.name.split("-py3")[0] + ".dist-info",
    }


def test_mnist_offline_from_an_empty_environment(wheel, tmp_path):
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    done = subprocess.run(
        [str(python), "-c", OFFLINE], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "0.1.0"
    for command, words in (
        ("list", "hw01_arrays"),
        ("start hw01", "is ready"),
        ("check hw01", "not started"),
        ("build --language ko", "my_framework is ready"),
        ("check build", "Next: mydl/derivatives/"),
        ("solutions", "in its source, in tests/homework"),
    ):
        done = subprocess.run(
            [str(python), "-m", "minidl.homework", *command.split()],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert words in done.stdout + done.stderr
