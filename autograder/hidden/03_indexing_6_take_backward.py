"""`take_backward`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import integers, randn, tensor

register_hidden(
    "take_backward",
    cases={
        "picked once": [
            case("hidden all", randn(4), tensor([0, 1, 2, 3]), (4,)),
            case("hidden backwards", randn(4), tensor([3, 2, 1, 0]), (4,)),
            case("hidden a few of many", randn(3), tensor([7, 2, 11]), (12,)),
            case("hidden the first", randn(1), tensor([0]), (3,)),
        ],
        "picked again": [
            case("hidden side by side", randn(6), tensor([1, 1, 0, 0, 3, 3]), (4,)),
            case("hidden far apart", randn(6), tensor([4, 2, 0, 1, 3, 4]), (5,)),
            case("hidden very often", randn(40), integers(40, low=0, high=3), (3,)),
            case("hidden they cancel", tensor([2.0, -2.0, 1.0]), tensor([1, 1, 0]), (2,)),
        ],
        "any shape": [
            case("hidden matrix into matrix", randn(2, 3), tensor([[5, 0, 0], [3, 3, 3]]), (3, 2)),
            case(
                "hidden three dimensions",
                randn(2, 2, 2),
                integers(2, 2, 2, low=0, high=12),
                (2, 3, 2),
            ),
            case("hidden vector into three", randn(3), tensor([7, 7, 1]), (2, 2, 2)),
            case("hidden expanded grad", randn().expand(4), tensor([0, 2, 2, 1]), (3,)),
            case(
                "hidden transposed positions",
                randn(3, 2),
                integers(3, 2, low=0, high=4, layout="transposed"),
                (4,),
            ),
        ],
        "edge cases": [
            case("hidden one of 0-d", tensor(3.0), tensor(0), ()),
            case("hidden none of none", randn(0), integers(0), (0,)),
            case("hidden none of a matrix", randn(0, 2), integers(0, 2), (3,)),
            case(
                "hidden float64 matrix",
                randn(2, 2, dtype="float64"),
                tensor([[3, 0], [3, 3]]),
                (2, 2),
            ),
            case(
                "hidden float16", tensor([1.0, 2.0, 4.0], dtype="float16"), tensor([1, 1, 0]), (3,)
            ),
        ],
    },
    mistakes=[
        wrong(
            "overwrites",
            "You overwrote the gradient in place of adding to it: of an element picked twice only "
            "the last gradient is left. (`result[positions] += grad` overwrites as well.)",
            """
            def take_backward(grad, positions, shape):
                total = grad.new_zeros(shape).reshape(-1).tolist()
                for p, g in zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist()):
                    total[p] = g
                return grad.new_tensor(total).reshape(shape)
            """,
        ),
        wrong(
            "keeps the first",
            "Of an element picked twice you keep the first gradient only. Add them up.",
            """
            def take_backward(grad, positions, shape):
                total = grad.new_zeros(shape).reshape(-1).tolist()
                seen = set()
                for p, g in zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist()):
                    if p not in seen:
                        total[p] = g
                    seen.add(p)
                return grad.new_tensor(total).reshape(shape)
            """,
        ),
        wrong(
            "averages",
            "You average over the picks. The chain rule adds what each of them reports.",
            """
            def take_backward(grad, positions, shape):
                total = grad.new_zeros(shape).reshape(-1).tolist()
                count = [0] * len(total)
                for p, g in zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist()):
                    total[p] += g
                    count[p] += 1
                total = [t / max(c, 1) for t, c in zip(total, count)]
                return grad.new_tensor(total).reshape(shape)
            """,
        ),
        wrong(
            "reads in place of writing",
            "You pick from the gradient. The way back puts: grad's numbers go to the positions.",
            """
            def take_backward(grad, positions, shape):
                total = grad.new_zeros(shape).reshape(-1).tolist()
                flat = grad.reshape(-1).tolist()
                for k, p in enumerate(positions.reshape(-1).tolist()):
                    if p < len(flat) and k < len(total):
                        total[k] += flat[p]
                return grad.new_tensor(total).reshape(shape)
            """,
        ),
        wrong(
            "counts the picks",
            "You add 1 for each pick. Add the gradient that arrived there.",
            """
            def take_backward(grad, positions, shape):
                total = grad.new_zeros(shape).reshape(-1).tolist()
                for p in positions.reshape(-1).tolist():
                    total[p] += 1
                return grad.new_tensor(total).reshape(shape)
            """,
        ),
        wrong(
            "ones elsewhere",
            "What was not picked gets 0, not 1: it had no part in the result.",
            """
            def take_backward(grad, positions, shape):
                total = (grad.new_zeros(shape) + 1).reshape(-1).tolist()
                for p in positions.reshape(-1).tolist():
                    total[p] = 0
                for p, g in zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist()):
                    total[p] += g
                return grad.new_tensor(total).reshape(shape)
            """,
        ),
        wrong(
            "always flat",
            "You return a flat tensor. It must have the shape asked for.",
            """
            def take_backward(grad, positions, shape):
                total = grad.new_zeros(shape).reshape(-1).tolist()
                for p, g in zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist()):
                    total[p] += g
                return grad.new_tensor(total)
            """,
        ),
        wrong(
            "float32 always",
            "You return float32 whatever came in. The gradient keeps its type.",
            """
            def take_backward(grad, positions, shape):
                total = grad.new_zeros(shape).reshape(-1).tolist()
                for p, g in zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist()):
                    total[p] += g
                return torch.tensor(total, dtype=torch.float32).reshape(shape)
            """,
        ),
        wrong(
            "through memory order",
            "You read grad and positions in the order of memory. A transpose lies there in "
            "another order.",
            """
            import numpy as np

            def take_backward(grad, positions, shape):
                total = grad.new_zeros(shape).reshape(-1).tolist()
                grads = np.asarray(grad.numpy()).ravel(order="K").tolist()
                places = np.asarray(positions.numpy()).ravel(order="K").tolist()
                for p, g in zip(places, grads):
                    total[p] += g
                return grad.new_tensor(total).reshape(shape)
            """,
        ),
        wrong(
            "first axis only",
            "You take positions for rows. They count through the flat tensor.",
            """
            def take_backward(grad, positions, shape):
                if len(shape) < 2:
                    total = grad.new_zeros(shape).reshape(-1).tolist()
                    for p, g in zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist()):
                        total[p] += g
                    return grad.new_tensor(total).reshape(shape)
                result = grad.new_zeros(shape)
                for p, g in zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist()):
                    if p < shape[0]:
                        result[p] += g
                return result
            """,
        ),
    ],
    alternatives=styles(
        numpy="""
            import numpy as np

            def take_backward(grad, positions, shape):
                result = np.zeros(shape, dtype=grad.numpy().dtype)
                np.add.at(result.reshape(-1), positions.numpy(), grad.numpy())
                return torch.from_numpy(result)
            """,
        a_matrix_of_hits="""
            def take_backward(grad, positions, shape):
                n = 1
                for length in shape:
                    n *= length
                hits = positions.reshape(-1, 1) == torch.arange(n)
                return (hits * grad.reshape(-1, 1)).sum(0).reshape(shape).to(grad.dtype)
            """,
        adding_into_a_view="""
            def take_backward(grad, positions, shape):
                result = torch.zeros(shape, dtype=grad.dtype)
                flat = result.reshape(-1)
                values = grad.reshape(-1)
                for k in range(values.numel()):
                    flat[positions.reshape(-1)[k].item()] += values[k]
                return result
            """,
        a_dictionary="""
            from collections import defaultdict

            def take_backward(grad, positions, shape):
                sums = defaultdict(float)
                for place, g in zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist()):
                    sums[place] += g
                numbers = [sums[k] for k in range(torch.zeros(shape).numel())]
                return torch.tensor(numbers, dtype=grad.dtype).reshape(shape)
            """,
    ),
    equivalent_mutants={
        "`zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist…` -> "
        "`zip(positions.reshape(-1).tolist(), grad.reshape(-1).tolist…`": "both have one shape",
        "`True` -> `False`": "both have one shape",
    },
)
