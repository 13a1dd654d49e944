"""get_file from an address on this machine: copied once, checked, unpacked."""

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from minidl.support import fetching
from minidl.support.disk import DataFileError
from minidl.utils import get_file


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder with a text, the text in two archives, and an archive that leaves its folder."""
    monkeypatch.setenv("MINIDL_HOME", str(tmp_path / "home"))
    (tmp_path / "a.txt").write_text("one")
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as tar:
        tar.add(tmp_path / "a.txt", "a.txt")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.txt", "a.txt")
    with tarfile.open(tmp_path / "bad.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("../../outside"), io.BytesIO())
    return tmp_path


def test_a_file_is_copied_once_and_checked(site):
    origin = (site / "a.txt").as_uri()
    md5 = hashlib.md5(b"one").hexdigest()
    path = get_file(origin=origin, md5_hash=md5)
    assert Path(path).read_text() == "one" and Path(path).name == "a.txt"
    (site / "a.txt").write_text("two")
    assert Path(get_file("a.txt", origin, file_hash=md5)).read_text() == "one"
    assert Path(get_file("a.txt", origin, force_download=True)).read_text() == "two"
    with pytest.raises(DataFileError, match="sha256"):
        get_file("a.txt", origin, file_hash="0" * 64)
    with pytest.raises(ValueError, match="cache_subdir"):
        get_file("folder/a.txt", origin)


def test_an_address_in_the_net_is_asked_once(site, monkeypatch):
    asked = []

    def download(urls, path, verify, max_bytes):
        asked.append((urls, path, max_bytes))
        verify(b"one")
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(b"one")

    monkeypatch.setattr(fetching, "download", download)
    origin = "https://example.org/folder/b.txt?raw=true"
    for digest in (None, hashlib.sha256(b"one").hexdigest()):
        path = get_file(origin=origin, file_hash=digest, hash_algorithm="sha256")
        assert path == str(site / "home" / "datasets" / "b.txt")
    assert asked == [([origin], path, 2**31)]
    with pytest.raises(DataFileError, match="expected md5 00, found"):
        get_file(origin=origin, file_hash="00")


@pytest.mark.parametrize(
    ("name", "options", "folder"),
    [
        ("a.tgz", dict(fname="flowers", untar=True), "flowers"),
        ("a.tgz", dict(fname="flowers.tgz", extract=True), "flowers_extracted"),
        ("a.zip", dict(extract=True), "a.zip"),
        ("a.zip", dict(fname="z.zip", extract=True, archive_format="zip"), "z_extracted"),
    ],
)
def test_archives_are_unpacked(site, name, options, folder):
    for _ in range(2):  # again from the file that was kept
        path = get_file(origin=(site / name).as_uri(), **options, cache_dir=str(site / "c"))
        assert path == str(site / "c" / "datasets" / folder)
        assert (Path(path) / "a.txt").read_text() == "one"


@pytest.mark.parametrize(
    ("name", "options", "error", "said"),
    [
        ("a.txt", {}, DataFileError, "is no tar or zip archive, so it cannot be unpacked"),
        ("a.txt", dict(archive_format=None), DataFileError, "is no known archive"),
        ("a.zip", dict(archive_format="tar"), DataFileError, "is no tar archive"),
        ("a.tgz", dict(archive_format=["zip"]), DataFileError, "is no zip archive"),
        ("bad.tar", {}, tarfile.TarError, "outside"),
    ],
)
def test_what_is_no_archive_or_would_leave_the_folder(site, name, options, error, said):
    with pytest.raises(error, match=said):
        get_file(origin=(site / name).as_uri(), extract=True, **options)
    assert not (site / "home" / "outside").exists()
