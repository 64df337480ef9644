"""`accumulate_grad`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn, tensor

LEAF = {"requires_grad": True}

register_hidden(
    "accumulate_grad",
    cases={
        "the first gradient": [
            case("hidden zeros", tensor([1.0, 2.0], **LEAF), [tensor([0.0, 0.0])]),
            case("hidden nothing came", randn(2, **LEAF), []),
            case("hidden float64", randn(2, dtype="float64", **LEAF), [randn(2, dtype="float64")]),
            case("hidden empty", randn(0, 2, **LEAF), [randn(0, 2)]),
        ],
        "later gradients": [
            case("hidden zeros first", tensor([1.0, 2.0], **LEAF),
                 [tensor([0.0, 0.0]), tensor([1.0, 5.0])]),
            case("hidden four", randn(3, **LEAF), [randn(3)] * 4),
            case("hidden that cancel", tensor([1.0], **LEAF),
                 [tensor([2.0]), tensor([-2.0]), tensor([7.0])]),
        ],
        "in place": [
            case("hidden held by another", randn(2, 3, **LEAF), [randn(2, 3)] * 3),
        ],
    },
    mistakes=[
        wrong(
            "overwrites",
            "You overwrite the gradient. A later one is added to it.",
            """
            def accumulate_grad(leaf, grad):
                leaf.grad = grad
            """,
        ),
        wrong(
            "a new tensor",
            "You put a new tensor into `leaf.grad`. Add in place: whoever holds it must see it.",
            """
            def accumulate_grad(leaf, grad):
                leaf.grad = grad if leaf.grad is None else leaf.grad + grad
            """,
        ),
        wrong(
            "no first time",
            "At first `leaf.grad` is None, and None cannot be added to.",
            """
            def accumulate_grad(leaf, grad):
                leaf.grad += grad
            """,
        ),
        wrong(
            "asks for zero",
            "You ask whether the gradient is zero. Ask whether it is None.",
            """
            def accumulate_grad(leaf, grad):
                if leaf.grad is None or leaf.grad.abs().sum().item() == 0:
                    leaf.grad = grad
                else:
                    leaf.grad += grad
            """,
        ),
        wrong(
            "changes the leaf",
            "You add the gradient to the leaf itself. It belongs into `leaf.grad`.",
            """
            def accumulate_grad(leaf, grad):
                leaf.grad = grad
                with torch.no_grad():
                    leaf += grad
            """,
        ),
        wrong(
            "adds twice",
            "The first gradient is counted twice: after setting it, you add it as well.",
            """
            def accumulate_grad(leaf, grad):
                if leaf.grad is None:
                    leaf.grad = grad
                leaf.grad += grad
            """,
        ),
        wrong(
            "averages",
            "You average. Gradients are added.",
            """
            def accumulate_grad(leaf, grad):
                if leaf.grad is None:
                    leaf.grad = grad
                else:
                    leaf.grad += grad
                    leaf.grad /= 2
            """,
        ),
        wrong(
            "subtracts",
            "You subtract the gradient. The step against the gradient is the optimizer's work.",
            """
            def accumulate_grad(leaf, grad):
                if leaf.grad is None:
                    leaf.grad = -grad
                else:
                    leaf.grad -= grad
            """,
        ),
        wrong(
            "changes a name only",
            "You give a name to another tensor. Assign to `leaf.grad` itself.",
            """
            def accumulate_grad(leaf, grad):
                current = leaf.grad
                if current is None:
                    current = grad
                else:
                    current += grad
            """,
        ),
        wrong(
            "only once",
            "Only the first gradient is kept. Later ones are added to it.",
            """
            def accumulate_grad(leaf, grad):
                if leaf.grad is None:
                    leaf.grad = grad
            """,
        ),
    ],
    alternatives=styles(
        add_in_place="""
            def accumulate_grad(leaf, grad):
                if leaf.grad is not None:
                    leaf.grad.add_(grad)
                    return
                leaf.grad = grad
            """,
        begins_with_zeros="""
            def accumulate_grad(leaf, grad):
                if leaf.grad is None:
                    leaf.grad = torch.zeros_like(grad)
                leaf.grad += grad
            """,
        a_copy_and_no_grad="""
            def accumulate_grad(leaf, grad):
                with torch.no_grad():
                    if leaf.grad is None:
                        leaf.grad = grad.clone()
                    else:
                        current = leaf.grad
                        current += grad
            """,
    ),
)  # fmt: skip
