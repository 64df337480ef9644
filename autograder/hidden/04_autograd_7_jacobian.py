"""`jacobian`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import formula, randn, tensor

DOUBLE = {"dtype": "float64"}
TIGHT = {"tolerance": (1e-12, 1e-12)}

register_hidden(
    "jacobian",
    cases={
        "vectors": [
            case("hidden mixed", formula("x * x.sum()"), randn(3, **DOUBLE), **TIGHT),
            case("hidden four from one", formula("x * x.new_tensor([1, 2, 3, 4])"),
                 tensor([2.0], "float64"), **TIGHT),
            case("hidden one from four", formula("(x * x).sum().reshape(1)"), randn(4, **DOUBLE),
                 **TIGHT),
        ],
        "any shape": [
            case("hidden matrix to vector", formula("(x * x).sum(0)"), randn(2, 3, **DOUBLE),
                 **TIGHT),
            case("hidden vector to matrix", formula("x.reshape(2, 2) @ x.reshape(2, 2)"),
                 randn(4, **DOUBLE), **TIGHT),
            case("hidden strided", formula("x.exp()"), randn(3, layout="strided", **DOUBLE),
                 **TIGHT),
            case("hidden float32 matrix", formula("x @ x"), randn(2, 2)),
        ],
        "x is left alone": [
            case("hidden leaf matrix", formula("x @ x"), randn(2, 2, requires_grad=True, **DOUBLE),
                 **TIGHT),
        ],
    },
    mistakes=[
        wrong(
            "accumulates",
            "x.grad adds up: row 1 still holds row 0. Set it to None between the rows.",
            """
            def jacobian(f, x):
                x = x.detach().requires_grad_()
                y, rows = f(x), []
                for i in range(y.numel()):
                    v = y.detach().new_zeros(y.numel())
                    v[i] = 1
                    y.backward(v.reshape(y.shape), retain_graph=True)
                    rows.append(x.grad.reshape(-1).clone())
                return torch.stack(rows)
            """,
        ),
        wrong(
            "one row only",
            "A cotangent of ones gives the sum of all rows. Ask for each row on its own.",
            """
            def jacobian(f, x):
                x = x.detach().requires_grad_()
                y = f(x)
                (row,) = torch.autograd.grad(y, x, torch.ones_like(y))
                return row.reshape(1, -1).expand(y.numel(), -1).clone()
            """,
        ),
        wrong(
            "forgets retain_graph",
            "The first backward frees the graph. Say retain_graph=True.",
            """
            def jacobian(f, x):
                x = x.detach().requires_grad_()
                y, rows = f(x), []
                for i in range(y.numel()):
                    v = y.detach().new_zeros(y.numel())
                    v[i] = 1
                    (row,) = torch.autograd.grad(y, x, v.reshape(y.shape))
                    rows.append(row.reshape(-1))
                return torch.stack(rows)
            """,
        ),
        wrong(
            "transposed",
            "Your table is transposed: each backward gives a row.",
            """
            def jacobian(f, x):
                x = x.detach().requires_grad_()
                y, rows = f(x), []
                for v in torch.eye(y.numel(), dtype=y.dtype):
                    (row,) = torch.autograd.grad(y, x, v.reshape(y.shape), retain_graph=True)
                    rows.append(row.reshape(-1))
                return torch.stack(rows).T
            """,
        ),
        wrong(
            "fills the given x's grad",
            "You leave gradients in the `.grad` of the given x. Work with a leaf of your own.",
            """
            def jacobian(f, x):
                x.requires_grad_()
                y, rows = f(x), []
                for v in torch.eye(y.numel(), dtype=y.dtype):
                    x.grad = None
                    y.backward(v.reshape(y.shape), retain_graph=True)
                    rows.append(x.grad.reshape(-1))
                return torch.stack(rows)
            """,
        ),
        wrong(
            "keeps the shapes",
            "You keep the shapes of f(x) and x. A table has two dimensions.",
            """
            def jacobian(f, x):
                x = x.detach().requires_grad_()
                y, rows = f(x), []
                for v in torch.eye(y.numel(), dtype=y.dtype):
                    (row,) = torch.autograd.grad(y, x, v.reshape(y.shape), retain_graph=True)
                    rows.append(row)
                return torch.stack(rows).reshape(*y.shape, *x.shape)
            """,
        ),
        wrong(
            "vectors only",
            "You count rows with len(y). A matrix has more elements than rows, a 0-d tensor none.",
            """
            def jacobian(f, x):
                x = x.detach().requires_grad_()
                y, rows = f(x), []
                for i in range(len(y)):
                    (row,) = torch.autograd.grad(y[i], x, retain_graph=True)
                    rows.append(row)
                return torch.stack(rows)
            """,
        ),
        wrong(
            "differences",
            "You measure differences: nine digits at best. One backward a row is exact.",
            """
            def jacobian(f, x):
                flat, columns = x.detach().reshape(-1), []
                for j in range(x.numel()):
                    up, down = flat.clone(), flat.clone()
                    up[j] += 1e-6
                    down[j] -= 1e-6
                    rise = f(up.reshape(x.shape)) - f(down.reshape(x.shape))
                    columns.append(rise.reshape(-1) / 2e-6)
                return torch.stack(columns).T
            """,
        ),
        wrong(
            "calls numerical_jacobian",
            "The judge is not the engine: it is exact to nine digits only.",
            """
            def jacobian(f, x):
                return torch.autograd.numerical_jacobian(f, x)
            """,
        ),
        wrong(
            "calls the ready-made one",
            "A ready-made function does the work here.",
            """
            def jacobian(f, x):
                whole = torch.autograd.functional.jacobian(f, x.detach())
                return whole.reshape(-1, x.numel())
            """,
        ),
    ],
    alternatives=styles(
        backward_and_reset="""
            def jacobian(f, x):
                leaf = x.detach().clone().requires_grad_(True)
                y = f(leaf)
                table = y.detach().new_zeros(y.numel(), leaf.numel())
                for i in range(y.numel()):
                    v = torch.zeros(y.numel(), dtype=y.dtype)
                    v[i] = 1.0
                    leaf.grad = None
                    y.backward(v.reshape(y.shape), retain_graph=True)
                    table[i] = leaf.grad.reshape(-1)
                return table
            """,
        each_element_on_its_own="""
            def jacobian(f, x):
                x = x.detach().requires_grad_()
                def row(i):
                    return torch.autograd.grad(f(x).reshape(-1)[i], x)[0].reshape(-1)
                return torch.stack([row(i) for i in range(f(x).numel())])
            """,
        rows_of_the_identity="""
            def jacobian(f, x):
                own = x.detach().requires_grad_()
                y = f(own).reshape(-1)
                rows = [
                    torch.autograd.grad(y, own, v, retain_graph=True)[0].reshape(-1)
                    for v in torch.eye(y.numel(), dtype=y.dtype)
                ]
                return torch.stack(rows)
            """,
    ),
)  # fmt: skip
