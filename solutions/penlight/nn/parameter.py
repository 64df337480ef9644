"""Parameters: tensors that a module owns and an optimizer changes."""

from penlight.tensors.creation import empty
from penlight.tensors.tensor import Tensor, wrap


class Parameter(Tensor):
    """A leaf tensor that registers itself when it is assigned to a module's attribute."""

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True):
        source = empty(0) if data is None else data
        made = Tensor.__new__(cls)
        made._array = source._array
        made._storage = source.storage()
        return made

    def __init__(self, data: Tensor | None = None, requires_grad: bool = True):
        self.requires_grad_(requires_grad)

    def __repr__(self):
        return "Parameter containing:\n" + super().__repr__()

    __str__ = __repr__

    def __deepcopy__(self, memo):
        copied = Parameter(wrap(self._array.copy()), self._requires_grad)
        memo[id(self)] = copied
        return copied

    def __reduce__(self):
        return _rebuild, (self._array, self._requires_grad)


def _rebuild(array, requires_grad):
    return Parameter(wrap(array), requires_grad)


class Buffer(Tensor):
    """A tensor that registers itself as a buffer: saved with the module, not trained."""

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True):
        source = empty(0) if data is None else data
        made = Tensor.__new__(cls)
        made._array = source._array
        made._storage = source.storage()
        return made

    def __init__(self, data: Tensor | None = None, *, persistent: bool = True):
        self.persistent = persistent
