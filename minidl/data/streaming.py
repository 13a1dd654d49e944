"""The iterators behind the methods of a Dataset: each takes elements, or a function that begins to
make them, and yields others, holding as few as it can.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator

import numpy as np

from ..support.structures import leaves, tree_map
from ..support.texts import is_text
from .batches import rows


def batches(elements: Iterator, size: int, drop_remainder: bool, stack=None) -> Iterator:
    """Elements stacked, `size` at a time. stack: makes an array of several; np.stack if left
    out.
    """
    stack = stack or (lambda chosen: tree_map(_stacked, *chosen))
    while chosen := list(itertools.islice(elements, size)):
        if len(chosen) < size and drop_remainder:
            return
        yield stack(chosen)


def _stacked(*values) -> np.ndarray:
    try:
        return np.stack(values)
    except ValueError:
        shapes = sorted({np.shape(v) for v in values})
        raise ValueError(
            f"A batch stacks elements of one shape; received {shapes[0]} and {shapes[-1]}. Give "
            "them one shape with map before batch, images with layers.Resizing, or fill them up "
            "with padded_batch."
        ) from None


def padded(shape, value) -> Callable:
    """A function that stacks arrays, each filled up with `value` at the ends of its axes. shape:
    the sizes to fill up to, None for the largest in the batch; None for all.
    """

    def stack(*values):
        sizes = [max(ns) for ns in zip(*(v.shape for v in values))]
        limits = tuple(sizes if shape is None else shape)
        wanted = [m if n is None else n for n, m in zip(limits, sizes)]
        if len(limits) != values[0].ndim or any(n < m for n, m in zip(wanted, sizes)):
            raise ValueError(
                f"padded_batch only fills up: the elements reach to shape {tuple(sizes)}, which "
                f"does not fit into padded_shapes, {limits}."
            )
        fill = value
        if fill is None:
            fill = "" if is_text(values[0]) else 0
        dtype = np.result_type(*values) if is_text(values[0]) else values[0].dtype
        out = np.full((len(values), *wanted), fill, dtype)
        for i, array in enumerate(values):
            out[(i, *[slice(n) for n in array.shape])] = array
        return out

    return stack


def unbatched(elements: Iterator) -> Iterator:
    """The rows of the arrays of each element."""
    for element in elements:
        sizes = {len(leaf) if np.ndim(leaf) else -1 for leaf in leaves(element)}
        if len(sizes) != 1 or -1 in sizes:
            raise ValueError(
                "unbatch takes elements apart along the first axis, which all their arrays share; "
                f"received arrays of shapes {[np.shape(leaf) for leaf in leaves(element)]}."
            )
        yield from (rows(element, i) for i in range(sizes.pop()))


def shuffled(elements: Iterator, size: int, seed: int) -> Iterator:
    """A buffer is filled; each element is drawn from it, and the next one takes its place."""
    rng, buffer = np.random.default_rng(seed), list(itertools.islice(elements, size))
    for element in elements:
        place = int(rng.integers(size))
        yield buffer[place]
        buffer[place] = element
    rng.shuffle(buffer)
    yield from buffer


def repeated(begin: Callable[[], Iterator], count: int) -> Iterator:
    """The elements `count` times over; without an end for -1, unless there are none."""
    for _ in itertools.count() if count == -1 else range(count):
        empty = True
        for element in begin():
            empty = False
            yield element
        if empty:
            return


def windows(
    elements: Iterator, size: int, shift: int, stride: int, drop_remainder: bool
) -> Iterator[list]:
    """Lists of `size` elements, `stride` apart; the next one begins `shift` further on. The last
    ones hold what is left.
    """
    buffer: deque = deque()
    reach = (size - 1) * stride + 1
    while True:
        buffer.extend(itertools.islice(elements, reach - len(buffer)))
        chosen = list(itertools.islice(buffer, 0, reach, stride))
        if not chosen or (drop_remainder and len(chosen) < size):
            return
        yield chosen
        beyond = shift - len(buffer)
        for _ in range(min(shift, len(buffer))):
            buffer.popleft()
        deque(itertools.islice(elements, max(beyond, 0)), maxlen=0)


def interleaved(elements: Iterator, begin: Callable, cycle: int, block: int) -> Iterator:
    """`block` elements of each of `cycle` sources in turn. A source that ends leaves its place to
    the next one. begin: makes the iterator of a source from an element.
    """
    open_: list = [None] * cycle
    last, place = object(), 0
    ended = False
    while not ended or any(source is not None for source in open_):
        if open_[place] is None:
            element = next(elements, last)
            ended = element is last
            open_[place] = None if ended else begin(element)
        came = 0
        for element in itertools.islice(open_[place] or (), block):
            came += 1
            yield element
        if came < block:
            open_[place] = None
        place = (place + 1) % cycle


def buckets(
    elements: Iterator, number_of: Callable, sizes: list[int], drop_remainder: bool
) -> Iterator[list]:
    """Lists of elements of one bucket. number_of: the number of an element's bucket; sizes: how
    many of each make a list. What is left comes at the end, bucket by bucket, or is dropped.
    """
    waiting: list[list] = [[] for _ in sizes]
    for element in elements:
        number = number_of(element)
        waiting[number].append(element)
        if len(waiting[number]) == sizes[number]:
            yield waiting[number]
            waiting[number] = []
    yield from filter(None, [] if drop_remainder else waiting)


def chosen(sources: list[Iterator], numbers: Iterator, stop_early: bool) -> Iterator:
    """The next element of the source with each number. Sources that have ended are passed over;
    stop_early: or end all.
    """
    last, ended = object(), set()
    for number in numbers:
        element = last if number in ended else next(sources[number], last)
        if element is not last:
            yield element
            continue
        ended.add(number)
        if stop_early or len(ended) == len(sources):
            return


def unique(elements: Iterator) -> Iterator:
    """Each element once, at its first place."""
    seen: set = set()
    for element in elements:
        key = tuple(np.asarray(leaf).tobytes() for leaf in leaves(element))
        if key not in seen:
            seen.add(key)
            yield element


def scanned(elements: Iterator, state, function: Callable) -> Iterator:
    """The second part of function(state, element), whose first part is the next state."""
    for element in elements:
        state, out = function(state, element)
        yield out


def without_errors(elements: Iterator, say: Callable | None) -> Iterator:
    """The elements that can be made; `say` receives the errors of the others."""
    while True:
        try:
            element = next(elements)
        except StopIteration:
            return
        except Exception as error:  # whatever a function of the user's raises
            if say is not None:
                say(f"dataset: left out an element: {error}")
            continue
        yield element
