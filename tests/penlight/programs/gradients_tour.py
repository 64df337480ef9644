"""A first session with autograd: 12, then 24; paths that add up; the graph."""

import torch

x = torch.tensor([2.0], requires_grad=True)
y = x * x * 3
print(y, y.grad_fn.name())
y.backward()
print(x.grad)
(x * x * 3).backward()
print(x.grad)
x.grad = None
a = x + 1
(a * a + a * x).sum().backward()
print(x.grad)
with torch.no_grad():
    print((x * 2).requires_grad)
print(x.detach(), x.requires_grad)
try:
    y.backward()
except RuntimeError as error:
    print(str(error)[:60])
w = torch.ones(2, 2, requires_grad=True)
print(torch.autograd.functional.jacobian(lambda w: w.sum(0) ** 2, w))
