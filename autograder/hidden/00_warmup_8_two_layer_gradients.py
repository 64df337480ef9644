"""`two_layer_gradients`, the instructor's part: hidden cases, mistakes, other right answers."""

from autograder.checks.arrays import array, draw, training
from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong

RIGHT = """
    def two_layer_gradients(x, target, w1, b1, w2, b2):
        z = x @ w1 + b1
        h = z.clip(min=0)
        scores = h @ w2 + b2
        if scores.shape != target.shape:
            raise ValueError("another shape")
        loss = np.mean((scores - target) ** 2)
        dscores = 2 / scores.size * (scores - target)
        dh = dscores @ w2.T
        dz = np.where(z > 0, dh, 0)
        return loss, x.T @ dz, dz.sum(0), h.T @ dscores, dscores.sum(0)
    """

register_hidden(
    "two_layer_gradients",
    cases={
        "one output": [
            case("hidden many units", *training(4, 3, 6, 1)),
            case("hidden one example", *training(1, 2, 2, 1)),
        ],
        "several outputs": [
            case("hidden equal sizes", *training(3, 3, 3, 3)),
            case("hidden wide", *training(6, 2, 3, 4)),
        ],
        "units that are off": [
            case(
                "hidden exactly zero",
                array([[1.0], [2.0]]),
                array([[0.0], [1.0]]),
                array([[1.0, -2.0]]),
                array([-1.0, 4.0]),
                array([[3.0], [4.0]]),
                array([0.5]),
            ),
            case(
                "hidden all off",
                array([[1.0]]),
                array([[2.0]]),
                array([[-1.0, -1.0]]),
                array([0.5, 0.5]),
                array([[3.0], [4.0]]),
                array([0.5]),
            ),
        ],
        "error on bad input": [
            case(
                "hidden one target for all",
                draw(3, 2),
                draw(1, 1),
                draw(2, 2),
                draw(2),
                draw(2, 1),
                draw(1),
                raises=ValueError,
            ),
        ],
    },
    mistakes=[
        wrong(
            "no mask",
            "You do not stop the gradient where the unit was off: dh goes back uncut.",
            but(RIGHT, "np.where(z > 0, dh, 0)", "dh"),
        ),
        wrong(
            "mask from the gradient",
            "You cut where the gradient is negative. The cut depends on z, from the forward pass.",
            but(RIGHT, "np.where(z > 0, dh, 0)", "np.where(dh > 0, dh, 0)"),
        ),
        wrong(
            "mask upside down",
            "You let the gradient through where the unit was off, and stop it where it was on.",
            but(RIGHT, "np.where(z > 0, dh, 0)", "np.where(z > 0, 0, dh)"),
        ),
        wrong(
            "mask lets zero through",
            "At exactly 0 your gradient passes. As in PyTorch, only z above 0 lets it through.",
            but(RIGHT, "z > 0", "z >= 0"),
        ),
        wrong(
            "forgets the two",
            "The factor 2 from the square is missing.",
            but(RIGHT, "2 / scores.size", "1 / scores.size"),
        ),
        wrong(
            "forgets the mean in the gradient",
            "The loss is a mean, so its gradient is divided by the number of scores too.",
            but(RIGHT, "2 / scores.size", "2"),
        ),
        wrong(
            "divides by the rows",
            "You divide by the number of examples. The mean is over all numbers of the table.",
            but(RIGHT, "2 / scores.size", "2 / len(scores)"),
        ),
        wrong(
            "target minus scores",
            "The difference is the wrong way round: scores minus target. You would climb.",
            but(
                RIGHT, "2 / scores.size * (scores - target)", "2 / scores.size * (target - scores)"
            ),
        ),
        wrong(
            "sum of squares",
            "Your loss is the sum of the squares. Here it is their mean.",
            but(RIGHT, "np.mean(", "np.sum("),
        ),
        wrong(
            "another order",
            "The order is loss, dw1, db1, dw2, db2, as in the parameters. Yours is another one.",
            but(
                RIGHT,
                "x.T @ dz, dz.sum(0), h.T @ dscores, dscores.sum(0)",
                "h.T @ dscores, dscores.sum(0), x.T @ dz, dz.sum(0)",
            ),
        ),
        wrong(
            "second weights see z",
            "The gradient of w2 is made with z. The second layer saw h.",
            but(RIGHT, "h.T @ dscores", "z.T @ dscores"),
        ),
        wrong(
            "no look at the shapes",
            "Scores (n, 1) and a target (n,) broadcast to (n, n) in silence. Compare the shapes "
            "and raise a ValueError.",
            but(RIGHT, "scores.shape != target.shape", "False"),
        ),
    ],
    alternatives=styles(
        one_function=RIGHT,
        own_functions_and_a_mask="""
            def two_layer_gradients(x, target, w1, b1, w2, b2):
                z, h, scores = two_layer_forward(x, w1, b1, w2, b2)
                if target.shape != scores.shape:
                    raise ValueError(f"target {target.shape}, scores {scores.shape}")
                error = scores - target
                dh, dw2, db2 = linear_backward(h, w2, error * 2 / error.size)
                dh[z <= 0] = 0
                return float((error * error).mean()), *linear_backward(x, w1, dh)[1:], dw2, db2
            """,
        example_by_example="""
            def two_layer_gradients(x, target, w1, b1, w2, b2):
                _, h, scores = two_layer_forward(x, w1, b1, w2, b2)
                if np.shape(target) != np.shape(scores):
                    raise ValueError("target and scores must have one shape")
                loss = 0.0
                dw1, db1 = np.zeros(w1.shape), np.zeros(b1.shape)
                dw2, db2 = np.zeros(w2.shape), np.zeros(b2.shape)
                for n in range(len(x)):
                    error = scores[n] - target[n]
                    loss += (error @ error) / scores.size
                    ds = 2 * error / scores.size
                    dz = (w2 @ ds) * (h[n] > 0)
                    dw2 += np.outer(h[n], ds)
                    db2 += ds
                    dw1 += np.outer(x[n], dz)
                    db1 += dz
                return [loss, dw1, db1, dw2, db2]
            """,
        einsum="""
            def two_layer_gradients(x, target, w1, b1, w2, b2):
                z, h, scores = two_layer_forward(x, w1, b1, w2, b2)
                if scores.ndim != target.ndim or scores.shape != target.shape:
                    raise ValueError("shapes differ")
                ds = (scores - target) * (2.0 / scores.shape[0] / scores.shape[1])
                dz = np.einsum("nk,jk,nj->nj", ds, w2, np.sign(h))
                loss = np.square(scores - target).sum() / scores.size
                return (loss, np.einsum("ni,nj->ij", x, dz), np.einsum("nj->j", dz),
                        np.einsum("nj,nk->jk", h, ds), np.einsum("nk->k", ds))
            """,
    ),
    equivalent_mutants={},
)
