"""Tests of data sets may be alone with what they make."""

import pytest

from minidl.datasets import base


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """No network, and no data set but those of the test and of this checkout."""

    def no_network(urls, path, **options):
        pytest.fail(f"would have downloaded {path}")

    monkeypatch.setattr(base, "download", no_network)
    monkeypatch.delenv("MINIDL_HOME", raising=False)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
