"""Attention: every query gets a mean of the values, weighted by how well their keys fit it."""

import math

from penlight.nn.functional.activations import softmax
from penlight.nn.functional.dropout import dropout
from penlight.tensors import dtypes
from penlight.tensors.creation import ones
from penlight.tensors.pointwise import where
from penlight.tensors.products import matmul
from penlight.tensors.tensor import Tensor


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
    enable_gqa=False,
) -> Tensor:  # fmt: skip
    """softmax(query @ keyᵀ · scale + mask) @ value: (…, L, E), (…, S, E), (…, S, V) give (…, L, V).

    attn_mask  True where attention is allowed, or numbers to add to the scores
    is_causal  let position i attend to positions up to i only
    scale      1 / √E unless given
    """
    if not query.dtype == key.dtype == value.dtype:
        raise RuntimeError(
            "Expected query, key, and value to have the same dtype, but got query.dtype: "
            f"{query.dtype} key.dtype: {key.dtype} and value.dtype: {value.dtype} instead."
        )
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise RuntimeError(
            "Expected query, key, and value to all be  at least 2 dimensional, but got "
            f"query.dim(): {query.ndim}, key.dim(): {key.ndim} and value.dim(): {value.ndim}"
        )
    if is_causal and attn_mask is not None:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set "
                           "when is_causal=True")  # fmt: skip
    if enable_gqa:  # fewer heads of keys and values than of queries: repeat them
        heads = query.shape[-3]
        key = key.repeat_interleave(heads // key.shape[-3], -3)
        value = value.repeat_interleave(heads // value.shape[-3], -3)
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = matmul(query * scale, key.transpose(-2, -1))
    if is_causal:
        attn_mask = ones(*scores.shape[-2:], dtype=dtypes.bool_, device=query.device).tril()
    if attn_mask is not None:
        if attn_mask.dtype is dtypes.bool_:
            scores = where(attn_mask, scores, scores.new_full((), -math.inf))
        else:
            scores = scores + attn_mask
    weights = softmax(scores, -1)
    if attn_mask is not None and attn_mask.dtype is dtypes.bool_:
        # A query that may attend to nothing gets 0, not the nan of an empty softmax.
        weights = where(attn_mask.any(-1, keepdim=True), weights, weights.new_zeros(()))
    return matmul(dropout(weights, dropout_p, dropout_p > 0), value)


__all__ = ["scaled_dot_product_attention"]
