"""Indexing in steps, each of them a slot: what an index asks for, where it reads, the way back.

A view is arithmetic on shape, stride and offset; a copy is a list of places in memory. NumPy does
both faster, so penlight leaves them to it, unless a student's function is in one of the slots.
"""

from penlight.slots import slot


@slot(exercise="03_indexing")
def complete_index(index, ndim):
    """`index` with an item for each of `ndim` dimensions: `...` and what is missing become `:`.

    `index` is one item or a tuple of items, as between the brackets; None asks for a new dimension.
    IndexError if it names more than `ndim` dimensions.
    Example: (0, ..., None) for 3 dimensions gives (0, slice(None), slice(None), None).
    """
    items = index if isinstance(index, tuple) else (index,)
    named = [item for item in items if item is not None and item is not ...]
    if len(named) > ndim:
        raise IndexError(f"too many indices for tensor of dimension {ndim}")
    rest = [slice(None)] * (ndim - len(named))
    complete = []
    for item in items:
        if item is ...:
            complete, rest = complete + rest, []
        else:
            complete.append(item)
    return tuple(complete + rest)


@slot(exercise="03_indexing")
def slice_window(part, n):
    """(start, length, step) of the elements that the slice `part` takes from `n` elements.

    Negative ends count from the back, ends beyond either side are cut off. ValueError for a step
    below 1. Example: slice(-3, None, 2) of 10 elements gives (7, 2, 2).
    """
    step = 1 if part.step is None else part.step
    if step < 1:
        raise ValueError("step must be greater than zero")
    start = 0 if part.start is None else part.start
    stop = n if part.stop is None else part.stop
    start, stop = [min(max(end + n if end < 0 else end, 0), n) for end in (start, stop)]
    return start, max(stop - start + step - 1, 0) // step, step


@slot(exercise="03_indexing")
def index_view(shape, stride, index):
    """(size, stride, offset) of `x[index]`, for a tensor x of `shape` and `stride`.

    `index` is made of ints, slices, None and `...`; `offset` counts from the first element of x.
    IndexError for an int outside its dimension.
    Example: shape (3, 4), stride (4, 1) and index (1, slice(2, None)) give ((2,), (1,), 6).
    """
    size, steps, offset, d = [], [], 0, 0
    for item in complete_index(index, len(shape)):
        if item is None:
            size.append(1)
            # Nobody steps along it; this is the number that PyTorch writes there.
            steps.append(shape[d] * stride[d] if d < len(shape) else 1)
            continue
        n, step = shape[d], stride[d]
        d += 1
        if isinstance(item, slice):
            start, length, every = slice_window(item, n)
            size.append(length)
            steps.append(every * step)
        elif -n <= item < n:
            start = item % n
        else:
            raise IndexError(f"index {item} is out of bounds for dimension {d - 1} with size {n}")
        offset += start * step
    return tuple(size), tuple(steps), offset


@slot(exercise="03_indexing")
def mask_positions(mask):
    """Where `mask` is True: a list with one tuple of positions for each, row by row.

    Example: [[False, True], [True, True]] gives [(0, 1), (1, 0), (1, 1)].
    """
    positions = []
    for place, value in enumerate(mask.reshape(-1).tolist()):
        if value:
            index = ()
            for n in reversed(mask.shape):
                place, i = divmod(place, n)
                index = (i, *index)
            positions.append(index)
    return positions


@slot(exercise="03_indexing")
def flat_positions(shape, index):
    """Where the elements that `index` picks lie, counted row by row through a tensor of `shape`.

    `index` holds a tensor of positions for each dimension; they broadcast, and negative ones count
    from the back. IndexError for a position outside its dimension.
    Example: shape (3, 4) and index ([0, 2], [1, -1]) give [1, 11].
    """
    places, step = 0, 1
    for i, n in zip(reversed(index), reversed(shape), strict=True):
        if (i < -n).any() or (i >= n).any():
            raise IndexError(f"a position is out of bounds for a dimension of size {n}")
        places = places + (i + n * (i < 0)) * step
        step *= n
    return places


@slot(exercise="03_indexing")
def take_backward(grad, positions, shape):
    """Zeros of `shape` with `grad` added at `positions`, each as often as it was picked.

    `positions` count row by row through `shape`, and there is one for each element of `grad`.
    Example: grad [1, 10, 100], positions [2, 0, 2] and shape (4,) give [10, 0, 101, 0].
    """
    total = grad.new_zeros(shape).reshape(-1).tolist()
    pairs = zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist(), strict=True)
    for position, g in pairs:
        total[position] += g
    return grad.new_tensor(total).reshape(shape)
