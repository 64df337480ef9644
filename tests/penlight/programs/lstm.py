"""nn.LSTM and nn.GRU: shapes, parameters, and one training step."""

import torch
from torch import nn

torch.manual_seed(5)
x = torch.randn(4, 3, 5)
for kind in (nn.LSTM, nn.GRU):
    net = kind(5, 6, num_layers=2, batch_first=True, bidirectional=True)
    out, state = net(x)
    print(net)
    print(out.shape, (state[0] if isinstance(state, tuple) else state).shape)
    print([(n, tuple(p.shape)) for n, p in net.named_parameters()][:4])
    out.pow(2).sum().backward()
    print(f"{net.weight_ih_l0.grad.norm().item():.3f}")
    print(out[0, 0])
