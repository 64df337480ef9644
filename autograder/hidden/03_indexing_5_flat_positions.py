"""`flat_positions`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import integers, tensor

BODY = """
def flat_positions(shape, index):
    places = 0
    for n, i in zip(shape, index):
        if i.numel() and (i.min().item() < -n or i.max().item() >= n):
            raise IndexError("outside")
        places = places * n + torch.where(i < 0, i + n, i)
    return places
"""


register_hidden(
    "flat_positions",
    cases={
        "vectors of positions": [
            case("hidden square", (3, 3), (tensor([0, 1, 2]), tensor([2, 0, 1]))),
            case("hidden tall", (5, 2), (tensor([4, 0, 3]), tensor([1, 0, 1]))),
            case("hidden one pick", (4, 5, 6), (tensor([3]), tensor([4]), tensor([5]))),
            case("hidden ones", (1, 4, 1), (tensor([0, 0]), tensor([3, 1]), tensor([0, 0]))),
            case(
                "hidden four dimensions",
                (2, 3, 2, 4),
                (tensor([1, 0]), tensor([2, 2]), tensor([1, 0]), tensor([0, 3])),
            ),
        ],
        "they broadcast": [
            case("hidden row first", (3, 4), (tensor([0, 1, 2]), tensor([[3], [0]]))),
            case(
                "hidden three",
                (2, 3, 4),
                (tensor([[[0]], [[1]]]), tensor([[2], [0]]), tensor([3, 1, 1])),
            ),
            case("hidden last is one", (3, 4), (tensor([2, 0]), tensor(3))),
            case("hidden equal lengths", (3, 3), (tensor([[0], [1]]), tensor([1, 2]))),
        ],
        "from the back": [
            case("hidden all", (2, 3), (tensor([-2, -1]), tensor([-3, -1]))),
            case("hidden first dimension", (4, 2), (tensor([-4, -1]), tensor([0, 1]))),
            case("hidden broadcast", (3, 4), (tensor([[-1], [0]]), tensor([0, -1]))),
        ],
        "any shape": [
            case("hidden 0-d of a vector", (4,), (tensor(-1),)),
            case("hidden matrix and 0-d", (2, 3), (tensor(1), tensor([[0, 2], [1, 1]]))),
            case("hidden none of two", (2, 3), (integers(0), integers(0))),
            case("hidden none of none", (0,), (integers(0),)),
            case("hidden no column", (2, 3), (tensor([[0], [1]]), integers(1, 0))),
        ],
        "error outside": [
            case("hidden just n", (2, 3), (tensor([0]), tensor([3])), raises=IndexError),
            case(
                "hidden first dimension again",
                (2, 3),
                (tensor([2]), tensor([0])),
                raises=IndexError,
            ),
            case("hidden just below", (2, 3), (tensor([-3]), tensor([0])), raises=IndexError),
            case(
                "hidden below in the last", (2, 3), (tensor([1]), tensor([-4])), raises=IndexError
            ),
            case("hidden of nothing", (0,), (tensor([0]),), raises=IndexError),
        ],
    },
    mistakes=[
        wrong(
            "column by column",
            "You count column by column. Row by row the last dimension moves by 1.",
            but(
                BODY,
                "    for n, i in zip(shape, index):",
                "    for n, i in zip(shape[::-1], index[::-1]):",
            ),
        ),
        wrong(
            "steps of the wrong dimension",
            "You multiply by a dimension's own length. One step down a row passes a row's length.",
            """
            def flat_positions(shape, index):
                places = 0
                for d, (n, i) in enumerate(zip(shape, index)):
                    if i.numel() and (i.min().item() < -n or i.max().item() >= n):
                        raise IndexError("outside")
                    step = n if d < len(shape) - 1 else 1
                    places = places + torch.where(i < 0, i + n, i) * step
                return places
            """,
        ),
        wrong(
            "adds the positions",
            "You add the positions as they are. One step along a dimension is its stride.",
            but(BODY, "places * n + ", "places + "),
        ),
        wrong(
            "negative as they are",
            "You take negative positions as they are. Add the length of their dimension first.",
            but(BODY, "torch.where(i < 0, i + n, i)", "i"),
        ),
        wrong(
            "negative ones of the whole tensor",
            "You count negative positions from the end of the whole tensor. Each counts from the "
            "end of its own dimension.",
            """
            def flat_positions(shape, index):
                places, total = 0, 1
                for n, i in zip(shape, index):
                    if i.numel() and (i.min().item() < -n or i.max().item() >= n):
                        raise IndexError("outside")
                    places = places * n + i
                    total *= n
                return torch.where(places < 0, places + total, places)
            """,
        ),
        wrong(
            "negative off by one",
            "Your negative positions are one off: -1 is the last element, n - 1.",
            but(BODY, "i + n, i)", "i + n - 1, i)"),
        ),
        wrong(
            "every position with every other",
            "You combine every position with every other one. They go in pairs; only "
            "broadcasting combines.",
            """
            def flat_positions(shape, index):
                places = None
                for n, i in zip(shape, index):
                    if i.numel() and (i.min().item() < -n or i.max().item() >= n):
                        raise IndexError("outside")
                    own = torch.where(i < 0, i + n, i)
                    places = own if places is None else places.unsqueeze(-1) * n + own
                return places
            """,
        ),
        wrong(
            "pairs up lists",
            "Your loop over pairs stops at the shorter one. Positions of different shapes "
            "broadcast.",
            """
            def flat_positions(shape, index):
                rows = []
                for picks in zip(*(i.reshape(-1).tolist() for i in index)):
                    place = 0
                    for n, i in zip(shape, picks):
                        if not -n <= i < n:
                            raise IndexError("outside")
                        place = place * n + i % n
                    rows.append(place)
                return torch.tensor(rows, dtype=torch.int64).reshape(index[0].shape)
            """,
        ),
        wrong(
            "always a vector",
            "You flatten the answer. It has the shape of the positions.",
            but(BODY, "    return places\n", "    return places.reshape(-1)\n"),
        ),
        wrong(
            "does not look at the edges",
            "You answer for positions outside their dimension. They lead into another row.",
            """
            def flat_positions(shape, index):
                places = 0
                for n, i in zip(shape, index):
                    places = places * n + torch.where(i < 0, i + n, i)
                return places
            """,
        ),
        wrong(
            "looks at the end only",
            "You look only whether the place exists in the whole tensor. Each position must "
            "exist in its own dimension.",
            """
            def flat_positions(shape, index):
                places, total = 0, 1
                for n, i in zip(shape, index):
                    places = places * n + torch.where(i < 0, i + n, i)
                    total *= n
                if places.numel() and (places.min().item() < 0 or places.max().item() >= total):
                    raise IndexError("outside")
                return places
            """,
        ),
        wrong(
            "forgets the lower edge",
            "You allow positions below -n.",
            but(BODY, "i.min().item() < -n or ", ""),
        ),
    ],
    alternatives=styles(
        as_one_reads_digits=BODY,
        strides_first="""
            def flat_positions(shape, index):
                strides = [1]
                for n in reversed(shape[1:]):
                    strides.insert(0, strides[0] * n)
                total = torch.tensor(0)
                for d in range(len(shape)):
                    i, n = index[d], shape[d]
                    for number in i.reshape(-1).tolist():
                        if number < -n or number >= n:
                            raise IndexError(f"{number} is not a position among {n}")
                    total = total + (i + (i < 0) * n) * strides[d]
                return total
            """,
        numpy="""
            import numpy as np

            def flat_positions(shape, index):
                arrays = [i.numpy() for i in index]
                arrays = np.broadcast_arrays(*arrays)
                answer = np.zeros(arrays[0].shape, np.int64)
                for n, i in zip(shape, arrays):
                    if ((i < -n) | (i >= n)).any():
                        raise IndexError("outside")
                    answer = answer * n + np.where(i < 0, i + n, i)
                return torch.from_numpy(np.asarray(answer))
            """,
        one_after_the_other="""
            def flat_positions(shape, index):
                index = torch.broadcast_tensors(*index)
                answer = []
                for k in range(index[0].numel()):
                    place = 0
                    for n, i in zip(shape, index):
                        one = i.reshape(-1).tolist()[k]
                        if one < 0:
                            one += n
                        if one < 0 or one >= n:
                            raise IndexError("outside")
                        place = place * n + one
                    answer.append(place)
                return torch.tensor(answer, dtype=torch.int64).reshape(tuple(index[0].shape))
            """,
    ),
    equivalent_mutants={
        "`zip(reversed(index), reversed(shape), strict=True)` -> "
        "`zip(reversed(index), reversed(shape))`": "there is a tensor for each dimension",
        "`True` -> `False`": "there is a tensor for each dimension",
    },
)
