"""get_file: files from the net, kept and unpacked."""

from __future__ import annotations

import contextlib
import os

from . import disk
from .disk import DataFileError, check_digest, download


def get_file(
    fname=None,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir: str | None = None,
    force_download=False,
) -> str:
    """Return the path of a file, which is downloaded once over https and then kept. An origin
    'file://...' is copied from this machine. file_hash: its sha256 (or md5), checked first.

    extract: unpack an archive (tar, tar.gz, zip) and return the path of the folder. untar: the
    same. DataFileError if the file cannot be downloaded, is another file or no archive.
    """
    if origin is None:
        raise ValueError("get_file needs the address: get_file(origin='https://...').")
    from urllib.parse import urlsplit

    name = os.fspath(fname or os.path.basename(urlsplit(origin).path))
    if not name or os.path.basename(name) != name:
        raise ValueError(
            f"get_file: fname is the name of a file, without folders; received {fname!r}. Folders "
            "go into cache_dir and cache_subdir."
        )
    place = os.path.join(os.path.expanduser(cache_dir or disk.cache_dir()), cache_subdir)
    folder, file = _places(place, name, fname is not None) if extract or untar else ("", name)
    path, expected = os.path.join(place, file), file_hash or md5_hash
    if hash_algorithm == "auto":
        hash_algorithm = "sha256" if len(expected or "") == 64 else "md5"

    def verify(data) -> None:
        if expected is not None:
            check_digest("sha256" if hash_algorithm == "sha256" else "md5", expected, data)

    if force_download or not _is_there(path, verify, expected is not None):
        _fetch(origin, path, verify)
    return _unpacked(path, os.path.join(place, folder), archive_format) if folder else path


def _places(place: str, name: str, given: bool) -> tuple[str, str]:
    """Return Keras's names of the folder to unpack to, and of the archive. given: whether the name
    is the caller's.
    """
    if given and "." in name:
        return f"{name.partition('.')[0]}_extracted", name
    return name, f"{name}_archive"


def _is_there(path: str, verify, has_digest: bool) -> bool:
    """Whether the file was fetched before, and is the right one."""
    with contextlib.suppress(OSError, DataFileError), open(path, "rb") as file:
        verify(file.read() if has_digest else b"")
        return True
    return False


def _fetch(origin: str, path: str, verify) -> None:
    """Put the file from this address at `path`."""
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    parts = urlsplit(origin)
    if parts.scheme != "file":
        download([origin], path, verify, 1 << 31)
        return
    with open(url2pathname(parts.path), "rb") as source:
        data = source.read()
    verify(data)
    disk.make_folder(path)
    with disk.write_atomically(path) as file:
        file.write(data)


def _unpacked(path: str, folder: str, archive_format) -> str:
    """Unpack the archive into the folder, unless that was done before. Returns the folder."""
    import tarfile
    import zipfile

    kinds = ["tar", "zip"] if archive_format == "auto" else archive_format or []
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "zip" in kinds and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
    elif "tar" in kinds and tarfile.is_tarfile(path):
        if not hasattr(tarfile, "data_filter"):
            raise DataFileError(
                "This Python cannot unpack a tar archive safely: take 3.10.12, 3.11.4 or a later "
                f"one, or unpack {path} yourself."
            )
        with tarfile.open(path) as archive:
            archive.extractall(folder, filter="data")
    else:
        raise DataFileError(
            f"{path} is no {' or '.join(kinds) or 'known'} archive, so it cannot be unpacked. "
            "Leave extract= out for other files."
        )
    return folder
