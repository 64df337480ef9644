"""Hidden part of sgd_step."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import randn

DOUBLE = {"dtype": "float64"}
RIGHT = """
def sgd_step(p, grad, buffer, lr, momentum, dampening, nesterov):
    if momentum == 0:
        p -= lr * grad
        return None
    if buffer is None:
        buffer = grad.clone()
    else:
        buffer = momentum * buffer + (1 - dampening) * grad
    direction = grad + momentum * buffer if nesterov else buffer
    p -= lr * direction
    return buffer
"""


def changed(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


def drawn(steps):
    return randn(2, 3, **DOUBLE), [randn(2, 3, **DOUBLE)] * steps


register_hidden(
    "sgd_step",
    cases={
        "plain": [case("hidden three", *drawn(3), 0.3, 0, 0, False)],
        "momentum": [
            case("hidden four", *drawn(4), 0.3, 0.7, 0, False),
            case("hidden long memory", *drawn(2), 0.3, 1.5, 0, False),
        ],
        "dampening": [case("hidden dampened", *drawn(3), 0.3, 0.7, 0.4, False)],
        "Nesterov": [case("hidden ahead", *drawn(3), 0.3, 0.7, 0, True)],
    },
    mistakes=[
        changed("a new p", "`p = p - …` is a new tensor. The model's p has not moved.",
                "    p -= lr * direction\n", "    p = p - lr * direction\n"),
        changed("a new p without momentum", "Without momentum p does not move: `p = p - …` makes a "
                "new tensor.", "        p -= lr * grad\n", "        p = p - lr * grad\n"),
        changed("the gradient itself", "Your first buffer is the gradient itself, which the next "
                "backward overwrites. Take a copy.", "grad.clone()", "grad"),
        changed("uphill", "You go up the slope: the step is subtracted.",
                "    p -= lr * direction\n", "    p += lr * direction\n"),
        changed("an average", "That is a running average, (1 - momentum) * grad. SGD adds the "
                "whole gradient.", "(1 - dampening) * grad", "(1 - momentum) * grad"),
        changed("the first dampened", "The first gradient goes into the buffer undampened.",
                "grad.clone()", "(1 - dampening) * grad"),
        changed("dampening forgotten", "Dampening is not used: (1 - dampening) * grad.",
                "(1 - dampening) * grad", "grad"),
        changed("dampening itself", "The share that gets in is 1 - dampening.",
                "(1 - dampening) * grad", "dampening * grad"),
        changed("old buffer for Nesterov", "Nesterov looks ahead along the new buffer, and adds "
                "the gradient once more.", "grad + momentum * buffer if nesterov",
                "momentum * buffer if nesterov"),
        changed("Nesterov without momentum", "In Nesterov's direction the buffer is multiplied by "
                "momentum.", "grad + momentum * buffer if nesterov", "grad + buffer if nesterov"),
        changed("returns the direction", "What is to be kept is the buffer, not the direction of "
                "this step.", "    return buffer\n", "    return direction\n"),
        changed("forgets", "The buffer is not returned, so every step is the first.",
                "    return buffer\n", "    return None\n"),
        changed("nothing kept", "Momentum is not used: you move along the gradient alone.",
                "momentum * buffer if nesterov else buffer", "0 * buffer"),
        changed("keeps without momentum", "Without momentum there is nothing to remember: return "
                "None.", "        return None\n", "        return grad.clone()\n"),
        changed("lr in the buffer", "The rate belongs to the step, not into the buffer: a schedule "
                "may change it.", "(1 - dampening) * grad\n", "lr * (1 - dampening) * grad\n"),
        wrong("writes into the gradient", "You build the direction in the gradient's own memory.",
              but(RIGHT, "grad + momentum * buffer if nesterov else buffer",
                  "grad.add_(momentum * buffer) if nesterov else buffer")),
    ],
    alternatives=styles(
        in_place="""
        def sgd_step(p, grad, buffer, lr, momentum, dampening, nesterov):
            direction = grad
            if momentum:
                if buffer is None:
                    buffer = torch.zeros_like(grad)
                    buffer += grad
                else:
                    buffer *= momentum
                    buffer += (1 - dampening) * grad
                direction = buffer
                if nesterov:
                    direction = grad + momentum * buffer
            p.add_(direction, alpha=-lr)
            return buffer
        """,
        elements="""
        def sgd_step(p, grad, buffer, lr, momentum, dampening, nesterov):
            places, slopes = p.reshape(-1), grad.reshape(-1)
            kept = None if buffer is None else buffer.reshape(-1).tolist()
            new = []
            for i, g in enumerate(slopes.tolist()):
                b = g if kept is None else momentum * kept[i] + (1 - dampening) * g
                new.append(b)
                step = g if not momentum else g + momentum * b if nesterov else b
                places[i] = places[i].item() - lr * step
            return torch.tensor(new, dtype=p.dtype).reshape(p.shape) if momentum else None
        """,
        new_memory="""
        def sgd_step(p, grad, buffer, lr, momentum, dampening, nesterov):
            first = buffer is None
            share = 1 if first else 1 - dampening
            new = share * grad + (0 if first else momentum * buffer)
            p.copy_(p - lr * (grad + momentum * new if nesterov else new))
            return new if momentum > 0 else None
        """,
    ),
)  # fmt: skip
