"""Self-attention written out, and PyTorch's own."""

import math

import torch
import torch.nn.functional as F

torch.manual_seed(0)
x = torch.randn(2, 4, 6)
wq, wk, wv = (torch.randn(6, 6) / 6**0.5 for _ in range(3))
q, k, v = x @ wq, x @ wk, x @ wv
scores = q @ k.transpose(-2, -1) / math.sqrt(6)
mask = torch.tril(torch.ones(4, 4)).bool()
scores = scores.masked_fill(~mask, float("-inf"))
attended = scores.softmax(-1) @ v
print(scores.softmax(-1)[0])
print(torch.allclose(attended, F.scaled_dot_product_attention(q, k, v, is_causal=True), atol=1e-6))
print(torch.einsum("bqd,bkd->bqk", q, k).shape)
