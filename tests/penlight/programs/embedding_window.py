"""Word windows: vocabulary, padding, embedding, a logistic loss by length."""

import torch
import torch.nn as nn

sentences = ["we went to paris", "she lives in rome now", "he ate"]
places = {"paris", "rome"}
vocabulary = ["<pad>", *sorted({w for s in sentences for w in s.split()})]
number = {w: i for i, w in enumerate(vocabulary)}
rows = [[0] + [number[w] for w in s.split()] + [0] for s in sentences]
lengths = torch.tensor([len(r) - 2 for r in rows])
longest = max(map(len, rows))
words = torch.tensor([r + [0] * (longest - len(r)) for r in rows])
labels = torch.zeros(3, longest - 2)
for i, s in enumerate(sentences):
    for j, w in enumerate(s.split()):
        labels[i, j] = float(w in places)
torch.manual_seed(0)
embed = nn.Embedding(len(vocabulary), 4, padding_idx=0)
hidden, out = nn.Linear(12, 5), nn.Linear(5, 1)
parameters = [*embed.parameters(), *hidden.parameters(), *out.parameters()]
optimizer = torch.optim.Adam(parameters, lr=0.1)
for step in range(30):
    windows = embed(words).unfold(1, 3, 1).permute(0, 1, 3, 2).reshape(3, longest - 2, 12)
    chance = torch.sigmoid(out(torch.tanh(hidden(windows)))).squeeze(-1)
    mask = torch.arange(longest - 2) < lengths.unsqueeze(1)
    losses = nn.functional.binary_cross_entropy(chance, labels, reduction="none")
    loss = (losses * mask).sum() / lengths.sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 0:
        print(f"{loss.item():.3f}")
print((chance > 0.5) & mask)
print(embed.weight[0])
