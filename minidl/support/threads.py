"""Limits the number of threads of NumPy's matrix products while a model runs.

A large product is faster on several threads. A small one is not. If other programs use the
processor, the threads wait for each other, which takes several times as long as the product.
"""

from __future__ import annotations

import functools
import os
import threading
from contextlib import contextmanager
from typing import Any

SMALL = 1 << 22  # products of fewer multiplications gain little from a second thread
CHOSEN = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class _Running:
    """The number of current runs in all Python threads, and the limit set by the first run, which
    stores the original number of threads.
    """

    lock = threading.Lock()
    count = 0
    first: Any = None


@functools.cache
def _controller():
    from threadpoolctl import ThreadpoolController  # slow to load

    return ThreadpoolController()


@contextmanager
def threads_for(multiplications: float):
    """Use one thread for matrix products in this with-block, unless a product needs so many
    multiplications that several threads are faster.

    multiplications: those of the largest product. Nothing changes if an environment variable sets
    the number of threads (OPENBLAS_NUM_THREADS and the like).
    """
    if multiplications >= SMALL or any(name in os.environ for name in CHOSEN):
        yield
        return
    with _Running.lock:
        limit = _controller().limit(limits=1, user_api="blas")
        if not _Running.count:
            _Running.first = limit
        _Running.count += 1
    try:
        yield
    finally:
        with _Running.lock:
            _Running.count -= 1
            # The limit holds for the whole process or for this thread of Python, as the BLAS has
            # it. So each run takes it back, even if others then use more threads for a while.
            _Running.first.restore_original_limits()
