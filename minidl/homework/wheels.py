"""Builds a wheel of the running minidl without a package index: the installed files are packed
again (format: PEP 427).
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import io
import zipfile
from pathlib import Path

from .assignments import SHIPPED

WHEEL = "Wheel-Version: 1.0\nGenerator: minidl.homework\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel() -> tuple[str, bytes]:
    """Return (file name, content). ValueError if minidl is used without being installed, because
    its requirements are then unknown.
    """
    try:
        installed = importlib.metadata.distribution("minidl")
    except importlib.metadata.PackageNotFoundError:
        raise ValueError(
            "minidl is not installed, only on Python's path. Install it first: pip install -e ."
        ) from None
    about = f"minidl-{installed.version}.dist-info"
    content = {**_package(), f"{about}/WHEEL": WHEEL.encode()}
    for file in installed.files or ():
        if file.name == "METADATA" or "licenses" in file.parts:
            content["/".join([about, *file.parts[1:]])] = file.read_binary()
    record = f"{about}/RECORD"
    content[record] = "".join(
        [
            *(f"{name},{_digest(data)},{len(data)}\n" for name, data in content.items()),
            f"{record},,\n",
        ]
    ).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            packed = name.endswith(".gz")
            archive.writestr(name, data, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED)
    return f"minidl-{installed.version}-py3-none-any.whl", buffer.getvalue()


def _digest(data: bytes) -> str:
    code = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={code}"


def _package() -> dict[str, bytes]:
    """Return the files of the package. In a checkout MNIST's digits come from the datasets folder
    beside it.
    """
    package = SHIPPED.parent
    found = {f"minidl/{name}": data for name, data in _files(package)}
    beside = package.parent / "datasets" / "mnist"
    if not (package / "datasets" / "files" / "mnist").is_dir() and beside.is_dir():
        found.update({f"minidl/datasets/files/mnist/{name}": data for name, data in _files(beside)})
    return found


def _files(folder: Path):
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path.read_bytes()
