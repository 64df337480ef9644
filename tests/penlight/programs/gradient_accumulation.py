"""Accumulating over small batches gives the gradient of the large one."""

import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(4, 1)
x, y = torch.randn(12, 4), torch.randn(12, 1)
nn.functional.mse_loss(net(x), y).backward()
whole = net.weight.grad.clone()
net.zero_grad()
print(net.weight.grad)
for part_x, part_y in zip(x.split(4), y.split(4), strict=True):
    (nn.functional.mse_loss(net(part_x), part_y) / 3).backward()
print(torch.allclose(whole, net.weight.grad), whole)
