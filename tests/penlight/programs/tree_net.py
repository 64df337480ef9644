"""A tree net: the shape of the graph is the shape of each sentence's tree."""

import torch
from torch import nn

torch.manual_seed(7)

WORDS = {word: number for number, word in enumerate("not very good bad dull fine".split())}
# (tree, label): a tree is a word or a pair of trees.
TREES = [
    ("good", 1),
    ("bad", 0),
    (("not", "good"), 0),
    (("not", "bad"), 1),
    (("very", "good"), 1),
    (("not", ("very", "good")), 0),
    (("not", ("very", ("not", "fine"))), 1),
    (("very", "dull"), 0),
]


class TreeNet(nn.Module):
    """A pair becomes a gated mixture of its two halves and something new."""

    def __init__(self, size=6):
        super().__init__()
        self.words = nn.Embedding(len(WORDS), size)
        self.join = nn.Bilinear(size, size, size)
        self.gates = nn.ModuleDict({side: nn.Linear(2 * size, size) for side in ("left", "right")})
        self.judge = nn.Linear(size, 1)
        self.depth = 0

    def forward(self, tree):
        self.depth = 0
        return self.judge(self.vector(tree, 1)).squeeze(-1)

    def vector(self, tree, depth):
        self.depth = max(self.depth, depth)
        if isinstance(tree, str):
            return self.words(torch.tensor(WORDS[tree]))
        left, right = (self.vector(part, depth + 1) for part in tree)
        both = torch.cat([left, right])
        keep = {side: torch.sigmoid(gate(both)) for side, gate in self.gates.items()}
        return torch.tanh(self.join(left, right) + keep["left"] * left + keep["right"] * right)


net = TreeNet()
print(net)
optimizer = torch.optim.Adagrad(net.parameters(), lr=0.1)
for epoch in range(9):
    total = torch.zeros(())
    for tree, label in TREES:
        score = net(tree)
        total = total + nn.functional.binary_cross_entropy_with_logits(
            score, torch.tensor(float(label))
        )
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    if epoch % 4 == 0:
        print(f"epoch {epoch}: {total.item():.3f}")

with torch.no_grad():
    for tree, label in TREES:
        print(tree, label, net.depth, f"{torch.sigmoid(net(tree)).item():.2f}", net.depth)
unused = net.words.weight.grad[WORDS["dull"]]
print(unused.shape, bool(unused.abs().sum() > 0))
