"""`broadcast_tensors`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import integers, randn, tensor

VIEWS = ("dtype", "strides", "shares_memory")

register_hidden(
    "broadcast_tensors",
    cases={
        "shapes and values": [
            case("hidden three dimensions", randn(2, 1, 3), randn(4, 1)),
            case("hidden whole numbers", integers(1, 3), integers(2, 1)),
            case("hidden second is larger", randn(3), randn(2, 3)),
            case("hidden transposed", randn(3, 2, layout="transposed"), randn(2)),
        ],
        "views, not copies": [
            case("hidden three", randn(2, 1, 1), randn(3, 1), randn(4), compares=VIEWS),
            case("hidden 0-d", randn(), randn(2, 3), compares=VIEWS),
            case("hidden every second", randn(3, layout="strided"), randn(2, 1), compares=VIEWS),
            case("hidden expanded", randn(1, 3).expand(2, 3), randn(4, 1, 1), compares=VIEWS),
            case("hidden one", randn(2, 2), compares=VIEWS),
        ],
        "edge cases": [
            case("hidden two 0-d", randn(), randn()),
            case("hidden five", randn(2), randn(1), randn(), randn(3, 1), randn(1, 2)),
            case("hidden 0 meets 1", randn(0), randn(1)),
            case("hidden bool", tensor([True, False]), randn(2, 1)),
            case("hidden third is largest", randn(1), randn(3), randn(2, 1, 3)),
        ],
        "error where shapes do not fit": [
            case("hidden third", randn(1), randn(3), randn(4), raises=RuntimeError),
            case("hidden 0 meets 3", randn(0), randn(3), raises=RuntimeError),
            case("hidden multiple", randn(4), randn(2), raises=RuntimeError),
        ],
    },
    mistakes=[
        wrong(
            "copies by adding zeros",
            "You add zeros: the values are right, but every sum is a copy. A view shares memory.",
            """
            def broadcast_tensors(*tensors):
                shape = broadcast_shapes(*(t.shape for t in tensors))
                return tuple(t + torch.zeros(shape, dtype=t.dtype) for t in tensors)
            """,
        ),
        wrong(
            "clones the views",
            "You copy the views at the end. Leave them as they are.",
            """
            def broadcast_tensors(*tensors):
                shape = broadcast_shapes(*(t.shape for t in tensors))
                return tuple(t.expand(shape).clone() for t in tensors)
            """,
        ),
        wrong(
            "makes them contiguous",
            "`contiguous` copies every stretched tensor. Stride 0 is just what is wanted.",
            """
            def broadcast_tensors(*tensors):
                shape = broadcast_shapes(*(t.shape for t in tensors))
                return tuple(t.expand(shape).contiguous() for t in tensors)
            """,
        ),
        wrong(
            "only two tensors",
            "You take exactly two tensors. It may be any number.",
            """
            def broadcast_tensors(a, b):
                shape = broadcast_shapes(a.shape, b.shape)
                return a.expand(shape), b.expand(shape)
            """,
        ),
        wrong(
            "first shape rules",
            "You stretch every tensor to the shape of the first. It may have to stretch itself.",
            """
            def broadcast_tensors(*tensors):
                return tuple(t.expand(tensors[0].shape) for t in tensors)
            """,
        ),
        wrong(
            "longest shape rules",
            "You stretch to the shape with the most dimensions. It may hold 1s that have to "
            "stretch as well.",
            """
            def broadcast_tensors(*tensors):
                shape = max((t.shape for t in tensors), key=len)
                return tuple(t.expand(shape) for t in tensors)
            """,
        ),
        wrong(
            "largest tensor rules",
            "You stretch to the shape of the largest tensor. A column and a row both stretch.",
            """
            def broadcast_tensors(*tensors):
                shape = max(tensors, key=lambda t: t.numel()).shape
                return tuple(t.expand(shape) for t in tensors)
            """,
        ),
        wrong(
            "pairs only",
            "You broadcast each tensor with its neighbour. All of them need one common shape.",
            """
            def broadcast_tensors(*tensors):
                result = list(tensors)
                for i in range(len(result) - 1):
                    shape = broadcast_shapes(result[i].shape, result[i + 1].shape)
                    result[i], result[i + 1] = result[i].expand(shape), result[i + 1].expand(shape)
                return tuple(result)
            """,
        ),
        wrong(
            "one type for all",
            "You turn all tensors into one type. Broadcasting changes shapes, not types.",
            """
            def broadcast_tensors(*tensors):
                shape = broadcast_shapes(*(t.shape for t in tensors))
                return tuple(t.to(tensors[-1].dtype).expand(shape) for t in tensors)
            """,
        ),
        wrong(
            "unchanged where shapes do not fit",
            "You return the tensors as they came when they do not fit. That hides the error.",
            """
            def broadcast_tensors(*tensors):
                try:
                    shape = broadcast_shapes(*(t.shape for t in tensors))
                except RuntimeError:
                    return tensors
                return tuple(t.expand(shape) for t in tensors)
            """,
        ),
        wrong(
            "returns the shapes",
            "You return shapes. Asked are the tensors.",
            """
            def broadcast_tensors(*tensors):
                shape = broadcast_shapes(*(t.shape for t in tensors))
                return tuple(shape for t in tensors)
            """,
        ),
        wrong(
            "calls PyTorch's",
            "A ready-made function does the work here. Write it with expand.",
            """
            def broadcast_tensors(*tensors):
                return torch.broadcast_tensors(*tensors)
            """,
        ),
        wrong(
            "calls NumPy's",
            "A ready-made function does the work here. Write it with expand.",
            """
            import numpy as np

            def broadcast_tensors(*tensors):
                return tuple(np.broadcast_arrays(*(t.numpy() for t in tensors)))
            """,
        ),
    ],
    alternatives=styles(
        a_loop="""
            def broadcast_tensors(*tensors):
                shapes = []
                for t in tensors:
                    shapes.append(tuple(t.shape))
                size = broadcast_shapes(*shapes)
                views = []
                for t in tensors:
                    views.append(t.expand(*size) if size else t.expand(()))
                return tuple(views)
            """,
        broadcast_to="""
            def broadcast_tensors(*tensors):
                size = broadcast_shapes(*[t.shape for t in tensors])
                return tuple(map(lambda t: torch.broadcast_to(t, size), tensors))
            """,
        growing_shape="""
            def broadcast_tensors(*tensors):
                size = ()
                for t in tensors:
                    size = broadcast_shapes(size, t.shape)
                return tuple([t.expand(size) for t in tensors])
            """,
        numpy_strides="""
            from numpy.lib.stride_tricks import as_strided

            def broadcast_tensors(*tensors):
                size = broadcast_shapes(*(t.shape for t in tensors))
                views = []
                for t in tensors:
                    array = t.numpy()
                    steps = expand_strides(array.shape, array.strides, size)
                    views.append(torch.from_numpy(as_strided(array, size, steps)))
                return tuple(views)
            """,
    ),
)
