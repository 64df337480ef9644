"""Hidden part of clip_to_norm."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import randn, tensor

DOUBLE = {"dtype": "float64"}
INF = float("inf")
RIGHT = """
def clip_to_norm(grads, max_norm, norm_type):
    sizes = torch.cat([grad.reshape(-1).abs() for grad in grads])
    if norm_type == math.inf:
        total = sizes.max()
    else:
        total = (sizes**norm_type).sum() ** (1 / norm_type)
    factor = min(1.0, max_norm / (total.item() + 1e-6))
    for grad in grads:
        grad *= factor
    return total
"""


def changed(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


def drawn():
    return [randn(2, 3, **DOUBLE), randn(4, **DOUBLE), randn(**DOUBLE)]


register_hidden(
    "clip_to_norm",
    cases={
        "too long": [
            case("hidden drawn", drawn(), 0.3, 2.0),
            case("hidden one", [randn(5, **DOUBLE)], 0.1, 2.0),
            case("hidden tiny", [tensor([2e-6], "float64")], 1e-6, 2.0),
        ],
        "short enough": [case("hidden below", drawn(), 50.0, 2.0)],
        "other norms": [
            case("hidden added up", drawn(), 0.3, 1.0),
            case("hidden largest", drawn(), 0.3, INF),
            case("hidden fourth", drawn(), 0.3, 4.0),
            case("hidden largest in the middle",
                 [tensor([1.0], "float64"), tensor([-5.0, 2.0], "float64"),
                  tensor([3.0], "float64")], 1.0, INF),
        ],
    },
    mistakes=[
        wrong("each by itself", "You clip each tensor by its own norm. That turns the direction.",
              """
              def clip_to_norm(grads, max_norm, norm_type):
                  total = sum(g.norm(norm_type) ** norm_type for g in grads) ** (1 / norm_type)
                  for grad in grads:
                      grad *= min(1.0, max_norm / (grad.norm(norm_type).item() + 1e-6))
                  return total
              """),
        wrong("norm of the norms", "Adding the tensors' norms up is the 1-norm of the norms. Add "
              "the squares.",
              """
              def clip_to_norm(grads, max_norm, norm_type):
                  total = sum(grad.norm(norm_type) for grad in grads)
                  factor = min(1.0, max_norm / (total.item() + 1e-6))
                  for grad in grads:
                      grad *= factor
                  return total
              """),
        changed("lengthens", "Gradients that are short enough were made longer: the factor is at "
                "most 1.", "min(1.0, max_norm / (total.item() + 1e-6))",
                "max_norm / (total.item() + 1e-6)"),
        changed("divides by zero", "Without the 1e-6 a norm of 0 divides by zero, and the factor "
                "is another one.", "(total.item() + 1e-6)", "total.item()"),
        changed("nothing in place", "`grad = grad * factor` changes a name, not the tensor.",
                "grad *= factor", "grad = grad * factor"),
        changed("the root forgotten", "Take the root of the sum.",
                ".sum() ** (1 / norm_type)", ".sum()"),
        changed("always the 2-norm", "norm_type is not used.",
                "(sizes**norm_type).sum() ** (1 / norm_type)", "(sizes**2).sum() ** 0.5"),
        changed("sign kept", "Sizes have no sign: take abs() first.", ".abs()", ""),
        changed("mean", "A norm adds up; it does not average.", "(sizes**norm_type).sum()",
                "(sizes**norm_type).mean()"),
        changed("norm after", "Return the norm from before the clipping.", "return total",
                "return total * factor"),
        changed("returns the factor", "Return the norm, not the factor.", "return total",
                "return torch.tensor(factor, dtype=total.dtype)"),
        wrong("cut off", "You cut each element off. One factor for all keeps the direction.",
              """
              def clip_to_norm(grads, max_norm, norm_type):
                  sizes = torch.cat([grad.reshape(-1).abs() for grad in grads])
                  for grad in grads:
                      grad.clamp_(-max_norm, max_norm)
                  if norm_type == math.inf:
                      return sizes.max()
                  return (sizes**norm_type).sum() ** (1 / norm_type)
              """),
        changed("the smallest", "For inf it is the largest of the sizes.", "sizes.max()",
                "sizes.min()"),
        changed("upside down", "The factor is max_norm / norm, not norm / max_norm.",
                "max_norm / (total.item() + 1e-6)", "total.item() / (max_norm + 1e-6)"),
        changed("all but the first", "Not all tensors are scaled.", "for grad in grads:\n",
                "for grad in grads[1:]:\n"),
    ],
    alternatives=styles(
        norms_of_norms="""
        def clip_to_norm(grads, max_norm, norm_type):
            total = torch.stack([grad.norm(norm_type) for grad in grads]).norm(norm_type)
            factor = max_norm / (total + 1e-6)
            if factor < 1:
                for grad in grads:
                    grad.mul_(factor)
            return total
        """,
        plain_numbers="""
        def clip_to_norm(grads, max_norm, norm_type):
            numbers = [abs(x) for grad in grads for x in grad.reshape(-1).tolist()]
            if math.isinf(norm_type):
                norm = max(numbers)
            else:
                norm = sum(x**norm_type for x in numbers) ** (1 / norm_type)
            if norm + 1e-6 > max_norm:
                for grad in grads:
                    grad[...] = grad * max_norm / (norm + 1e-6)
            return torch.tensor(norm, dtype=grads[0].dtype)
        """,
        numpy="""
        def clip_to_norm(grads, max_norm, norm_type):
            flat = np.concatenate([grad.numpy().ravel() for grad in grads])
            norm = np.linalg.norm(flat, norm_type)
            for grad in grads:
                grad.mul_(float(min(max_norm / (norm + 1e-6), 1)))
            return norm
        """,
    ),
)  # fmt: skip
