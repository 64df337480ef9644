"""Hidden part of decay_weights."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn, tensor

DOUBLE = {"dtype": "float64"}


def function(coupled="return grad + weight_decay * p", shrink="p *= 1 - lr * weight_decay",
             decoupled="return grad"):  # fmt: skip
    return f"""
    def decay_weights(p, grad, lr, weight_decay, decoupled):
        if decoupled:
            {shrink}
            {decoupled}
        {coupled}
    """


register_hidden(
    "decay_weights",
    cases={
        "coupled": [
            case("hidden matrix", randn(2, 3, **DOUBLE), randn(2, 3, **DOUBLE), 0.3, 0.7, False),
            case("hidden sign", tensor([-2.0], "float64"), tensor([0.0], "float64"), 2.0, 0.25,
                 False),
        ],
        "decoupled": [
            case("hidden matrix shrinks", randn(2, 3, **DOUBLE), randn(2, 3, **DOUBLE), 0.3, 0.7,
                 True),
        ],
    },
    mistakes=[
        wrong("a new p", "`p = p * factor` is a new tensor. The model's p has not changed.",
              function(shrink="p = p * (1 - lr * weight_decay)")),
        wrong("into the gradient", "You write the pull into the gradient you were given. Return a "
              "new tensor.", function(coupled="grad += weight_decay * p; return grad")),
        wrong("lr in the coupled pull", "The step multiplies the whole gradient by lr later; here "
              "it is not due.", function(coupled="return grad + lr * weight_decay * p")),
        wrong("lr forgotten", "Decoupled, the weights shrink by lr * weight_decay, not by "
              "weight_decay.", function(shrink="p *= 1 - weight_decay")),
        wrong("exchanged", "You exchanged the two: coupled changes the gradient, decoupled the "
              "weights.",
              """
              def decay_weights(p, grad, lr, weight_decay, decoupled):
                  if not decoupled:
                      p *= 1 - lr * weight_decay
                      return grad
                  return grad + weight_decay * p
              """),
        wrong("both at once", "Decoupled means that the gradient stays as it is.",
              function(decoupled="return grad + weight_decay * p")),
        wrong("pushed away", "Your weights grow. The pull goes towards zero.",
              function(shrink="p *= 1 + lr * weight_decay")),
        wrong("pull turned round", "The pull is added to the gradient, because the step subtracts.",
              function(coupled="return grad - weight_decay * p")),
        wrong("the square", "The derivative of half the square is λ·p, without a 2.",
              function(coupled="return grad + 2 * weight_decay * p")),
        wrong("returns p", "Return the gradient to go on with, not the weights.",
              function(decoupled="return p")),
        wrong("both change", "Coupled decay leaves the weights alone: the step will move them.",
              function(coupled="p *= 1 - lr * weight_decay; return grad + weight_decay * p")),
    ],
    alternatives=styles(
        methods="""
        def decay_weights(p, grad, lr, weight_decay, decoupled):
            if decoupled:
                p.mul_(1 - lr * weight_decay)
            else:
                grad = grad.add(p, alpha=weight_decay)
            return grad
        """,
        subtracting="""
        def decay_weights(p, grad, lr, weight_decay, decoupled):
            pull = weight_decay * p
            if not decoupled:
                return pull + grad
            p -= lr * pull
            return grad.clone()
        """,
        copying="""
        def decay_weights(p, grad, lr, weight_decay, decoupled):
            if decoupled:
                p[...] = p - lr * weight_decay * p
                return grad
            moved = grad.clone()
            moved += weight_decay * p
            return moved
        """,
    ),
)  # fmt: skip
