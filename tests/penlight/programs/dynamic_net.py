"""A net whose depth is drawn anew for every step."""

import torch

torch.manual_seed(2)
w1 = torch.randn(4, 8, requires_grad=True)
w2 = torch.randn(8, 8, requires_grad=True)
w3 = torch.randn(8, 1, requires_grad=True)
x = torch.randn(10, 4)
for _ in range(5):
    depth = torch.randint(0, 4, ()).item()
    h = (x @ w1).tanh()
    for _ in range(depth):
        h = (h @ w2).tanh()
    loss = (h @ w3).pow(2).mean()
    loss.backward()
    print(depth, f"{loss.item():.3f}", w2.grad is not None)
    for w in (w1, w2, w3):
        if w.grad is not None:
            w.data -= 0.05 * w.grad
            w.grad = None
