"""A tiny adversarial pair: two optimizers, detach, BCE with logits."""

import torch
from torch import nn

torch.manual_seed(0)
G = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
D = nn.Sequential(nn.Linear(1, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
g_opt, d_opt = (torch.optim.RMSprop(m.parameters(), lr=1e-2) for m in (G, D))
loss = nn.BCEWithLogitsLoss()
for step in range(21):
    real, z = torch.randn(16, 1) * 0.5 + 2, torch.randn(16, 2)
    fake = G(z)
    d_loss = loss(D(real), torch.ones(16, 1)) + loss(D(fake.detach()), torch.zeros(16, 1))
    d_opt.zero_grad()
    d_loss.backward()
    d_opt.step()
    g_loss = loss(D(fake), torch.ones(16, 1))
    g_opt.zero_grad()
    g_loss.backward()
    g_opt.step()
    if step % 10 == 0:
        print(step, f"{d_loss.item():.3f} {g_loss.item():.3f}")
