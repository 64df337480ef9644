"""Modules inside modules: a block that multiplies two branches."""

import torch


class ParallelBlock(torch.nn.Module):
    def __init__(self, D_in, D_out):
        super().__init__()
        self.linear1 = torch.nn.Linear(D_in, D_out)
        self.linear2 = torch.nn.Linear(D_in, D_out)

    def forward(self, x):
        return (self.linear1(x) * self.linear2(x)).clamp(min=0)


torch.manual_seed(0)
model = torch.nn.Sequential(ParallelBlock(6, 5), ParallelBlock(5, 5), torch.nn.Linear(5, 2))
print(model)
x, y = torch.randn(12, 6), torch.randn(12, 2)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
print(optimizer)
for t in range(21):
    loss = torch.nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if t % 10 == 0:
        print(t, loss)
for name, p in model.named_parameters():
    print(name, tuple(p.shape))
