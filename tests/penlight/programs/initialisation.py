"""Default starting values, and nn.init."""

import torch
from torch import nn

torch.manual_seed(0)
for layer in (nn.Linear(3, 2), nn.Conv2d(2, 3, 2), nn.Embedding(4, 3), nn.GRUCell(2, 3)):
    print(layer)
    for name, p in layer.named_parameters():
        print(name, p.flatten()[:5])
w = torch.empty(4, 6)
print(nn.init.xavier_uniform_(w)[0], nn.init.kaiming_normal_(w)[0], nn.init.orthogonal_(w).shape)
print(nn.init.trunc_normal_(w)[0], nn.init.constant_(w, 0.3).sum(), nn.init.eye_(w)[0])


def start(m):
    if isinstance(m, nn.Linear):
        nn.init.normal_(m.weight, std=0.01)
        m.bias.data.fill_(0.1)


net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1)).apply(start)
print(net[0].weight, net[1].bias)
