"""Conformance: PyTorch's own operator samples, run under PyTorch and under penlight, compared.

    python3 -m tools conformance                      every operator in ops.txt, a table by floor
    python3 -m tools conformance --op add --op sum    these only, with their first failures
    python3 -m tools conformance --floor nn           one floor
    python3 -m tools conformance --quick              the first three samples of each kind
    python3 -m tools conformance --update             add what passes now to passing.txt

An operator is one entry of PyTorch's `op_db` (a name may have several, `max (binary)`). Its
samples run in float32, int64 and bool through every form PyTorch has: function, method, in-place
method, Python operator, aliases. Compared are values, shape, dtype, strides (exactly for views;
contiguous or not for the others), which input the result shares memory with, and writes to inputs.
Samples in float64 give gradients under a random cotangent; error inputs must raise the same type.

    ops.txt          the operators and the floor that each belongs to
    passing.txt      the ratchet: entries that pass; a test keeps them passing
    exceptions.toml  what PyTorch itself cannot be held to, each with its reason

`tests/penlight/test_conformance.py` runs the first samples of every entry in passing.txt (all of
them with `-m slow`). After making an operator pass, run with `--op NAME --update` and commit.
"""
