"""`two_layer_forward`, the instructor's part: hidden cases, mistakes, other right answers."""

from autograder.checks.arrays import array, network
from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

register_hidden(
    "two_layer_forward",
    cases={
        "hidden layer": [
            case("hidden four units", *network(5, 3, 4, 2)),
            case(
                "hidden all units off",
                array([[1.0]]),
                array([[-2.0, -3.0]]),
                array([0.5, 0.5]),
                array([[1.0], [1.0]]),
                array([7.0]),
            ),
        ],
        "scores": [
            case("hidden equal sizes", *network(3, 3, 3, 3)),
            case("hidden one of each", *network(1, 1, 1, 1)),
        ],
    },
    mistakes=[
        wrong(
            "no bias in the first layer",
            "b1 is missing in the hidden layer.",
            """
            def two_layer_forward(x, w1, b1, w2, b2):
                z = x @ w1
                h = np.where(z > 0, z, 0)
                return z, h, h @ w2 + b2
            """,
        ),
        wrong(
            "no bias in the last layer",
            "b2 is missing in the scores.",
            """
            def two_layer_forward(x, w1, b1, w2, b2):
                z = x @ w1 + b1
                h = np.where(z > 0, z, 0)
                return z, h, h @ w2
            """,
        ),
        wrong(
            "no cut",
            "You do not cut off what is negative: without it two layers are no more than one.",
            """
            def two_layer_forward(x, w1, b1, w2, b2):
                z = x @ w1 + b1
                return z, z, z @ w2 + b2
            """,
        ),
        wrong(
            "z is cut too",
            "The z you return is already cut off. Return it as it was before.",
            """
            def two_layer_forward(x, w1, b1, w2, b2):
                z = x @ w1 + b1
                z[z < 0] = 0
                return z, z, z @ w2 + b2
            """,
        ),
        wrong(
            "cut before the bias",
            "You cut first and add b1 afterwards. The bias belongs inside the cut.",
            """
            def two_layer_forward(x, w1, b1, w2, b2):
                z = x @ w1
                h = np.where(z > 0, z, 0) + b1
                return z + b1, h, h @ w2 + b2
            """,
        ),
        wrong(
            "scores are cut",
            "You cut the scores as well. Only the hidden layer is cut.",
            """
            def two_layer_forward(x, w1, b1, w2, b2):
                z = x @ w1 + b1
                h = np.where(z > 0, z, 0)
                scores = h @ w2 + b2
                return z, h, np.where(scores > 0, scores, 0)
            """,
        ),
        wrong(
            "absolute value",
            "You flip what is negative. It has to become 0.",
            """
            def two_layer_forward(x, w1, b1, w2, b2):
                z = x @ w1 + b1
                h = abs(z)
                return z, h, h @ w2 + b2
            """,
        ),
        wrong(
            "scores from z",
            "The scores are made from z. They must be made from h.",
            """
            def two_layer_forward(x, w1, b1, w2, b2):
                z = x @ w1 + b1
                h = np.where(z > 0, z, 0)
                return z, h, z @ w2 + b2
            """,
        ),
    ],
    alternatives=styles(
        loops="""
            def two_layer_forward(x, w1, b1, w2, b2):
                n, d = x.shape
                z = np.zeros((n, w1.shape[1]))
                for i in range(n):
                    for j in range(w1.shape[1]):
                        z[i, j] = sum(x[i, k] * w1[k, j] for k in range(d)) + b1[j]
                h = np.array([[max(v, 0.0) for v in row] for row in z])
                return z, h, np.array([row @ w2 + b2 for row in h])
            """,
        mask="""
            def two_layer_forward(x, w1, b1, w2, b2):
                before = np.dot(x, w1) + b1[None, :]
                after = before * (before > 0)
                return before, after, np.dot(after, w2) + b2[None, :]
            """,
        clip_and_einsum="""
            def relu(values):
                return values.clip(min=0)

            def two_layer_forward(x, w1, b1, w2, b2):
                z = np.einsum("ni,ij->nj", x, w1) + b1
                return z, relu(z), np.einsum("nj,jk->nk", relu(z), w2) + b2
            """,
        a_list_and_a_copy="""
            def two_layer_forward(x, w1, b1, w2, b2):
                z = b1 + x @ w1
                h = z.copy()
                h[h < 0] = 0.0
                return [z, h, b2 + h @ w2]
            """,
    ),
    equivalent_mutants={
        "`np.maximum(z, 0)` -> `np.maximum(0, z)`": "the larger of two is the same in either order",
    },
)
