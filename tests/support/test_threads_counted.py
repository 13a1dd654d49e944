"""The limit of threads is set and taken back the same number of times, whatever BLAS is there."""

import pytest

from minidl.support import threads
from minidl.support.threads import SMALL, threads_for


class Controller:
    """A BLAS whose number of threads is 4 at first."""

    def __init__(self):
        self.now, self.limits = 4, []

    def limit(self, limits, user_api):
        assert user_api == "blas"
        self.limits.append(limits)
        before, self.now = self.now, limits
        return Limit(self, before)


class Limit:
    def __init__(self, controller, before):
        self.controller, self.before = controller, before

    def restore_original_limits(self):
        self.controller.now = self.before


@pytest.fixture
def blas(monkeypatch):
    made = Controller()
    monkeypatch.setattr(threads, "_controller", lambda: made)
    for name in threads.CHOSEN:
        monkeypatch.delenv(name, raising=False)
    return made


def test_runs_one_in_the_other_give_back_what_the_first_found(blas):
    for _ in range(2):
        with threads_for(SMALL - 1):
            with threads_for(1):
                assert blas.now == 1 and threads._Running.count == 2
            assert threads._Running.count == 1
        assert blas.now == 4 and threads._Running.count == 0
    assert blas.limits == [1] * 4


@pytest.mark.parametrize("name", [None, *threads.CHOSEN])
def test_large_products_and_what_the_environment_chooses_set_no_limit(blas, name, monkeypatch):
    if name is not None:
        monkeypatch.setenv(name, "3")
    with threads_for(SMALL if name is None else 1):
        assert blas.now == 4 and threads._Running.count == 0
    assert not blas.limits and SMALL == 4_194_304
