"""A first session with tensors: make them, look at them, compute."""

import numpy as np
import torch

x = torch.tensor([[1, 2, 3], [4, 5, 6]])
print(x, x.dtype, x.shape, x.T)
print(torch.zeros(2, 3), torch.ones(3, dtype=torch.int16), torch.arange(0, 1, 0.25))
print(x.float().mean(), x.sum(dim=0), x.float().std(dim=1))
print(x @ x.T, x * 2.5, x / 2, x // 2, x % 2, 2**x)
print(x > 2, x[x > 2], x[:, 1], x[-1, ::2])
print(torch.cat([x, x]), torch.stack([x, x]).shape)
a = np.ones(3)
t = torch.from_numpy(a)
a[0] = 7
print(t, t.numpy() is not None, type(t))
print(x.view(3, 2), x.reshape(-1), x.unsqueeze(0).shape)
y = torch.rand(2, 2).mul(0)
y.add_(1)
print(y, y.is_contiguous(), torch.eye(2).bool())
try:
    x @ x
except RuntimeError as error:
    print(error)
try:
    torch.ones(3) + torch.ones(4)
except RuntimeError as error:
    print(error)
