"""The two-layer net with a backward pass by hand, next to autograd's."""

import torch

torch.manual_seed(0)
N, D_in, H, D_out = 8, 10, 6, 3
x, y = torch.randn(N, D_in), torch.randn(N, D_out)
w1 = torch.randn(D_in, H, requires_grad=True)
w2 = torch.randn(H, D_out, requires_grad=True)
rate = 1e-3
for t in range(30):
    h = x.mm(w1)
    h_relu = h.clamp(min=0)
    y_pred = h_relu.mm(w2)
    loss = (y_pred - y).pow(2).sum()
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h_relu.t().mm(grad_y_pred)
    grad_h = grad_y_pred.mm(w2.t())
    grad_h[h < 0] = 0
    grad_w1 = x.t().mm(grad_h)
    loss.backward()
    same = torch.allclose(grad_w1, w1.grad, atol=1e-4) and torch.allclose(
        grad_w2, w2.grad, atol=1e-4
    )
    with torch.no_grad():
        w1 -= rate * w1.grad
        w2 -= rate * w2.grad
    w1.grad.zero_()
    w2.grad.zero_()
    if t % 10 == 0:
        print(t, f"{loss.item():.1f}", same)
