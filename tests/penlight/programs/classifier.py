"""A two-layer classifier on two rings, with Adam and cross-entropy."""

import torch
from torch import nn

torch.manual_seed(1)
angle = torch.rand(120) * 6.2832
radius = torch.cat([torch.full((60,), 1.0), torch.full((60,), 2.0)])
x = torch.stack([radius * angle.cos(), radius * angle.sin()], 1)
y = torch.cat([torch.zeros(60), torch.ones(60)]).long()
model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
print(model)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
criterion = nn.CrossEntropyLoss()
for epoch in range(60):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    if epoch % 15 == 0:
        print(epoch, f"{loss.item():.3f}")
accuracy = (model(x).argmax(1) == y).float().mean()
print("accuracy", accuracy)
print(sum(p.numel() for p in model.parameters()), "parameters")
