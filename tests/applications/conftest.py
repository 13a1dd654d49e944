"""Large networks without their numbers, and a server for the published files."""

import functools
import http.server
import ssl
import threading

import numpy as np
import pytest
import trustme

import minidl
from minidl.applications import building


@pytest.fixture
def no_numbers(monkeypatch):
    """New weights are zeros, which take no time and no memory before somebody writes into them."""

    def zeros(self, shape, rng):
        return np.zeros(shape, "float32")

    monkeypatch.setattr(minidl.initializers.VarianceScaling, "draw", zeros)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Sends the files of a folder."""

    def log_message(self, format, *args):
        pass


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The folder that a server on this machine offers over https, where Keras's is expected. Files
    are kept in another folder.
    """
    authority, folder = trustme.CA(), tmp_path / "site"
    folder.mkdir()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.setenv("MINIDL_HOME", str(tmp_path / "home"))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "*")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        monkeypatch.setattr(building, "SERVER", f"https://127.0.0.1:{server.server_port}/")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield folder
        server.shutdown()
        thread.join()
