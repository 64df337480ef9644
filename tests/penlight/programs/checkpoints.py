"""Save in the middle of training, load, go on: the same as without the pause."""

import io

import torch
from torch import nn


def run(steps, resume_at=None):
    torch.manual_seed(4)
    net = nn.Linear(3, 1)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    x, y = torch.randn(8, 3), torch.randn(8, 1)
    for step in range(steps):
        if step == resume_at:
            file = io.BytesIO()
            torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, file)
            file.seek(0)
            net, state = nn.Linear(3, 1), torch.load(file)
            print(net.load_state_dict(state["net"]))
            optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
            optimizer.load_state_dict(state["optimizer"])
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item(), net.weight


a, b = run(10), run(10, resume_at=5)
print(a)
print(a[0] == b[0], torch.equal(a[1], b[1]))
