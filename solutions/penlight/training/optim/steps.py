"""What an optimizer does to one parameter, step by step; each function is a slot.

All of them are called without recording. `p` is changed in place, whatever holds it: a new tensor
of the same name would leave the model as it was.
"""

from penlight.slots import slot


@slot(exercise="06_training")
def zero_grad(parameters, set_to_none):
    """Forget the gradients of `parameters`: `.grad` becomes None, or is filled with zeros in place.

    A parameter without a gradient keeps its None.
    """
    for p in parameters:
        if set_to_none:
            p.grad = None
        elif p.grad is not None:
            p.grad.zero_()


@slot(exercise="06_training")
def decay_weights(p, grad, lr, weight_decay, decoupled):
    """Pull the weights `p` towards zero; returns the gradient to go on with.

    Coupled (L2), the pull is part of the gradient: grad + weight_decay * p. Decoupled (AdamW), `p`
    shrinks in place by the factor 1 - lr * weight_decay, and `grad` stays what it is.
    """
    if decoupled:
        p *= 1 - lr * weight_decay
        return grad
    return grad + weight_decay * p


@slot(exercise="06_training")
def sgd_step(p, grad, buffer, lr, momentum, dampening, nesterov):
    """Move `p` in place against its gradient; returns the buffer for the next step.

    Without momentum that is None. The first buffer is a copy of the gradient, later ones are
    momentum * buffer + (1 - dampening) * grad. `p` moves by lr * buffer, with Nesterov by
    lr * (grad + momentum * buffer).
    """
    if momentum == 0:
        p -= lr * grad
        return None
    if buffer is None:
        buffer = grad.clone()
    else:
        buffer.mul_(momentum).add_((1 - dampening) * grad)
    p -= lr * (grad + momentum * buffer if nesterov else buffer)
    return buffer


@slot(exercise="06_training")
def adam_step(p, grad, mean, square, step, lr, betas, eps, largest=None):
    """Step number `step` (the first is 1) of Adam: changes `p`, `mean` and `square` in place.

    `mean` and `square` are running averages of grad and grad * grad that began at zero, hence the
    corrections 1 - beta ** step. For AMSGrad `largest` keeps, in place too, the largest values
    that `square` has had, and stands in for it. Kingma and Ba, 2015, algorithm 1.
    """
    beta1, beta2 = betas
    mean.mul_(beta1).add_((1 - beta1) * grad)
    square.mul_(beta2).add_((1 - beta2) * grad * grad)
    if largest is not None:
        square = largest.clamp_(min=square)
    root = (square / (1 - beta2**step)).sqrt()
    p -= lr / (1 - beta1**step) * mean / (root + eps)
