"""`unbroadcast`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn

register_hidden(
    "unbroadcast",
    cases={
        "added dimensions": [
            case("hidden three added", randn(2, 3, 4, 2), (2,)),
            case("hidden equal sizes", randn(3, 3), (3,)),
            case("hidden matrix stays", randn(2, 3, 4), (3, 4)),
            case("hidden expanded gradient", randn(3).expand(4, 3), (3,)),
        ],
        "stretched dimensions": [
            case("hidden middle", randn(2, 3, 4), (2, 1, 4)),
            case("hidden first and last", randn(3, 3, 3), (1, 3, 1)),
            case("hidden strided", randn(3, 4, layout="strided"), (3, 1)),
            case("hidden one dimension", randn(5), (1,)),
        ],
        "both at once": [
            case("hidden two and one", randn(2, 3, 4, 5), (1, 5)),
            case("hidden all equal", randn(2, 2, 2, 2), (2, 1, 2)),
            case("hidden to one element", randn(2, 3), (1,)),
            case("hidden 1s of both kinds", randn(3, 1, 2), (1, 1)),
        ],
        "nothing to undo": [
            case("hidden three dimensions", randn(2, 3, 4), (2, 3, 4)),
            case("hidden one element", randn(1), (1,)),
            case("hidden transposed", randn(2, 3, layout="transposed"), (2, 3)),
            case("hidden empty", randn(0, 2), (0, 2)),
            case("hidden first only", randn(3, 3), (1, 3)),
        ],
        "edge cases": [
            case("hidden vector to 0-d", randn(4), ()),
            case("hidden nothing to 0-d", randn(0), ()),
            case("hidden added and empty", randn(2, 0), (0,)),
            case("hidden empty to 1s", randn(2, 0), (1, 1)),
            case("hidden float64 column", randn(3, 2, dtype="float64"), (3, 1)),
            case("hidden float64 stays", randn(2, dtype="float64"), (2,)),
        ],
    },
    mistakes=[
        wrong(
            "averages",
            "You average over the reads. The chain rule adds what each of them reports.",
            """
            def unbroadcast(grad, shape):
                dims = stretched_dims(grad.shape, shape)
                return grad.mean(dims).reshape(shape) if dims else grad
            """,
        ),
        wrong(
            "drops the 1s",
            "Your sum drops the stretched dimensions. They stay, with size 1.",
            """
            def unbroadcast(grad, shape):
                dims = stretched_dims(grad.shape, shape)
                return grad.sum(dims) if dims else grad
            """,
        ),
        wrong(
            "keeps the added dimensions",
            "You keep the added dimensions as 1s. The result must have just the shape asked for.",
            """
            def unbroadcast(grad, shape):
                dims = stretched_dims(grad.shape, shape)
                return grad.sum(dims, keepdim=True) if dims else grad
            """,
        ),
        wrong(
            "sums over all where nothing was stretched",
            "With an empty tuple of dimensions `sum` adds up everything. Where nothing was "
            "stretched the gradient must come back unchanged.",
            """
            def unbroadcast(grad, shape):
                return grad.sum(stretched_dims(grad.shape, shape)).reshape(shape)
            """,
        ),
        wrong(
            "forgets stretched dimensions",
            "You sum over the added dimensions only. A 1 that grew was read several times too.",
            """
            def unbroadcast(grad, shape):
                while grad.ndim > len(shape):
                    grad = grad.sum(0)
                return grad
            """,
        ),
        wrong(
            "forgets added dimensions",
            "You sum over the stretched dimensions only. The added ones must go as well.",
            """
            def unbroadcast(grad, shape):
                new = grad.ndim - len(shape)
                for d, n in enumerate(shape):
                    if n == 1:
                        grad = grad.sum(d + new, keepdim=True)
                return grad
            """,
        ),
        wrong(
            "sums over the wrong dimensions",
            "You sum over the dimensions that stayed. Sum over those that were stretched.",
            """
            def unbroadcast(grad, shape):
                dims = stretched_dims(grad.shape, shape)
                other = tuple(d for d in range(grad.ndim) if d not in dims)
                total = grad.sum(other) if other else grad
                return total
            """,
        ),
        wrong(
            "takes the first",
            "You keep what one read reports and forget the others: add them all up.",
            """
            def unbroadcast(grad, shape):
                import numpy as np
                array = grad.numpy()
                new = array.ndim - len(shape)
                if array.size:
                    array = array[(0,) * new]
                    for d, n in enumerate(shape):
                        if n == 1:
                            array = np.take(array, [0], axis=d)
                return torch.from_numpy(np.array(array).reshape(shape))
            """,
        ),
        wrong(
            "overwrites",
            "Your loop overwrites the sum in place of adding to it: only the last read is left.",
            """
            def unbroadcast(grad, shape):
                import numpy as np
                array = grad.numpy()
                result = np.zeros(shape, array.dtype)
                for index in np.ndindex(array.shape):
                    own = index[len(index) - len(shape):]
                    own = tuple(0 if n == 1 else i for i, n in zip(own, shape))
                    result[own] = array[index]
                return torch.from_numpy(result)
            """,
        ),
        wrong(
            "one dimension after the other",
            "You sum one dimension after the other from the left. Each sum moves the dimensions "
            "behind it, so the later ones are missed.",
            """
            def unbroadcast(grad, shape):
                for d in stretched_dims(grad.shape, shape):
                    grad = grad.sum(min(d, grad.ndim - 1))
                return grad.reshape(shape) if grad.numel() == 1 or not shape else grad
            """,
        ),
        wrong(
            "reads from the left",
            "You line the shapes up on the left, so the wrong dimensions are summed.",
            """
            def unbroadcast(grad, shape):
                while grad.ndim > len(shape):
                    grad = grad.sum(-1)
                dims = tuple(d for d, n in enumerate(shape) if n == 1)
                return grad.sum(dims, keepdim=True) if dims else grad
            """,
        ),
        wrong(
            "always float32",
            "You always return float32. The gradient keeps its type.",
            """
            def unbroadcast(grad, shape):
                dims = stretched_dims(grad.shape, shape)
                grad = grad.to(torch.float32)
                return grad.sum(dims).reshape(shape) if dims else grad
            """,
        ),
        wrong(
            "reshapes only",
            "You only give the gradient another shape. The reads have to be added up.",
            """
            def unbroadcast(grad, shape):
                return grad.reshape(-1).reshape(shape)
            """,
        ),
        wrong(
            "expands again",
            "You stretch the sum back to the large size. The small tensor wants its own shape.",
            """
            def unbroadcast(grad, shape):
                dims = stretched_dims(grad.shape, shape)
                return grad.sum(dims, keepdim=True).expand(grad.shape) if dims else grad
            """,
        ),
        wrong(
            "no 0-d",
            "You return a tensor with one dimension for a 0-d tensor. Its shape is ().",
            """
            def unbroadcast(grad, shape):
                dims = stretched_dims(grad.shape, shape)
                return grad.sum(dims).reshape(shape or (1,)) if dims else grad
            """,
        ),
        wrong(
            "calls sum_to_size",
            "A ready-made function does the work here. Write the sum yourself.",
            """
            def unbroadcast(grad, shape):
                import torch as real
                return torch.from_numpy(real.from_numpy(grad.numpy()).sum_to_size(shape).numpy())
            """,
        ),
        wrong(
            "calls penlight's own",
            "A ready-made function does the work here. Write the sum yourself.",
            """
            def unbroadcast(grad, shape):
                return torch.unbroadcast(grad, shape)
            """,
        ),
    ],
    alternatives=styles(
        in_two_steps="""
            def unbroadcast(grad, shape):
                while grad.ndim > len(shape):
                    grad = grad.sum(0)
                for d, n in enumerate(shape):
                    if n == 1 and grad.shape[d] != 1:
                        grad = grad.sum(d, keepdim=True)
                return grad
            """,
        from_the_right="""
            def unbroadcast(grad, shape):
                for d in reversed(stretched_dims(grad.shape, shape)):
                    grad = grad.sum(d)
                return grad.reshape(shape)
            """,
        recursive="""
            def unbroadcast(grad, shape):
                if len(grad.shape) > len(shape):
                    return unbroadcast(grad.sum(0), shape)
                for d in range(len(shape)):
                    if shape[d] != grad.shape[d]:
                        return unbroadcast(grad.sum(dim=d, keepdim=True), shape)
                return grad
            """,
        element_by_element="""
            import numpy as np

            def unbroadcast(grad, shape):
                array = grad.numpy()
                result = np.zeros(shape, array.dtype)
                new = array.ndim - len(shape)
                for index in np.ndindex(array.shape):
                    own = tuple(0 if n == 1 else i for i, n in zip(index[new:], shape))
                    result[own] += array[index]
                return torch.from_numpy(result)
            """,
        matrix_product="""
            def unbroadcast(grad, shape):
                dims = stretched_dims(grad.shape, shape)
                if not dims:
                    return grad.clone()
                kept = tuple(d for d in range(grad.ndim) if d not in dims)
                count = 1
                for d in dims:
                    count *= grad.shape[d]
                table = grad.permute(*dims, *kept).reshape(count, _count(shape))
                return (torch.ones(1, count, dtype=grad.dtype) @ table).reshape(shape)


            def _count(shape):
                total = 1
                for n in shape:
                    total *= n
                return total
            """,
    ),
)
