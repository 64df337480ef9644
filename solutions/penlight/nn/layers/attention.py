"""Multi-head attention: several small attentions side by side, each in its own projection."""

import math

from penlight.nn import functional as F
from penlight.nn import init
from penlight.nn.layers.linear import Linear
from penlight.nn.module import Module
from penlight.nn.parameter import Parameter
from penlight.tensors import dtypes
from penlight.tensors.creation import empty
from penlight.tensors.joining import cat


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear under the name that PyTorch prints for the output projection."""


class MultiheadAttention(Module):
    """Queries (L, N, embed_dim), keys and values (S, N, …), or batch first, or without a batch.

    Returns the attended values and, with `need_weights`, the weights (N, L, S).
    """

    def __init__(
        self, embed_dim, num_heads, dropout=0.0, bias=True, add_bias_kv=False,
        add_zero_attn=False, kdim=None, vdim=None, batch_first=False, device=None, dtype=None,
    ):  # fmt: skip
        if embed_dim <= 0 or num_heads <= 0:
            raise ValueError(
                "embed_dim and num_heads must be greater than 0, got "
                f"embed_dim={embed_dim} and num_heads={num_heads} instead"
            )
        if embed_dim % num_heads:
            raise AssertionError("embed_dim must be divisible by num_heads")
        super().__init__()
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.head_dim = embed_dim // num_heads
        self.kdim, self.vdim = kdim or embed_dim, vdim or embed_dim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn
        place = {"device": device, "dtype": dtype}
        together = self.kdim == self.vdim == embed_dim
        widths = {"q": embed_dim, "k": self.kdim, "v": self.vdim}
        for name, width in widths.items():
            made = None if together else Parameter(empty(embed_dim, width, **place))
            self.register_parameter(f"{name}_proj_weight", made)
        made = Parameter(empty(3 * embed_dim, embed_dim, **place)) if together else None
        self.register_parameter("in_proj_weight", made)
        made = Parameter(empty(3 * embed_dim, **place)) if bias else None
        self.register_parameter("in_proj_bias", made)
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, **place)
        for name in ("bias_k", "bias_v"):
            made = Parameter(empty(1, 1, embed_dim, **place)) if add_bias_kv else None
            self.register_parameter(name, made)
        self._reset_parameters()

    def _reset_parameters(self):
        for name in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
            if getattr(self, name) is not None:
                init.xavier_uniform_(getattr(self, name))
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for bias in (self.bias_k, self.bias_v):
            if bias is not None:
                init.xavier_normal_(bias)

    def forward(
        self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None,
        average_attn_weights=True, is_causal=False,
    ):  # fmt: skip
        """`key_padding_mask` (N, S) and `attn_mask` (L, S) or (N · heads, L, S) are True where
        attention is *not* allowed, or numbers to add to the scores."""
        single = query.ndim == 2
        if is_causal and attn_mask is None:
            raise RuntimeError("Need attn_mask if specifying the is_causal hint.")
        if single:
            query, key, value = (x.unsqueeze(1) for x in (query, key, value))
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.unsqueeze(0)
        elif self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        self._check(query, key, value)
        mask = self._added_mask(attn_mask, query)
        padding = self._added_mask(key_padding_mask, query)
        length, batch = query.shape[:2]
        q, k, v = self._project(query, key, value)
        if self.bias_k is not None:
            k = cat([k, self.bias_k.repeat(1, batch, 1)])
            v = cat([v, self.bias_v.repeat(1, batch, 1)])
        q, k, v = (self._heads(x, batch) for x in (q, k, v))
        if self.add_zero_attn:
            zero = k.new_zeros(k.shape[0], 1, self.head_dim)
            k, v = cat([k, zero], 1), cat([v, zero], 1)
        mask = self._merge(mask, padding, k.shape[1], batch)
        out, weights = self._attend(q, k, v, mask, need_weights, batch)
        out = self.out_proj(out.reshape(length, batch, self.embed_dim))
        if weights is not None:
            weights = weights.reshape(batch, self.num_heads, length, -1)
            weights = weights.mean(1) if average_attn_weights else weights
        if single:
            return out.squeeze(1), None if weights is None else weights.squeeze(0)
        return (out.transpose(0, 1) if self.batch_first else out), weights

    def _check(self, query, key, value):
        if query.shape[-1] != self.embed_dim:
            raise AssertionError(
                f"was expecting embedding dimension of {self.embed_dim}, but got {query.shape[-1]}"
            )
        if key.shape[:2] != value.shape[:2]:
            raise AssertionError(
                f"key's sequence and batch dims {key.shape[:2]} do not match value's "
                f"{value.shape[:2]}"
            )

    def _added_mask(self, mask, like):
        """A mask as numbers to add: -inf where attention is not allowed."""
        if mask is None or mask.is_floating_point():
            return mask
        if mask.dtype is not dtypes.bool_:
            raise AssertionError("only bool and floating types of masks are supported")
        return like.new_zeros(mask.shape).masked_fill(mask, -math.inf)

    def _project(self, query, key, value):
        """Queries, keys and values in the space of the heads."""
        if self.in_proj_weight is None:
            weights = [self.q_proj_weight, self.k_proj_weight, self.v_proj_weight]
        elif query is key and key is value:
            return F.linear(query, self.in_proj_weight, self.in_proj_bias).chunk(3, -1)
        else:
            weights = self.in_proj_weight.chunk(3)
        biases = [None] * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        return [
            F.linear(x, weight, bias)
            for x, weight, bias in zip((query, key, value), weights, biases, strict=True)
        ]

    def _heads(self, x, batch):
        """(S, N, embed) as (N · heads, S, head_dim)."""
        return x.reshape(x.shape[0], batch * self.num_heads, self.head_dim).transpose(0, 1)

    def _merge(self, mask, padding, length, batch):
        """One mask to add to the scores (N · heads, L, S), or None; added keys are allowed."""
        both = [m for m in (mask, padding) if m is not None]
        both = [F.pad(m, (0, length - m.shape[-1])) for m in both]
        if padding is not None:
            spread = both[-1].reshape(batch, 1, 1, length).expand(-1, self.num_heads, -1, -1)
            both[-1] = spread.reshape(batch * self.num_heads, 1, length)
        return sum(both[1:], both[0]) if both else None

    def _attend(self, q, k, v, mask, need_weights, batch):
        """The attended values (L, N · heads, head_dim), and the weights if they are needed."""
        drop = self.dropout if self.training else 0.0
        if not need_weights:
            out = F.scaled_dot_product_attention(q, k, v, mask, drop)
            return out.transpose(0, 1), None
        scores = (q * math.sqrt(1 / self.head_dim)) @ k.transpose(1, 2)
        weights = F.softmax(scores if mask is None else scores + mask, -1)
        weights = F.dropout(weights, drop, drop > 0)
        return (weights @ v).transpose(0, 1), weights


__all__ = ["MultiheadAttention"]
