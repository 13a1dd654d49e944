"""Files: where downloads are kept, how one is fetched and checked, and how a file is written whole
or not at all.

Four functions and one exception:

    cache_dir()                      the folder that keeps what was downloaded
    download(urls, path, ...)        fetch a file over https, check it, put it at path
    check_digest(algorithm, ...)     is this the very file that was published?
    write_atomically(path)           a with-block that replaces path all at once

The slow parts of the standard library (ssl, urllib) and tqdm are imported on first use: `import
minidl` stays light.
"""

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

CHUNK = 64 * 1024  # bytes read from the network at a time


class DataFileError(ValueError):
    """Raised if a data file is damaged, has the wrong content, or cannot be downloaded. The message
    gives the cause and the cure.
    """


def cache_dir() -> str:
    """Return the folder of downloads: the environment variable MINIDL_HOME, or `.minidl` in the
    user's home folder.
    """
    return os.path.abspath(os.path.expanduser(os.environ.get("MINIDL_HOME") or "~/.minidl"))


def path_of(value, owner: str) -> str:
    """Return a path as a string, from a string, bytes or a path object. TypeError, naming the
    owner, for anything else.
    """
    try:
        path = os.fsdecode(value)
    except TypeError:
        path = ""
    if not path:
        raise TypeError(
            f"{owner} is the path of a file or folder, such as 'model.npz'; received {value!r}."
        )
    return path


def make_folder(path: str) -> None:
    """Create the folder of this file if it does not exist."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)


# --- writing


@contextlib.contextmanager
def write_atomically(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a binary file to write; `path` changes only when the with-block ends well, and then all
    at once.

        with write_atomically("weights.npz") as file:
            np.savez(file, w=w)

    The bytes go to a new file in the same folder, which at the end takes the old one's name in a
    single step of the operating system. If the block raises, or the machine stops in the middle,
    the old file is still there, whole. An existing file keeps its permissions; a link is written
    through. A process killed in the middle can leave a file named `.minidl-*.part` behind, which is
    safe to delete.

    Raises:
        OSError: the folder is missing or not writable, the disk is full, or `path` is a folder or a
        device.
    """
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(
            f"cannot write {path}: something is there already that is not an ordinary file"
        )
    temporary = os.path.join(folder, f".minidl-{os.urandom(8).hex()}.part")
    try:
        with _open_new(temporary, path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # the bytes are on the disk before the name points to them
        _replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):  # once replaced, it has its new name alone
            os.unlink(temporary)
    _sync_folder(folder)


def _open_new(temporary: str, path: str) -> BinaryIO:
    """Create and open `temporary`, with the permissions of the file at `path` if there is one (else
    the usual ones).
    """
    try:
        # "x": it fails rather than share a file with another writer
        file = open(temporary, "xb")  # noqa: SIM115
    except OSError as error:
        reason = f"{error.strerror} (no file can be made in the folder {os.path.dirname(path)})"
        raise OSError(error.errno, reason, path) from None
    with contextlib.suppress(OSError):  # there is no old file, or the disk knows no permissions
        os.chmod(temporary, stat.S_IMODE(os.stat(path).st_mode))
    return file


def _replace(temporary: str, path: str) -> None:
    """Rename the new file to the old one's name, in a single step of the operating system."""
    try:
        os.replace(temporary, path)
    except PermissionError as error:  # Windows, while another program has the old file open
        raise PermissionError(
            f"cannot replace {path}: another program may have it open. Close that program and try "
            f"again; the old file is unchanged"
        ) from error


def _sync_folder(folder: str) -> None:
    """Ask the system to write the folder's list of names to the disk. Windows and some network
    disks cannot.
    """
    if os.name == "posix":
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


# --- downloading


def check_digest(algorithm: str, expected: str, *parts) -> None:
    """Compare the digest of some bytes (given whole or in parts, in order) with the published one.

    algorithm: "sha256", or "md5" where nothing better was published: it tells damage, but not a
    clever forgery.

    Raises:
        DataFileError: they differ.
    """
    import hashlib

    digest = hashlib.new(algorithm, usedforsecurity=False)
    for part in parts:
        digest.update(part)
    if digest.hexdigest() != expected:
        raise DataFileError(f"expected {algorithm} {expected}, found {digest.hexdigest()}")


def download(
    urls: Sequence[str],
    path: str | os.PathLike[str],
    verify: Callable[[bytes], object],
    max_bytes: int,
    timeout: float = 30.0,
) -> None:
    """Fetch one file over https from the first of `urls` that delivers it whole, and put it at
    `path`.

    The bytes stay in memory until they are checked, and are then written all at once: `path` never
    holds half a file, nor a wrong one, also when several processes download it together.

    urls: mirrors of the same file, tried in turn.
    verify: is given the bytes; raises DataFileError when they are not what they should be.
    max_bytes: a longer answer is refused.
    timeout: seconds of silence after which a server is given up.

    Raises:
        DataFileError: a URL is not https, or no mirror delivered. The message gives each mirror's
        reason and the cure.
    """
    import http.client

    for url in urls:
        if not _is_https(url):
            raise DataFileError(f"refused to fetch {url!r}: only https:// is safe")
    path = os.path.abspath(path)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    except OSError as error:
        raise DataFileError(
            f"{error}. Set MINIDL_HOME to a folder in which you may write"
        ) from error

    failures: list[tuple[str, Exception]] = []
    for url in urls:
        try:
            data = _fetch(url, os.path.basename(path), max_bytes, timeout)
            verify(data)
        except (OSError, http.client.HTTPException, DataFileError) as error:
            failures.append((url, error))
            continue
        with write_atomically(path) as file:
            file.write(data)
        return
    raise DataFileError(_failure_message(failures, path))


def _is_https(url: str) -> bool:
    return url.lower().startswith("https://")


def _fetch(url: str, name: str, max_bytes: int, timeout: float) -> bytes:
    """Download the bytes of a URL, with a progress bar called `name`. Raises OSError, HTTPException
    or DataFileError.
    """
    import urllib.error

    try:
        response = _https_opener().open(url, timeout=timeout)
    except urllib.error.HTTPError as error:
        error.close()  # an HTTP error is an open answer as well
        raise
    with response:
        announced = response.length  # None when the server does not say
        if announced is not None and announced > max_bytes:
            raise DataFileError(
                f"the server announces {announced:,} bytes; expected {max_bytes:,} at most"
            )
        data = bytearray()
        with _progress_bar(name, announced) as bar:
            while chunk := response.read(CHUNK):
                data += chunk
                bar.update(len(chunk))
                if len(data) > max_bytes:
                    raise DataFileError(
                        f"the server sends more than {max_bytes:,} bytes, the most expected"
                    )
    if announced is not None and len(data) != announced:
        raise DataFileError(f"the connection ended after {len(data):,} of {announced:,} bytes")
    return bytes(data)


def _https_opener():
    """Return an opener that checks the server's certificate and refuses redirects to other
    protocols than https.
    """
    import ssl
    import urllib.error
    import urllib.request

    class RedirectToHttps(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, req, fp, code, msg, headers, newurl):
            if not _is_https(newurl):
                refusal = f"refused to be sent on to {newurl!r}: only https:// is safe"
                raise urllib.error.HTTPError(req.full_url, code, refusal, headers, fp)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    https = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    return urllib.request.build_opener(RedirectToHttps, https)


def _progress_bar(name: str, total: int | None):
    """Return a tqdm bar on stderr, silent unless stderr is a terminal (it is None under
    pythonw).
    """
    from tqdm import tqdm

    terminal = sys.stderr is not None and sys.stderr.isatty()
    return tqdm(total=total, desc=name, unit="B", unit_scale=True, disable=not terminal)


def _failure_message(failures: list[tuple[str, Exception]], path: str) -> str:
    """Why each mirror failed, and what to do."""
    lines = [f"could not download {os.path.basename(path)}:"]
    lines += [
        f"  {url}: {str(error).strip('<>') or type(error).__name__}" for url, error in failures
    ]
    if "CERTIFICATE_VERIFY_FAILED" in "".join(lines):
        lines.append(
            "On macOS, run 'Install Certificates.command' in the Applications/Python folder once. "
            "Elsewhere,"
        )
        lines.append(
            "if your network brings its own certificate, let the variable SSL_CERT_FILE name its "
            "file."
        )
    lines.append(
        f"Without a network, get the file on another machine and place the file at {path} for "
        f"offline use."
    )
    return "\n".join(lines)
