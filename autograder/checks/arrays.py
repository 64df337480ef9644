"""NumPy arrays as arguments, for exercises that come before the first tensor."""

from functools import wraps

from autograder.values import randn, tensor

MEASURED = (1e-6, 1e-6)  # what a difference of two nearby values can tell


def array(data):
    """A float64 NumPy array holding `data`."""
    return tensor(data, dtype="float64", as_array=True)


def draw(*shape, **options):
    """A float64 NumPy array of normal random numbers."""
    return randn(*shape, dtype="float64", as_array=True, **options)


def network(n, *widths):
    """A batch of n examples, then weights and biases of layers of these widths."""
    parameters = []
    for i in range(len(widths) - 1):
        parameters += [draw(widths[i], widths[i + 1]), draw(widths[i + 1])]
    return (draw(n, widths[0]), *parameters)


def training(n, *widths):
    """A batch of n examples and its target, then weights and biases."""
    x, *parameters = network(n, *widths)
    return (x, draw(n, widths[-1]), *parameters)


def in_numpy(oracle):
    """`oracle`, answering with arrays where it computes with tensors: no student has seen one."""

    @wraps(oracle)
    def answer(*arguments):
        result = oracle(*arguments)
        if isinstance(result, tuple):
            return tuple(r.numpy() if hasattr(r, "numpy") else r for r in result)
        return result.numpy()

    return answer
