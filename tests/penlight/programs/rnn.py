"""A recurrent net written out step by step, learning to add up bits."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class Counter(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.cell = nn.RNNCell(1, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        h = torch.zeros(x.shape[0], self.cell.hidden_size)
        for t in range(x.shape[1]):
            h = self.cell(x[:, t : t + 1], h)
        return self.out(h).squeeze(1)


bits = torch.randint(0, 2, (32, 6)).float()
target = bits.sum(1)
model = Counter(8)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for step in range(40):
    loss = F.mse_loss(model(bits), target)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 10 == 0:
        print(step, round(loss.item(), 2))
print(model)
