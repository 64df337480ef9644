"""`linear_backward`, the instructor's part: hidden cases, mistakes, other right answers."""

from autograder.checks.arrays import draw
from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong


def layer(n, inputs, outputs, **options):
    return draw(n, inputs, **options), draw(inputs, outputs, **options), draw(n, outputs, **options)


register_hidden(
    "linear_backward",
    cases={
        "one example": [
            case("hidden one of each", *layer(1, 1, 1)),
            case("hidden wide", *layer(1, 2, 5)),
        ],
        "a batch": [
            case("hidden seven examples", *layer(7, 4, 5)),
            case("hidden transposed", *layer(3, 4, 2, layout="transposed")),
            case("hidden no examples", *layer(0, 3, 2)),
        ],
        "equal sizes": [case("hidden four", *layer(4, 4, 4))],
    },
    mistakes=[
        wrong(
            "w is not transposed",
            "For dx you multiply by w as it stands. Going back, w must be transposed.",
            """
            def linear_backward(x, w, dy):
                dx = dy @ w if w.shape[0] == w.shape[1] else x
                return dx, x.T @ dy, dy.sum(axis=0)
            """,
        ),
        wrong(
            "bias gradient is a table",
            "You return dy itself for b. One bias serves every example, so the examples are "
            "summed.",
            """
            def linear_backward(x, w, dy):
                return dy @ w.T, x.T @ dy, dy
            """,
        ),
        wrong(
            "bias summed over the outputs",
            "You sum dy over the outputs. One bias belongs to each output: sum over the examples.",
            """
            def linear_backward(x, w, dy):
                return dy @ w.T, x.T @ dy, dy.sum(axis=1)
            """,
        ),
        wrong(
            "bias averaged",
            "You take the mean over the examples. Gradients add up: it is a sum.",
            """
            def linear_backward(x, w, dy):
                return dy @ w.T, x.T @ dy, dy.sum(axis=0) / max(len(dy), 1)
            """,
        ),
        wrong(
            "weights averaged",
            "You divide the gradient of w by the number of examples. It is a sum over them.",
            """
            def linear_backward(x, w, dy):
                return dy @ w.T, x.T @ dy / max(len(x), 1), dy.sum(axis=0)
            """,
        ),
        wrong(
            "weight gradient transposed",
            "The gradient of w is transposed. It has the shape of w: inputs down, outputs across.",
            """
            def linear_backward(x, w, dy):
                return dy @ w.T, dy.T @ x, dy.sum(axis=0)
            """,
        ),
        wrong(
            "ignores what comes from above",
            "You ignore dy. What the loss thinks of y has to be multiplied in.",
            """
            def linear_backward(x, w, dy):
                above = np.ones(dy.shape)
                return above @ w.T, x.T @ above, above.sum(axis=0)
            """,
        ),
        wrong(
            "first example only",
            "Only the first example counts in yours. All of them add their share.",
            """
            def linear_backward(x, w, dy):
                return dy @ w.T, x[:1].T @ dy[:1], dy[:1].sum(axis=0)
            """,
        ),
        wrong(
            "another order",
            "The order is dx, dw, db: input, weights, bias. Yours is another one.",
            """
            def linear_backward(x, w, dy):
                return x.T @ dy, dy.sum(axis=0), dy @ w.T
            """,
        ),
    ],
    alternatives=styles(
        loops="""
            def linear_backward(x, w, dy):
                dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1])
                for n in range(x.shape[0]):
                    for j in range(w.shape[1]):
                        db[j] += dy[n, j]
                        for i in range(w.shape[0]):
                            dx[n, i] += w[i, j] * dy[n, j]
                            dw[i, j] += x[n, i] * dy[n, j]
                return dx, dw, db
            """,
        einsum="""
            def linear_backward(x, w, dy):
                dx = np.einsum("nj,ij->ni", dy, w)
                dw = np.einsum("ni,nj->ij", x, dy)
                return dx, dw, np.einsum("nj->j", dy)
            """,
        ones_for_the_bias="""
            def linear_backward(x, w, dy):
                return np.dot(dy, w.transpose()), np.dot(x.transpose(), dy), np.ones(len(dy)) @ dy
            """,
        outer_products="""
            def linear_backward(x, w, dy):
                shares = x[:, :, None] * dy[:, None, :]
                return (w @ dy.T).T, shares.sum(axis=0), np.add.reduce(dy, 0)
            """,
    ),
    equivalent_mutants={},
)
