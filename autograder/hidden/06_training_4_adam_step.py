"""Hidden part of adam_step."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import randn

DOUBLE = {"dtype": "float64"}
RIGHT = """
def adam_step(p, grad, mean, square, step, lr, betas, eps, largest=None):
    beta1, beta2 = betas
    mean *= beta1
    mean += (1 - beta1) * grad
    square *= beta2
    square += (1 - beta2) * grad * grad
    if largest is not None:
        largest.copy_(torch.maximum(largest, square))
    used = square if largest is None else largest
    m = mean / (1 - beta1**step)
    v = used / (1 - beta2**step)
    p -= lr * m / (v.sqrt() + eps)
"""


def changed(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


def drawn(steps):
    return randn(2, 3, **DOUBLE), [randn(2, 3, **DOUBLE)] * steps


register_hidden(
    "adam_step",
    cases={
        "the first step": [case("hidden first", *drawn(1), 0.3, (0.7, 0.8), 1e-8)],
        "many steps": [case("hidden five", *drawn(5), 0.3, (0.7, 0.8), 1e-8)],
        "eps": [case("hidden eps", *drawn(3), 0.3, (0.7, 0.8), 0.5)],
        "AMSGrad": [case("hidden largest", *drawn(5), 0.3, (0.7, 0.3), 1e-8, amsgrad=True)],
    },
    mistakes=[
        changed("a new p", "`p = p - …` is a new tensor. The model's p has not moved.",
                "    p -= ", "    p = p - "),
        changed("a new mean", "Your new mean is lost: write it into the tensor you were given.",
                "    mean *= beta1\n    mean += (1 - beta1) * grad\n",
                "    mean = beta1 * mean + (1 - beta1) * grad\n"),
        changed("a new square", "Your new square is lost: write it into the tensor you were given.",
                "    square *= beta2\n    square += (1 - beta2) * grad * grad\n",
                "    square = beta2 * square + (1 - beta2) * grad * grad\n"),
        changed("mean as it is", "The mean is not corrected for its start at zero.",
                "mean / (1 - beta1**step)", "mean"),
        changed("square as it is", "The square is not corrected for its start at zero.",
                "used / (1 - beta2**step)", "used"),
        changed("the first correction always", "You divide by 1 - beta in every step. At step t it "
                "is 1 - beta ** t.", "mean / (1 - beta1**step)", "mean / (1 - beta1)"),
        changed("off by one step", "You correct with step + 1. The first step is already 1.",
                "1 - beta2**step", "1 - beta2**(step + 1)"),
        changed("no root", "Divide by the root of the square.", "v.sqrt()", "v"),
        changed("eps in the root", "eps stands beside the root, not inside.",
                "(v.sqrt() + eps)", "(v + eps).sqrt()"),
        changed("eps before the correction", "eps is added after the correction, not before.",
                "(v.sqrt() + eps)", "((used.sqrt() + eps) / (1 - beta2**step) ** 0.5)"),
        changed("betas exchanged", "The first beta belongs to the mean, the second to the square.",
                "beta1, beta2 = betas", "beta2, beta1 = betas"),
        changed("not squared", "The second average is that of grad * grad.",
                "(1 - beta2) * grad * grad", "(1 - beta2) * grad"),
        changed("absolute values", "The second average is that of the squares, not of the sizes.",
                "(1 - beta2) * grad * grad", "(1 - beta2) * grad.abs()"),
        changed("adds in full", "The new gradient goes in with the share 1 - beta1.",
                "(1 - beta1) * grad", "grad"),
        changed("uphill", "You go up the slope: the step is subtracted.", "    p -= ", "    p += "),
        changed("the gradient, not the mean", "The step goes along the mean, not along the "
                "gradient.", "lr * m", "lr * grad"),
        changed("largest not used", "You keep `largest`, but the step does not use it.",
                "square if largest is None else largest", "square"),
        changed("largest not kept", "`largest` must be written in place, or it is forgotten.",
                "largest.copy_(torch.maximum(largest, square))",
                "largest = torch.maximum(largest, square)"),
        changed("largest overwrites the square", "`square` goes on as an average; only the step "
                "looks at `largest`.", "largest.copy_(torch.maximum(largest, square))",
                "largest.copy_(square.copy_(torch.maximum(largest, square)))"),
        changed("the smallest", "AMSGrad keeps the larger of both.", "torch.maximum",
                "torch.minimum"),
    ],
    alternatives=styles(
        lerp="""
        def adam_step(p, grad, mean, square, step, lr, betas, eps, largest=None):
            mean.lerp_(grad, 1 - betas[0])
            square.mul_(betas[1]).addcmul_(grad, grad, value=1 - betas[1])
            second = square
            if largest is not None:
                second = torch.maximum(largest, square)
                largest.copy_(second)
            root = second.sqrt() / math.sqrt(1 - betas[1] ** step) + eps
            p.addcdiv_(mean, root, value=-lr / (1 - betas[0] ** step))
        """,
        copying="""
        def adam_step(p, grad, mean, square, step, lr, betas, eps, largest=None):
            b1, b2 = betas
            mean[...] = b1 * mean + (1 - b1) * grad
            square[...] = b2 * square + (1 - b2) * grad**2
            v = square
            if largest is not None:
                largest[...] = torch.where(square > largest, square, largest)
                v = largest
            p[...] = p - lr * (mean / (1 - b1**step)) / ((v / (1 - b2**step)) ** 0.5 + eps)
        """,
        elements="""
        def adam_step(p, grad, mean, square, step, lr, betas, eps, largest=None):
            rows = [t.reshape(-1) for t in (p, grad, mean, square)]
            where, slope, m, v = rows
            top = None if largest is None else largest.reshape(-1)
            for i in range(len(where)):
                g = slope[i].item()
                m[i] = betas[0] * m[i].item() + (1 - betas[0]) * g
                v[i] = betas[1] * v[i].item() + (1 - betas[1]) * g * g
                second = v[i].item()
                if top is not None:
                    top[i] = second = max(top[i].item(), second)
                first = m[i].item() / (1 - betas[0] ** step)
                root = math.sqrt(second / (1 - betas[1] ** step))
                where[i] = where[i].item() - lr * first / (root + eps)
        """,
    ),
)  # fmt: skip
