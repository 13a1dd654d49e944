"""A certificate authority of our own."""

import pytest
import trustme


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trust(authority, tmp_path, monkeypatch):
    """Trust our own certificate authority, and let no proxy or home folder of this machine take
    part.
    """
    certificates = tmp_path.parent / f"{tmp_path.name}-authority.pem"
    authority.cert_pem.write_to_path(str(certificates))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "*")
    monkeypatch.delenv("MINIDL_HOME", raising=False)
