"""A small transformer that learns to copy the character two places back."""

import math

import torch
from torch import nn

torch.manual_seed(11)
VOCABULARY, LENGTH, WIDTH = 7, 10, 16


class Copier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(VOCABULARY, WIDTH)
        place = torch.arange(LENGTH)[:, None]
        pace = torch.exp(torch.arange(0, WIDTH, 2) * (-math.log(1000.0) / WIDTH))
        waves = torch.zeros(LENGTH, WIDTH)
        waves[:, 0::2], waves[:, 1::2] = torch.sin(place * pace), torch.cos(place * pace)
        self.register_buffer("waves", waves)
        layer = nn.TransformerEncoderLayer(
            WIDTH, nhead=4, dim_feedforward=32, dropout=0.1, batch_first=True
        )
        self.blocks = nn.TransformerEncoder(layer, num_layers=2, enable_nested_tensor=False)
        self.head = nn.Linear(WIDTH, VOCABULARY)
        self.register_buffer("mask", torch.triu(torch.full((LENGTH, LENGTH), -torch.inf), 1))

    def forward(self, x):
        return self.head(self.blocks(self.embed(x) + self.waves, mask=self.mask))


model = Copier()
print(model)
print([name for name, _ in model.named_buffers()], len(model.state_dict()))
print(model.waves[:3, :4])
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
warmup = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / 4, 1))
for step in range(10):
    x = torch.randint(VOCABULARY, (16, LENGTH))
    scores = model(x)[:, 2:]
    loss = nn.functional.cross_entropy(scores.reshape(-1, VOCABULARY), x[:, :-2].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    warmup.step()
    if step % 3 == 0:
        print(f"{step}: loss {loss.item():.3f}, rate {warmup.get_last_lr()[0]:.4f}")

model.eval()
with torch.no_grad():
    x = torch.randint(VOCABULARY, (2, LENGTH))
    changed = x.clone()
    changed[:, -1] = (changed[:, -1] + 1) % VOCABULARY
    same = torch.isclose(model(x)[:, :-1], model(changed)[:, :-1], atol=1e-5).all()
    print("the future is hidden:", same.item())
