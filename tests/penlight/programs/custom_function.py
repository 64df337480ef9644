"""A custom autograd Function, checked numerically, inside a net."""

import torch


class Softsign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x / (1 + x.abs())

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad / (1 + x.abs()) ** 2


x = torch.tensor([-2.0, 0.5, 3.0], dtype=torch.double, requires_grad=True)
print(torch.autograd.gradcheck(Softsign.apply, (x,)))
y = Softsign.apply(x)
print(y)
y.sum().backward()
print(x.grad)
