"""What a function with several results returns: a tuple whose parts have names."""

from collections import namedtuple


def return_type(name: str, *fields: str) -> type:
    """A tuple type that prints as PyTorch's: each part after its name, on a line of its own."""
    made = namedtuple(name, fields)
    made.__repr__ = _shown
    return made


def _shown(self) -> str:
    parts = ",\n".join(f"{name}={part!r}" for name, part in zip(self._fields, self, strict=True))
    return f"torch.return_types.{type(self).__name__}(\n{parts})"
