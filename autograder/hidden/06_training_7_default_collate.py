"""Hidden part of default_collate."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import integers, randn, tensor

RIGHT = """
def default_collate(batch):
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch)
    if isinstance(first, np.ndarray):
        return stack([from_numpy(each) for each in batch])
    if isinstance(first, float):
        return tensor(batch, dtype=float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return {key: default_collate([each[key] for each in batch]) for key in first}
    if isinstance(first, Sequence):
        if len({len(each) for each in batch}) > 1:
            raise RuntimeError("the samples have different lengths")
        columns = [default_collate(column) for column in zip(*batch)]
        return type(first)(*columns) if hasattr(first, "_fields") else columns
    raise TypeError(f"cannot collate {type(first)}")
"""


def changed(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


register_hidden(
    "default_collate",
    cases={
        "tensors and arrays": [
            case("hidden matrices", [randn(2, 3), randn(2, 3), randn(2, 3)]),
            case("hidden one sample", [integers(4)]),
            case("hidden int arrays", [integers(2, as_array=True), integers(2, as_array=True)]),
        ],
        "numbers": [
            case("hidden negative", [-1, 0]),
            case("hidden a float first", [1.5, 2]),
            case("hidden one float", [0.1]),
            case("hidden False first", [False, True, True]),
        ],
        "tuples and lists": [
            case("hidden three entries", [(1, 2.5, "a"), (3, 4.5, "b"), (5, 6.5, "c")]),
            case("hidden deep", [[[tensor([1.0])], (2,)], [[tensor([3.0])], (4,)]]),
            case("hidden words", ["one", "three", "five"]),
            case("hidden long strings", [("north", 0), ("south pole", 1)]),
        ],
        "dicts and named tuples": [
            case("hidden nested dicts", [{"x": {"a": 1}, "y": (1, 2)},
                 {"x": {"a": 3}, "y": (4, 5)}]),
            case("hidden other order", [{"x": 1, "y": 2}, {"y": 4, "x": 3}]),
            case("hidden named", [("a", 0.5), ("b", 1.5)], named=True),
        ],
        "error on bad input": [
            case("hidden shorter first", [(1,), (2, 3)], raises=RuntimeError),
            case("hidden in the middle", [(1, 2), (3,), (4, 5)], raises=RuntimeError),
            case("hidden array shapes", [randn(2), randn(2, 2)], raises=RuntimeError),
            case("hidden None inside", [(1, None), (2, None)], raises=TypeError),
        ],
    },
    mistakes=[
        changed("float32", "Python floats become float64; you made float32 of them.",
                "tensor(batch, dtype=float64)", "tensor(batch)"),
        changed("all numbers float", "Whole numbers stay whole: int64.",
                "isinstance(first, float)", "isinstance(first, (int, float))"),
        wrong("cat", "`cat` glues the samples to one long tensor. `stack` gives each a row.",
              RIGHT.replace("stack(batch)", "torch.cat(batch)")),
        changed("rows, not columns", "You collate each sample by itself. Columns are wanted: all "
                "first entries, all second entries.", "zip(*batch)", "batch"),
        changed("the first sample only", "Your dict holds the values of the first sample alone.",
                "default_collate([each[key] for each in batch])", "default_collate([first[key]])"),
        changed("lists of columns", "Nested samples are not collated: call yourself for each "
                "column.", "[default_collate(column) for column in zip(*batch)]",
                "[list(column) for column in zip(*batch)]"),
        changed("values not collated", "The values of a dict are not collated: call yourself for "
                "each of them.", "default_collate([each[key] for each in batch])",
                "[each[key] for each in batch]"),
        changed("the shortest counts", "zip stops at the shortest sample. Compare the lengths "
                "and raise.", "if len({len(each) for each in batch}) > 1:", "if False:"),
        changed("joined strings", "Strings stay separate strings.", "return batch",
                "return ''.join(batch)"),
        changed("unknown things pass", "Things that nobody can collate are refused with a "
                "TypeError.", 'raise TypeError(f"cannot collate {type(first)}")', "return batch"),
        changed("plain tuples for named", "A named tuple of batches is wanted for named tuples.",
                'type(first)(*columns) if hasattr(first, "_fields") else columns', "columns"),
        changed("True and False as numbers", "True and False become a bool tensor.",
                "return tensor(batch)\n    if isinstance(first, (str",
                "return tensor([int(each) for each in batch])\n    if isinstance(first, (str"),
        changed("arrays left alone", "Arrays have to be made tensors.",
                "stack([from_numpy(each) for each in batch])", "batch"),
        changed("arrays as float32", "An array keeps its type on the way to a tensor.",
                "from_numpy(each) for each", "tensor(each.tolist()) for each"),
        changed("lengths by assertion", "Samples of different length are a RuntimeError.",
                'raise RuntimeError("the samples have different lengths")',
                'raise ValueError("the samples have different lengths")'),
    ],
    alternatives=styles(
        by_type="""
        def default_collate(batch):
            kind = type(batch[0])
            if issubclass(kind, dict):
                return {k: default_collate([row[k] for row in batch]) for k in batch[0]}
            if kind in (str, bytes):
                return list(batch)
            if issubclass(kind, (tuple, list)):
                for row in batch[1:]:
                    if len(row) != len(batch[0]):
                        raise RuntimeError("not one length")
                columns = []
                for place in range(len(batch[0])):
                    columns.append(default_collate([row[place] for row in batch]))
                return kind(*columns) if hasattr(kind, "_fields") else columns
            if kind is float:
                return torch.tensor(batch, dtype=torch.float64)
            if kind in (int, bool):
                return torch.tensor(list(batch))
            if kind is np.ndarray:
                batch = [torch.tensor(row) for row in batch]
            if not isinstance(batch[0], torch.Tensor):
                raise TypeError("no idea how to collate this")
            return torch.stack(batch)
        """,
        numpy_stack="""
        def default_collate(batch):
            def columns_of(rows):
                if any(len(row) - len(rows[0]) for row in rows):
                    raise RuntimeError("rows of different length")
                return [default_collate(list(column)) for column in zip(*rows)]

            first = batch[0]
            if isinstance(first, np.ndarray):
                if any(each.shape != first.shape for each in batch):
                    raise RuntimeError("arrays of different shape")
                return torch.from_numpy(np.stack(batch))
            if isinstance(first, torch.Tensor):
                return torch.stack(list(batch), dim=0)
            if isinstance(first, (bool, int, float)):
                return torch.from_numpy(np.array(batch))
            if isinstance(first, str) or isinstance(first, bytes):
                return batch
            if isinstance(first, Mapping):
                return dict(zip(first, columns_of([[each[k] for k in first] for each in batch])))
            if hasattr(first, "_fields"):
                return type(first)._make(columns_of(batch))
            if isinstance(first, Sequence):
                return tuple(columns_of(batch))
            raise TypeError(type(first))
        """,
        matching="""
        def default_collate(batch):
            match batch[0]:
                case Tensor():
                    return torch.stack(batch)
                case np.ndarray():
                    return torch.stack([torch.as_tensor(each) for each in batch])
                case bool() | int():
                    return torch.as_tensor(batch)
                case float():
                    return torch.as_tensor(batch, dtype=torch.double)
                case str() | bytes():
                    return batch
                case dict() as first:
                    return {k: default_collate([d[k] for d in batch]) for k in first}
                case tuple() | list() as first:
                    if {len(each) for each in batch} != {len(first)}:
                        raise RuntimeError("unequal samples")
                    found = list(map(default_collate, zip(*batch)))
                    return type(first)(*found) if hasattr(first, "_fields") else found
                case other:
                    raise TypeError(other)
        """,
    ),
    equivalent_mutants={
        "`zip(*batch, strict=True)` -> `zip(*batch)`": "the lengths were compared before",
        "`True` -> `False`": "the lengths were compared before",
    },
)  # fmt: skip
