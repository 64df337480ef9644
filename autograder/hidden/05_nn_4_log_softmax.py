"""`log_softmax`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn, tensor

ROUNDED = (1e-5, 5e-3)  # tolerance: next to 50000, float32 has steps of 4e-3
LEARNS = {"dtype": "float64", "requires_grad": True}

register_hidden(
    "log_softmax",
    cases={
        "values": [
            case("hidden one score", tensor([3.0]), 0),
            case("hidden many", randn(9), 0),
            case("hidden float64", randn(5, dtype="float64"), -1),
        ],
        "any dim": [
            case("hidden square, rows", randn(3, 3), 1),
            case("hidden square, columns", randn(3, 3), -2),
            case("hidden the middle", randn(2, 4, 3), 1),
            case("hidden the first of four", randn(3, 2, 1, 2), 0),
        ],
        "large scores": [
            case("hidden far apart", tensor([[1e4, -1e4], [-1e4, 1e4]]), 1, tolerance=ROUNDED),
            case(
                "hidden columns", tensor([[900.0, -900.0], [901.0, -901.0]]), 0, tolerance=ROUNDED
            ),
            case("hidden all large", tensor([5e4, 5e4, 5e4]), 0, tolerance=ROUNDED),
            case("hidden minus infinity", tensor([0.0, -float("inf"), 1.0]), 0),
        ],
        "gradient": [
            case("hidden columns again", randn(3, 3, **LEARNS), 0),
            case("hidden very small ones", tensor([[-800.0, -801.0]], **LEARNS), 1),
            case("hidden float32", randn(2, 3, 2, requires_grad=True), 1),
        ],
    },
    mistakes=[
        wrong(
            "the formula as it stands",
            "`exp` of a large score is inf. Subtract the largest score of the row first.",
            """
            def log_softmax(input, dim):
                e = input.exp()
                return (e / e.sum(dim, keepdim=True)).log()
            """,
        ),
        wrong(
            "difference, but not shifted",
            "The difference of logarithms is a good step. But `exp` still sees the large scores.",
            """
            def log_softmax(input, dim):
                return input - input.exp().sum(dim, keepdim=True).log()
            """,
        ),
        wrong(
            "shifted softmax, then log",
            "A small probability becomes 0, and its logarithm -inf. Take the difference of the "
            "logarithms, without the softmax in between.",
            """
            def log_softmax(input, dim):
                e = (input - input.max(dim, keepdim=True)[0]).exp()
                return (e / e.sum(dim, keepdim=True)).log()
            """,
        ),
        wrong(
            "one maximum for all",
            "You subtract the largest score of the whole tensor. Each row needs its own.",
            """
            def log_softmax(input, dim):
                shifted = input - input.max()
                return shifted - shifted.exp().sum(dim, keepdim=True).log()
            """,
        ),
        wrong(
            "subtracts it from one side",
            "The largest score is subtracted inside the logarithm only. Subtract it in front too.",
            """
            def log_softmax(input, dim):
                shifted = input - input.max(dim, keepdim=True)[0]
                return input - shifted.exp().sum(dim, keepdim=True).log()
            """,
        ),
        wrong(
            "always the last",
            "The sum always goes along the last dimension. `dim` says which.",
            """
            def log_softmax(input, dim):
                shifted = input - input.max(-1, keepdim=True)[0]
                return shifted - shifted.exp().sum(-1, keepdim=True).log()
            """,
        ),
        wrong(
            "a plain softmax",
            "These are the probabilities. Their logarithms are asked for.",
            """
            def log_softmax(input, dim):
                e = (input - input.max(dim, keepdim=True)[0]).exp()
                return e / e.sum(dim, keepdim=True)
            """,
        ),
        wrong(
            "no log of the sum",
            "The sum is subtracted as it is. Its logarithm has to be.",
            """
            def log_softmax(input, dim):
                shifted = input - input.max(dim, keepdim=True)[0]
                return shifted - shifted.exp().sum(dim, keepdim=True)
            """,
        ),
        wrong(
            "mean in place of sum",
            "You take the mean of the exponentials. Softmax divides by their sum.",
            """
            def log_softmax(input, dim):
                shifted = input - input.max(dim, keepdim=True)[0]
                return shifted - shifted.exp().mean(dim, keepdim=True).log()
            """,
        ),
        wrong(
            "a small number in the log",
            "A small number added inside the logarithm hides -inf, and makes the answer wrong.",
            """
            def log_softmax(input, dim):
                e = (input - input.max(dim, keepdim=True)[0]).exp()
                return (e / e.sum(dim, keepdim=True) + 1e-9).log()
            """,
        ),
        wrong(
            "detached sum",
            "The sum depends on the scores. Detached, its part of the gradient is lost.",
            """
            def log_softmax(input, dim):
                shifted = input - input.max(dim, keepdim=True)[0]
                return shifted - shifted.exp().sum(dim, keepdim=True).log().detach()
            """,
        ),
    ],
    alternatives=styles(
        detached_maximum="""
            def log_softmax(input, dim):
                top = input.detach().amax(dim, keepdim=True)
                return input - (top + torch.log(torch.exp(input - top).sum(dim, keepdim=True)))
            """,
        moved_to_the_end="""
            def log_softmax(input, dim):
                rows = input.transpose(dim, -1)
                rows = rows - rows.max(-1)[0].unsqueeze(-1)
                rows = rows - rows.exp().sum(-1).log().unsqueeze(-1)
                return rows.transpose(dim, -1)
            """,
        row_by_row="""
            def log_softmax(input, dim):
                def one(row):
                    row = row - row.max()
                    return row - row.exp().sum().log()

                rows = input.transpose(dim, -1)
                flat = rows.reshape(-1, rows.shape[-1])
                done = torch.stack([one(row) for row in flat.unbind(0)])
                return done.reshape(rows.shape).transpose(dim, -1)
            """,
    ),
)
