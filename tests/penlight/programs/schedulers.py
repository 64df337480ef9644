"""Learning-rate schedules and parameter groups."""

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, ReduceLROnPlateau, StepLR

net = torch.nn.Linear(2, 1)
groups = [{"params": [net.weight], "lr": 0.1}, {"params": [net.bias]}]
optimizer = torch.optim.SGD(groups, lr=0.01)
scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
for epoch in range(5):
    print(epoch, scheduler.get_last_lr())
    optimizer.step()
    scheduler.step()
cosine = CosineAnnealingLR(torch.optim.Adam(net.parameters(), lr=1.0), 4)
for _ in range(4):
    cosine.optimizer.step()
    cosine.step()
    print([f"{rate:.3f}" for rate in cosine.get_last_lr()])
plateau = ReduceLROnPlateau(optimizer, patience=1)
for value in [1.0, 1.0, 1.0, 1.0]:
    plateau.step(value)
    print([group["lr"] for group in optimizer.param_groups])
