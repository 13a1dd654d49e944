"""Downloads over a real TLS connection, to this machine only."""

import contextlib
import hashlib
import http.server
import io
import os
import ssl
import sys
import threading

import numpy as np
import pytest
import trustme
from disk_cases import Child

from minidl.datasets import base
from minidl.support.disk import DataFileError, cache_dir, check_digest, download

pytestmark = pytest.mark.usefixtures("trust")

BODY = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(BODY).hexdigest()
LIMIT = 2 * len(BODY)


def verify(data):
    check_digest("sha256", SHA256, data)


# --- a server that behaves, and several ways in which it does not
# ----------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers a path with the function that the test gave for it, and notes the path."""

    def do_GET(self):
        assert isinstance(self.server, Server)
        self.server.requests.append(self.path)
        self.server.answers[self.path](self)

    def log_message(self, format, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    """An HTTP server on 127.0.0.1, with TLS if it is given a context."""

    daemon_threads = False  # closing it waits for its threads

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.requests = {}, []
        self.scheme = "https" if context else "http"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def add(self, path, answer):
        """Offer an answer; returns its URL."""
        self.answers[path] = answer
        return f"{self.scheme}://127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request, client_address):
        """The client hung up on us, as several tests want it to."""


@contextlib.contextmanager
def serving(server):
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def tls_context(authority, name="127.0.0.1"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def server(authority):
    with serving(Server(tls_context(authority))) as server:
        yield server


def answer(body=BODY, length=None, status=200, **headers):
    """An answer with a Content-Length: the true one unless `length` is given."""

    def send(handler):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def unannounced(handler):
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(BODY)


def long(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(10):
        handler.wfile.write(BODY)


def cut_off_chunk(handler):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"ffff\r\nonly a little")


def silent(handler):
    handler.connection.settimeout(5)
    try:
        handler.rfile.read(1)  # until the client gives up, which it should long before we do
    except TimeoutError:
        unannounced(handler)


def hangs_up(handler):
    pass


def no_http(handler):
    handler.wfile.write(b"220 this is a mail server\r\n")


def redirect(to):
    return answer(b"", status=302, Location=to)


# --- download


@pytest.mark.parametrize("good", [answer(), unannounced])
def test_fetches_checks_and_writes(server, tmp_path, good):
    path = tmp_path / "new" / "folder" / "data.bin"
    download([server.add("/data.bin", good)], path, verify, len(BODY))
    assert path.read_bytes() == BODY
    assert os.listdir(path.parent) == ["data.bin"]


def test_follows_a_redirect_within_https(server, tmp_path):
    url = server.add("/old", redirect(server.add("/new", answer())))
    download([url], tmp_path / "data.bin", verify, LIMIT)
    assert server.requests == ["/old", "/new"]


BAD_ANSWERS = {
    "other bytes": (answer(BODY[::-1]), "expected sha256"),
    "cut off": (
        answer(BODY[:1000], length=len(BODY)),
        "the connection ended after 1,000 of 256,000 bytes",
    ),
    "announces too little": (answer(length=10), "expected sha256"),
    "announces too much": (answer(length=LIMIT + 1), f"announces {LIMIT + 1:,} bytes"),
    "announces nothing, sends too much": (long, f"more than {LIMIT:,} bytes"),
    "chunk cut off": (cut_off_chunk, "IncompleteRead"),
    "not there": (answer(b"", status=404), "404"),
    "hangs up": (hangs_up, "closed connection without response"),
    "not http": (no_http, "220 this is a mail server"),
    "redirect in a circle": (redirect("/bad"), "infinite loop"),
    "redirect to a file": (redirect("file:///etc/hosts"), "not allowed"),
    "silent": (silent, "timed out"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_a_bad_mirror_is_passed_over_and_its_reason_told(server, tmp_path, bad, reason):
    path = tmp_path / "data.bin"
    urls = [server.add("/bad", bad), server.add("/good", answer())]
    timeout = 1 if bad is silent else 10

    with pytest.raises(DataFileError) as caught:
        download(urls[:1], path, verify, LIMIT, timeout)
    assert reason in str(caught.value)
    assert os.listdir(tmp_path) == []

    download(urls, path, verify, LIMIT, timeout)
    assert path.read_bytes() == BODY
    assert server.requests[-1] == "/good"


def test_when_all_mirrors_fail_the_error_names_each_and_the_cure(server, tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(b"old")
    with Server() as closed:
        # nobody listens there after this block
        dead = closed.add("/data.bin", answer()).replace("http:", "https:")
    urls = [dead, server.add("/a", answer(b"", status=503)), server.add("/b", answer(b"<html>"))]
    with pytest.raises(DataFileError) as caught:
        download(urls, path, verify, LIMIT, timeout=5)
    first, *reasons, cure = str(caught.value).splitlines()
    assert first == "could not download data.bin:"
    assert [line.split(": ")[0].strip() for line in reasons] == urls
    assert "refused" in reasons[0] and "503" in reasons[1] and SHA256 in reasons[2]
    assert f"place the file at {path}" in cure
    assert path.read_bytes() == b"old"


def test_plain_http_is_refused_before_anything_is_asked(server, tmp_path):
    good = server.add("/good", answer())
    with serving(Server()) as plain:
        url = plain.add("/data.bin", answer())
        with pytest.raises(DataFileError, match=f"refused to fetch '{url}': only https"):
            download([good, url], tmp_path / "data.bin", verify, LIMIT)
        assert plain.requests == server.requests == []


@pytest.mark.parametrize("url", ["file:///etc/hosts", "ftp://127.0.0.1/a", "127.0.0.1/a", ""])
def test_anything_but_https_is_refused(tmp_path, url):
    with pytest.raises(DataFileError, match="only https"):
        download([url], tmp_path / "data.bin", verify, LIMIT)


def test_a_redirect_to_http_is_refused(server, tmp_path):
    with serving(Server()) as plain:
        target = plain.add("/data.bin", answer())
        with pytest.raises(DataFileError, match=f"refused to be sent on to '{target}': only https"):
            download([server.add("/moved", redirect(target))], tmp_path / "data.bin", verify, LIMIT)
        assert plain.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(server, tmp_path, monkeypatch):
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    monkeypatch.setenv("SSL_CERT_FILE", str(stranger))
    with pytest.raises(DataFileError, match="CERTIFICATE_VERIFY_FAILED") as caught:
        download([server.add("/data.bin", answer())], tmp_path / "data.bin", verify, LIMIT)
    assert "Install Certificates.command" in str(caught.value)
    assert server.requests == []


def test_a_certificate_for_another_name_is_refused(authority, tmp_path):
    with serving(Server(tls_context(authority, "example.org"))) as server:
        with pytest.raises(
            DataFileError, match=r"CERTIFICATE_VERIFY_FAILED.*not valid for '127.0.0.1'"
        ):
            download([server.add("/data.bin", answer())], tmp_path / "data.bin", verify, LIMIT)
        assert server.requests == []


def test_a_folder_that_cannot_be_made_points_to_minidl_home(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataFileError, match="MINIDL_HOME"):
        download([server.add("/data.bin", answer())], tmp_path / "file" / "data.bin", verify, LIMIT)
    assert server.requests == []


def test_a_full_disk_is_not_blamed_on_the_mirrors(server, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    urls = [server.add("/a", answer()), server.add("/b", answer())]
    with pytest.raises(OSError, match="No space left"):
        download(urls, tmp_path / "data.bin", verify, LIMIT)
    assert server.requests == ["/a"]
    assert os.listdir(tmp_path) == []


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stderr", "shown"), [(Terminal(), True), (io.StringIO(), False), (None, False)]
)
def test_progress_is_shown_on_a_terminal_only(server, tmp_path, monkeypatch, stderr, shown):
    monkeypatch.setattr(sys, "stderr", stderr)
    download([server.add("/data.bin", answer())], tmp_path / "data.bin", verify, LIMIT)
    assert (tmp_path / "data.bin").read_bytes() == BODY
    if stderr is not None:
        assert ("data.bin: 100%" in stderr.getvalue()) is shown
        assert ("256k/256k" in stderr.getvalue()) is shown
        assert bool(stderr.getvalue()) is shown


DOWNLOAD = """
import sys
from minidl.support.disk import check_digest, download
url, path, sha256 = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
download([url], path, lambda data: check_digest("sha256", sha256, data), 10**6)
"""


def test_processes_that_download_together_end_with_one_good_file(server, tmp_path):
    path, url = tmp_path / "cache" / "data.bin", server.add("/data.bin", answer())
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(Child(DOWNLOAD, url, str(path), SHA256)) for _ in range(3)]
        for child in children:
            assert child.read_line() == "ready"
        for child in children:
            child.write_line("go")
        assert [child.wait(timeout=30) for child in children] == [0, 0, 0]
    assert server.requests == ["/data.bin"] * 3
    assert os.listdir(path.parent) == ["data.bin"]
    assert path.read_bytes() == BODY


# --- the cache


def test_the_cache_is_in_minidl_home_or_in_the_home_folder(tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert cache_dir() == str(tmp_path / ".minidl")
    monkeypatch.setenv("MINIDL_HOME", "")
    assert cache_dir() == str(tmp_path / ".minidl")
    monkeypatch.setenv("MINIDL_HOME", os.path.join("~", "elsewhere"))
    assert cache_dir() == str(tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINIDL_HOME", "relative")
    assert cache_dir() == str(tmp_path / "relative")


@pytest.fixture
def labels(server, tmp_path, monkeypatch):
    """A small set of labels that a mirror offers: find()'s arguments, the values, and where they
    are to be kept.
    """
    import gzip

    values = np.arange(30, dtype=np.uint8) % 10
    file = base.IdxFile("labels.gz", (30,))
    contents = file.header + values.tobytes()
    file = file._replace(sha256=hashlib.sha256(contents).hexdigest())
    mirrors = [server.add("/labels.gz", answer(gzip.compress(contents))).removesuffix("labels.gz")]
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return (
        ("tiny", file, mirrors),
        values,
        tmp_path / "home" / ".minidl" / "datasets" / "tiny" / "labels.gz",
    )


def test_data_is_downloaded_once_and_then_kept(labels, server):
    question, values, path = labels
    for _ in range(2):
        np.testing.assert_array_equal(base.find(*question), values)
    assert server.requests == ["/labels.gz"]
    assert path.is_file()


def test_a_damaged_file_in_the_cache_is_downloaded_anew_once(labels, server):
    question, values, path = labels
    base.find(*question)
    path.write_bytes(path.read_bytes()[:-5])
    for _ in range(2):
        np.testing.assert_array_equal(base.find(*question), values)
    assert server.requests == ["/labels.gz"] * 2


def test_a_damaged_file_that_cannot_be_replaced_is_told_with_the_failed_download(labels, server):
    question, _, path = labels
    base.find(*question)
    path.write_bytes(b"damaged")
    server.answers["/labels.gz"] = answer(b"damaged too")
    with pytest.raises(DataFileError, match=r"could not download labels\.gz") as caught:
        base.find(*question)
    assert str(path) in str(caught.value)
    assert f"{path} is damaged" in str(caught.value.__context__)
    assert server.requests == ["/labels.gz"] * 2
    assert path.read_bytes() == b"damaged"


def test_minidl_home_receives_the_download(labels, tmp_path, monkeypatch):
    question, values, path = labels
    monkeypatch.setenv("MINIDL_HOME", str(tmp_path / "elsewhere"))
    np.testing.assert_array_equal(base.find(*question), values)
    assert (tmp_path / "elsewhere" / "datasets" / "tiny" / "labels.gz").is_file()
    assert not path.exists()


def test_the_slow_modules_are_not_imported_before_they_are_needed():
    with Child("import sys, minidl.support.disk, minidl.datasets; print(*sys.modules)") as child:
        loaded = child.read_line().split()
    assert "minidl.support.disk" in loaded
    assert not {"ssl", "urllib.request", "http.client", "tqdm"} & set(loaded)
