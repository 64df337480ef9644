"""A GRU that reads padded sequences of different lengths and names their kind."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

torch.manual_seed(3)


def make(kind, length):
    """Rising, falling or flat: three kinds of sequences."""
    steps = torch.linspace(0, 1, length) * (kind - 1)
    return (steps + 0.1 * torch.randn(length))[:, None]


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 8, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(16, 3)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _, last = self.gru(packed)
        return self.head(torch.cat([last[-2], last[-1]], dim=1))


kinds = torch.randint(3, (24,))
lengths = torch.randint(3, 9, (24,))
sequences = pad_sequence(
    [make(k, n) for k, n in zip(kinds.tolist(), lengths.tolist(), strict=True)], batch_first=True
)
print(sequences.shape, kinds[:8], lengths[:8])

model = Reader()
print(model)
print(sum(p.numel() for p in model.parameters()))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for step in range(12):
    optimizer.zero_grad()
    scores = model(sequences, lengths)
    loss = nn.functional.cross_entropy(scores, kinds)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if step % 3 == 0:
        right = (scores.argmax(1) == kinds).float().mean()
        print(f"{step}: loss {loss.item():.3f}, norm {norm.item():.3f}, right {right:.2f}")
print(scores.grad_fn.name())
