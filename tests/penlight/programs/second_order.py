"""Newton's method with a Hessian from autograd; a gradient penalty."""

import torch

x = torch.tensor([3.0, -2.0], dtype=torch.float64)


def f(x):
    return (x**4).sum() + 0.5 * (x[0] - x[1]) ** 2


for _ in range(8):
    g = torch.autograd.functional.jacobian(f, x)
    H = torch.autograd.functional.hessian(f, x)
    x = x - torch.linalg.solve(H, g)
print(x, f(x))
w = torch.tensor([1.0, 2.0], requires_grad=True)
out = (w**3).sum()
(g,) = torch.autograd.grad(out, w, create_graph=True)
penalty = g.pow(2).sum()
penalty.backward()
print(g, w.grad)
