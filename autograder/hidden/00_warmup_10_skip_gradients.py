"""`skip_gradients`, the instructor's part: hidden cases, mistakes, other right answers."""

from autograder.checks.arrays import array, training
from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong

RIGHT = """
    def skip_gradients(x, target, w1, b1, w2, b2, w3, b3):
        z1 = x @ w1 + b1
        h1 = z1.clip(min=0)
        z2 = h1 @ w2 + b2
        h2 = z2.clip(min=0) + h1
        scores = h2 @ w3 + b3
        loss = ((scores - target) ** 2).mean()
        ds = 2 * (scores - target) / scores.size
        dh2 = ds @ w3.T
        dz2 = np.where(z2 > 0, dh2, 0)
        dh1 = dh2 + dz2 @ w2.T
        dz1 = np.where(z1 > 0, dh1, 0)
        dw3, db3 = h2.T @ ds, ds.sum(0)
        return loss, x.T @ dz1, dz1.sum(0), h1.T @ dz2, dz2.sum(0), dw3, db3
    """


def one(id, w1, b1, w2, b2, w3, b3=0.0, target=0.0):
    """One example, one unit in each layer: numbers that can be followed by hand."""
    matrix, vector = (lambda v: array([[v]])), (lambda v: array([v]))
    return case(
        id, matrix(1.0), matrix(target), matrix(w1), vector(b1), matrix(w2), vector(b2),
        matrix(w3), vector(b3),
    )  # fmt: skip


register_hidden(
    "skip_gradients",
    cases={
        "last layer": [one("hidden both off", -1.0, 0.0, 1.0, -0.5, 2.0, 1.5)],
        "both paths": [
            case("hidden two outputs", *training(3, 3, 4, 4, 2)),
            case("hidden equal sizes", *training(3, 3, 3, 3, 3)),
        ],
        "one path only": [
            one("hidden second exactly zero", 1.0, 1.0, -1.0, 2.0, 3.0),
            one("hidden first exactly zero", 1.0, -1.0, 1.0, 2.0, 3.0),
            one("hidden negative weight", 2.0, 1.0, -2.0, 1.0, -3.0, target=5.0),
        ],
    },
    mistakes=[
        wrong(
            "through the second layer only",
            "h1 also goes past the second layer, straight into h2. That path's gradient is "
            "missing: the two are added.",
            but(RIGHT, "dh2 + dz2 @ w2.T", "dz2 @ w2.T"),
        ),
        wrong(
            "past the second layer only",
            "You forget the path through w2: only what goes past that layer comes back.",
            but(RIGHT, "dh2 + dz2 @ w2.T", "dh2"),
        ),
        wrong(
            "adds what is cut",
            "You add dz2 where dh2 belongs: what goes past the layer is not cut by z2.",
            but(RIGHT, "dh2 + dz2 @ w2.T", "dz2 + dz2 @ w2.T"),
        ),
        wrong(
            "multiplies the paths",
            "Along one path factors multiply. Several paths are added.",
            but(RIGHT, "dh2 + dz2 @ w2.T", "dh2 * (dz2 @ w2.T)"),
        ),
        wrong(
            "no second mask",
            "You do not cut the gradient where the second layer was off.",
            but(RIGHT, "np.where(z2 > 0, dh2, 0)", "dh2"),
        ),
        wrong(
            "no first mask",
            "You do not cut the gradient where the first layer was off.",
            but(RIGHT, "np.where(z1 > 0, dh1, 0)", "dh1"),
        ),
        wrong(
            "mask from h2",
            "You cut by h2. It is positive also where z2 is not, because h1 was added: use z2.",
            but(RIGHT, "np.where(z2 > 0, dh2, 0)", "np.where(h2 > 0, dh2, 0)"),
        ),
        wrong(
            "second weights see the input",
            "The gradient of w2 is made with h2. The second layer saw h1.",
            but(RIGHT, "h1.T @ dz2", "h2.T @ dz2"),
        ),
        wrong(
            "last weights see h1",
            "The gradient of w3 is made with h1. The last layer saw h2.",
            but(RIGHT, "h2.T @ ds", "h1.T @ ds"),
        ),
        wrong(
            "forward without the skip",
            "Your forward pass leaves out the `+ h1`.",
            but(RIGHT, "z2.clip(min=0) + h1", "z2.clip(min=0)"),
        ),
        wrong(
            "forgets the two",
            "The factor 2 from the square is missing.",
            but(RIGHT, "2 * (scores - target) / scores.size", "(scores - target) / scores.size"),
        ),
    ],
    alternatives=styles(
        one_function=RIGHT,
        own_functions="""
            def skip_gradients(x, target, w1, b1, w2, b2, w3, b3):
                first, out1, second, out2, scores = skip_forward(x, w1, b1, w2, b2, w3, b3)
                error = scores - target
                back, dw3, db3 = linear_backward(out2, w3, error * (2 / error.size))
                through, dw2, db2 = linear_backward(out1, w2, back * (second > 0))
                back = (back + through) * (first > 0)
                _, dw1, db1 = linear_backward(x, w1, back)
                return (error**2).mean(), dw1, db1, dw2, db2, dw3, db3
            """,
        the_identity_as_weights="""
            def skip_gradients(x, target, w1, b1, w2, b2, w3, b3):
                z1, h1, z2, h2, scores = skip_forward(x, w1, b1, w2, b2, w3, b3)
                ds = (scores - target) * 2 / scores.size
                dh2 = np.dot(ds, w3.T)
                on = (z2 > 0).astype(float)
                same = np.eye(w2.shape[0])
                dh1 = np.stack([row @ (same + w2 * o).T for row, o in zip(dh2, on)])
                dz1 = dh1 * (z1 > 0)
                dw2 = h1.T @ (dh2 * on)
                db2 = (dh2 * on).sum(axis=0)
                loss = np.mean(np.square(scores - target))
                return [loss, x.T @ dz1, dz1.sum(axis=0), dw2, db2, h2.T @ ds, ds.sum(axis=0)]
            """,
        example_by_example="""
            def skip_gradients(x, target, *parameters):
                w1, b1, w2, b2, w3, b3 = parameters
                total = [0.0] + [np.zeros(p.shape) for p in parameters]
                for row, wanted in zip(x, target):
                    z1, h1, z2, h2, score = skip_forward(row, *parameters)
                    ds = 2 * (score - wanted) / target.size
                    dh2 = w3 @ ds
                    dz2 = dh2 * (z2 > 0)
                    dz1 = (dh2 + w2 @ dz2) * (z1 > 0)
                    shares = [((score - wanted) ** 2).sum() / target.size, np.outer(row, dz1), dz1,
                              np.outer(h1, dz2), dz2, np.outer(h2, ds), ds]
                    total = [t + share for t, share in zip(total, shares)]
                return tuple(total)
            """,
    ),
    equivalent_mutants={},
)
