"""Zip archives, the container of '.npz' and '.keras' files."""

from __future__ import annotations

from contextlib import contextmanager


@contextmanager
def new_archive(file):
    """Write a zip archive, uncompressed, into an open file, in a with-block.

    If the block is interrupted, zipfile would still try to finish the archive, and might hide the
    interrupt by a ValueError. Therefore a failed archive is left unfinished.
    """
    import zipfile

    archive = zipfile.ZipFile(file, "w")
    try:
        yield archive
        archive.close()
    except BaseException:  # Ctrl-C too: what is half written is not closed as if it were whole
        archive.fp = None
        raise
