"""Zip archives, which '.npz' and '.keras' files are."""

from __future__ import annotations

from contextlib import contextmanager


@contextmanager
def new_archive(file):
    """A with-block that writes a zip archive, uncompressed, into an open file.

    If the block is interrupted, zipfile would finish the archive all the same, and where it cannot
    raise a ValueError that hides the interrupt. So an archive that failed is let go of, unfinished.
    """
    import zipfile

    archive = zipfile.ZipFile(file, "w")
    try:
        yield archive
        archive.close()
    except BaseException:  # Ctrl-C too: what is half written is not closed as if it were whole
        archive.fp = None
        raise
