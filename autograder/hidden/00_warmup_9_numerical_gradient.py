"""`numerical_gradient`, the instructor's part: hidden cases, mistakes, other right answers."""

from autograder.checks.arrays import MEASURED, array, draw
from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import formula


def measured(id, text, w):
    return case(id, formula(text, "w"), w, tolerance=MEASURED)


register_hidden(
    "numerical_gradient",
    cases={
        "values": [
            measured("hidden product", "w[0] * w[1]", array([3.0, 4.0])),
            measured("hidden falling", "(-2 * w).sum()", draw(3)),
            measured("hidden constant", "(0 * w).sum()", draw(2)),
        ],
        "accuracy": [
            measured("hidden fourth power", "(w * w * w * w).sum()", array([2.0, -3.0])),
            measured("hidden one over", "(1 / w).sum()", array([0.5, 2.0])),
        ],
        "any shape": [
            measured("hidden three dimensions", "(w * w).sum()", draw(2, 2, 2)),
            measured("hidden single number", "w * w", array(3.0)),
            measured("hidden strided", "(w * w * w).sum()", draw(2, 3, layout="strided")),
        ],
    },
    mistakes=[
        wrong(
            "one-sided",
            "You go up only. Up and down cancels the error of the curve: the two-sided difference "
            "has twice as many right digits.",
            """
            def numerical_gradient(f, w, eps=1e-5):
                gradient = np.zeros(w.shape)
                for index in np.ndindex(w.shape):
                    up = w.copy()
                    up[index] += eps
                    gradient[index] = (f(up) - f(w)) / eps
                return gradient
            """,
        ),
        wrong(
            "divides by eps",
            "You divide by eps. From down to up it is 2 eps.",
            """
            def numerical_gradient(f, w, eps=1e-5):
                gradient = np.zeros(w.shape)
                for index in np.ndindex(w.shape):
                    up, down = w.copy(), w.copy()
                    up[index] += eps
                    down[index] -= eps
                    gradient[index] = (f(up) - f(down)) / eps
                return gradient
            """,
        ),
        wrong(
            "down minus up",
            "You subtract up from down: every sign is wrong.",
            """
            def numerical_gradient(f, w, eps=1e-5):
                gradient = np.zeros(w.shape)
                for index in np.ndindex(w.shape):
                    up, down = w.copy(), w.copy()
                    up[index] += eps
                    down[index] -= eps
                    gradient[index] = (f(down) - f(up)) / (2 * eps)
                return gradient
            """,
        ),
        wrong(
            "all entries at once",
            "You move all entries together, and every entry gets the sum. One at a time.",
            """
            def numerical_gradient(f, w, eps=1e-5):
                return np.full(w.shape, (f(w + eps) - f(w - eps)) / (2 * eps))
            """,
        ),
        wrong(
            "entries stay moved",
            "An entry you have moved stays moved while you measure the next. Begin each time from "
            "a fresh copy.",
            """
            def numerical_gradient(f, w, eps=1e-5):
                gradient, up, down = np.zeros(w.shape), w.copy(), w.copy()
                for index in np.ndindex(w.shape):
                    up[index] += eps
                    down[index] -= eps
                    gradient[index] = (f(up) - f(down)) / (2 * eps)
                return gradient
            """,
        ),
        wrong(
            "changes w",
            "You move the entries of w itself and do not put them back.",
            """
            def numerical_gradient(f, w, eps=1e-5):
                gradient = np.zeros(w.shape)
                for index in np.ndindex(w.shape):
                    w[index] += eps
                    up = f(w)
                    w[index] -= 2 * eps
                    gradient[index] = (up - f(w)) / (2 * eps)
                return gradient
            """,
        ),
        wrong(
            "a large step",
            "Your step is too large: the curve bends within it. Use the eps that is given.",
            """
            def numerical_gradient(f, w, eps=0.1):
                gradient = np.zeros(w.shape)
                for index in np.ndindex(w.shape):
                    up, down = w.copy(), w.copy()
                    up[index] += eps
                    down[index] -= eps
                    gradient[index] = (f(up) - f(down)) / (2 * eps)
                return gradient
            """,
        ),
        wrong(
            "a step that is too small",
            "Your step is so small that the difference drowns in rounding. Use the eps that is "
            "given.",
            """
            def numerical_gradient(f, w, eps=1e-15):
                gradient = np.zeros(w.shape)
                for index in np.ndindex(w.shape):
                    up, down = w.copy(), w.copy()
                    up[index] += eps
                    down[index] -= eps
                    gradient[index] = (f(up) - f(down)) / (2 * eps)
                return gradient
            """,
        ),
        wrong(
            "vectors only",
            "You walk along the first dimension only. w may have any number of dimensions.",
            """
            def numerical_gradient(f, w, eps=1e-5):
                gradient = np.zeros(w.shape)
                for i in range(len(w)):
                    up, down = w.copy(), w.copy()
                    up[i] += eps
                    down[i] -= eps
                    gradient[i] = (f(up) - f(down)) / (2 * eps)
                return gradient
            """,
        ),
    ],
    alternatives=styles(
        put_back="""
            def numerical_gradient(f, w, eps=1e-5):
                gradient = np.empty_like(w)
                for index, old in np.ndenumerate(w.copy()):
                    w[index] = old + eps
                    up = f(w)
                    w[index] = old - eps
                    down = f(w)
                    w[index] = old
                    gradient[index] = (up - down) / (2 * eps)
                return gradient
            """,
        unit_directions="""
            def numerical_gradient(f, w, eps=1e-5):
                slopes = []
                for k in range(w.size):
                    move = np.zeros(w.size)
                    move[k] = eps
                    move = move.reshape(w.shape)
                    slopes.append((f(w + move) - f(w - move)) / (2 * eps))
                return np.array(slopes).reshape(w.shape)
            """,
        flat_copy="""
            def numerical_gradient(f, w, eps=1e-6):
                flat = w.flatten()
                result = np.zeros(flat.shape)
                for i in range(len(flat)):
                    values = []
                    for sign in (1, -1):
                        moved = flat.copy()
                        moved[i] += sign * eps
                        values.append(f(moved.reshape(w.shape)))
                    result[i] = (values[0] - values[1]) / 2 / eps
                return result.reshape(w.shape)
            """,
    ),
    equivalent_mutants={
        "`np.zeros(w.shape)` -> `np.ones(w.shape)`": "every entry is overwritten",
    },
)
