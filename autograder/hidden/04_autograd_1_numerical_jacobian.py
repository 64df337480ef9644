"""`numerical_jacobian`, the instructor's part: hidden cases, mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import formula, randn, tensor

DOUBLE = {"dtype": "float64"}

register_hidden(
    "numerical_jacobian",
    cases={
        "one number": [
            case("hidden exp", formula("x.exp()"), tensor([0.5], "float64"), eps=0.25),
            case("hidden usual step", formula("x * x * x"), tensor([-2.0], "float64")),
        ],
        "several numbers": [
            case("hidden three from three", formula("x * x.sum()"), randn(3, **DOUBLE), eps=0.5),
            case("hidden one from four", formula("(x * x).sum().reshape(1)"), randn(4, **DOUBLE)),
            case("hidden four from one", formula("x * x.new_tensor([1, 2, 3, 4])"),
                 tensor([2.0], "float64")),
        ],
        "any shape": [
            case("hidden matrix to matrix", formula("x @ x"), randn(2, 2, **DOUBLE), eps=0.5),
            case("hidden matrix to number", formula("(x * x).sum()"), randn(2, 2, **DOUBLE)),
            case("hidden three dimensions", formula("x.sum(1)"), randn(2, 3, 2, **DOUBLE)),
            case("hidden strided", formula("x * x"), randn(3, layout="strided", **DOUBLE)),
            case("hidden requires a gradient", formula("x * x"),
                 randn(2, requires_grad=True, **DOUBLE)),
        ],
        "types": [
            case("hidden float32 cube", formula("x * x * x"), randn(3), eps=0.5),
        ],
    },
    mistakes=[
        wrong(
            "one direction",
            "You move x in one direction only. Move it up and down, and divide by 2 eps.",
            """
            def numerical_jacobian(f, x, eps=1e-6):
                y, flat = f(x.detach()).detach(), x.detach().reshape(-1)
                table = y.new_zeros(y.numel(), x.numel())
                for j in range(x.numel()):
                    moved = flat.clone()
                    moved[j] += eps
                    table[:, j] = (f(moved.reshape(x.shape)).detach() - y).reshape(-1) / eps
                return table
            """,
        ),
        wrong(
            "divides by eps",
            "The two places lie 2 eps apart. You divide by eps.",
            """
            def numerical_jacobian(f, x, eps=1e-6):
                flat, y = x.detach().reshape(-1), f(x.detach()).detach()
                table = y.new_zeros(y.numel(), x.numel())
                for j in range(x.numel()):
                    up, down = flat.clone(), flat.clone()
                    up[j] += eps
                    down[j] -= eps
                    rise = f(up.reshape(x.shape)) - f(down.reshape(x.shape))
                    table[:, j] = rise.detach().reshape(-1) / eps
                return table
            """,
        ),
        wrong(
            "transposed",
            "Your table is transposed: rows belong to the results, columns to the inputs.",
            """
            def numerical_jacobian(f, x, eps=1e-6):
                flat, rows = x.detach().reshape(-1), []
                for j in range(x.numel()):
                    up, down = flat.clone(), flat.clone()
                    up[j] += eps
                    down[j] -= eps
                    rise = f(up.reshape(x.shape)) - f(down.reshape(x.shape))
                    rows.append(rise.detach().reshape(-1) / (2 * eps))
                return torch.stack(rows)
            """,
        ),
        wrong(
            "moves all at once",
            "You move all elements of x together. Each column needs a move of one element alone.",
            """
            def numerical_jacobian(f, x, eps=1e-6):
                x = x.detach()
                rise = (f(x + eps) - f(x - eps)).detach().reshape(-1, 1) / (2 * eps)
                return rise.expand(-1, x.numel()).clone()
            """,
        ),
        wrong(
            "works on x itself",
            "You write into x. Move a copy of it.",
            """
            def numerical_jacobian(f, x, eps=1e-6):
                flat = x.detach().reshape(-1)
                columns = []
                for j in range(x.numel()):
                    flat[j] += eps
                    above = f(flat.reshape(x.shape)).detach().reshape(-1)
                    flat[j] -= 2 * eps
                    below = f(flat.reshape(x.shape)).detach().reshape(-1)
                    columns.append((above - below) / (2 * eps))
                return torch.stack(columns).T
            """,
        ),
        wrong(
            "does not move back",
            "An element that was moved stays moved while you go on to the next one.",
            """
            def numerical_jacobian(f, x, eps=1e-6):
                up, down = x.detach().reshape(-1).clone(), x.detach().reshape(-1).clone()
                columns = []
                for j in range(x.numel()):
                    up[j] += eps
                    down[j] -= eps
                    rise = f(up.reshape(x.shape)) - f(down.reshape(x.shape))
                    columns.append(rise.detach().reshape(-1) / (2 * eps))
                return torch.stack(columns).T
            """,
        ),
        wrong(
            "always its own step",
            "You ignore the eps that is asked for.",
            """
            def numerical_jacobian(f, x, eps=1e-6):
                flat, columns = x.detach().reshape(-1), []
                for j in range(x.numel()):
                    up, down = flat.clone(), flat.clone()
                    up[j] += 1e-4
                    down[j] -= 1e-4
                    rise = f(up.reshape(x.shape)) - f(down.reshape(x.shape))
                    columns.append(rise.detach().reshape(-1) / 2e-4)
                return torch.stack(columns).T
            """,
        ),
        wrong(
            "only vectors",
            "You index x as a vector. Matrices and single numbers have elements too.",
            """
            def numerical_jacobian(f, x, eps=1e-6):
                columns = []
                for j in range(len(x)):
                    up, down = x.detach().clone(), x.detach().clone()
                    up[j] += eps
                    down[j] -= eps
                    columns.append((f(up) - f(down)).detach().reshape(-1) / (2 * eps))
                return torch.stack(columns).T
            """,
        ),
        wrong(
            "float32 throughout",
            "Your table is float32. It has the type of f(x).",
            """
            def numerical_jacobian(f, x, eps=1e-6):
                flat, y = x.detach().reshape(-1), f(x.detach())
                table = torch.zeros(y.numel(), x.numel())
                for j in range(x.numel()):
                    up, down = flat.clone(), flat.clone()
                    up[j] += eps
                    down[j] -= eps
                    rise = f(up.reshape(x.shape)) - f(down.reshape(x.shape))
                    table[:, j] = rise.detach().reshape(-1) / (2 * eps)
                return table
            """,
        ),
    ],
    alternatives=styles(
        columns_stacked="""
            def numerical_jacobian(f, x, eps=1e-6):
                flat, columns = x.detach().reshape(-1), []
                for j in range(flat.numel()):
                    ends = []
                    for step in (eps, -eps):
                        moved = flat.clone()
                        moved[j] += step
                        ends.append(f(moved.reshape(x.shape)).detach().reshape(-1))
                    columns.append((ends[0] - ends[1]) / (2 * eps))
                return torch.stack(columns, 1)
            """,
        directions="""
            def direction(n, j, like):
                d = like.new_zeros(n)
                d[j] = 1
                return d

            def numerical_jacobian(f, x, eps=1e-6):
                x = x.detach()
                n = x.numel()
                def slope(j):
                    step = eps * direction(n, j, x).reshape(x.shape)
                    return ((f(x + step) - f(x - step)) / (2 * eps)).reshape(-1)
                return torch.stack([slope(j) for j in range(n)]).T
            """,
        number_by_number="""
            def numerical_jacobian(f, x, eps=1e-6):
                def values(numbers):
                    moved = torch.tensor(numbers, dtype=x.dtype).reshape(x.shape)
                    return f(moved).detach().reshape(-1).tolist()
                start = x.detach().reshape(-1).tolist()
                rows = [[0.0] * len(start) for _ in values(start)]
                for j in range(len(start)):
                    up = [n + eps if k == j else n for k, n in enumerate(start)]
                    down = [n - eps if k == j else n for k, n in enumerate(start)]
                    for i, (a, b) in enumerate(zip(values(up), values(down))):
                        rows[i][j] = (a - b) / (2 * eps)
                return torch.tensor(rows, dtype=f(x.detach()).dtype)
            """,
        numpy_copies="""
            def numerical_jacobian(f, x, eps=1e-6):
                array = x.detach().numpy()
                columns = []
                for j in range(array.size):
                    up, down = array.copy(), array.copy()
                    up.reshape(-1)[j] += eps
                    down.reshape(-1)[j] -= eps
                    rise = f(torch.from_numpy(up)) - f(torch.from_numpy(down))
                    columns.append(rise.detach().reshape(-1) / (2 * eps))
                return torch.stack(columns).T
            """,
    ),
)  # fmt: skip
