"""How many threads matrix products use while a model runs."""

import os
import subprocess
import sys

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

import minidl
from minidl import layers
from minidl.models.loops import largest_product
from minidl.support import threads
from minidl.support.threads import SMALL, threads_for

BLAS = ThreadpoolController().select(user_api="blas")


def now():
    return {library["num_threads"] for library in BLAS.info()}


@pytest.fixture(autouse=True)
def two_threads(monkeypatch):
    for name in threads.CHOSEN:
        monkeypatch.delenv(name, raising=False)
    with BLAS.limit(limits=2):
        if now() != {2}:
            pytest.skip("this machine has one core, or a BLAS whose threads cannot be set")
        yield
        assert now() == {2}


def test_small_products_get_one_thread_and_large_ones_all():
    with threads_for(SMALL - 1):
        assert now() == {1}
    with threads_for(SMALL):
        assert now() == {2}


def test_what_the_environment_chooses_stays(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    with threads_for(1):
        assert now() == {2}


def test_an_error_gives_the_threads_back():
    with pytest.raises(KeyError), threads_for(1):
        raise KeyError
    assert now() == {2}


TWO_TRAININGS = """
import threading
from threadpoolctl import ThreadpoolController
from minidl.support.threads import threads_for

BLAS = ThreadpoolController().select(user_api="blas")
now = lambda: [library["num_threads"] for library in BLAS.info()]
entered, leave = threading.Event(), threading.Event()
before, seen = now(), []

def first():
    with threads_for(1):
        seen.append(now())
        entered.set()
        leave.wait(10)
    seen.append(now())

other = threading.Thread(target=first)
other.start()
entered.wait(10)
with threads_for(1):        # begins while the limit holds, and ends after the other
    leave.set()
    other.join()
assert seen == [[1] * len(before), before] and now() == before, (before, seen, now())
"""


def test_trainings_in_several_threads_of_python_leave_the_number_as_it_was():
    environment = {k: v for k, v in os.environ.items() if k not in threads.CHOSEN}
    code = [sys.executable, "-c", TWO_TRAININGS]
    subprocess.run(code, env=environment, check=True, timeout=60)


class Noting(minidl.callbacks.Callback):
    def __init__(self):
        self.seen = set()

    def on_train_batch_end(self, batch, logs=None):
        self.seen |= now()

    on_test_batch_end = on_predict_batch_end = on_train_batch_end


@pytest.mark.parametrize("batch_size, expected", [(32, {1}), (256, {2})])
def test_fit_evaluate_and_predict_choose_by_the_largest_product(batch_size, expected):
    x, y = np.zeros((256, 256), "float32"), np.zeros((256, 1), "float32")
    model = minidl.Sequential([layers.Dense(256), layers.Dense(1)])  # 256·256·batch_size
    model.compile("sgd", "mse")
    for run in (
        lambda noting: model.fit(x, y, batch_size, verbose=0, callbacks=[noting]),
        lambda noting: model.evaluate(x, y, batch_size, verbose=0, callbacks=[noting]),
        lambda noting: model.predict(x, batch_size, verbose=0, callbacks=[noting]),
    ):
        noting = Noting()
        run(noting)
        assert noting.seen == expected


def test_the_largest_product_counts_the_places_that_share_weights():
    model = minidl.Sequential([layers.Input((7, 3)), layers.Dense(5), layers.Dense(2)])
    batches = minidl.data.Batches(np.zeros((40, 7, 3), "float32"), batch_size=16)
    assert largest_product(model, batches) == 16 * 7 * 3 * 5


def test_a_generator_for_predict_is_not_asked_in_advance():
    model = minidl.Sequential([layers.Dense(1)])
    asked = []

    def batches():
        for i in range(2):
            asked.append(i)
            yield np.zeros((4, 3), "float32")

    assert model.predict(batches(), verbose=0).shape == (8, 1)
    assert asked == [0, 1]
