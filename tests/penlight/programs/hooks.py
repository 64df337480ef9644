"""Hooks on tensors and modules."""

import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
net[0].register_forward_hook(lambda m, i, o: print("forward", tuple(i[0].shape), tuple(o.shape)))
net[0].register_full_backward_hook(lambda m, gi, go: print("backward", go[0].sum()))
handle = net.register_forward_pre_hook(lambda m, i: (i[0] * 2,))
x = torch.ones(1, 3, requires_grad=True)
x.register_hook(lambda g: print("x", g))
net(x).sum().backward()
handle.remove()
print(net(x))
