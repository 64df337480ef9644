"""Loading a state dict into a module, and saying what did not fit."""

from collections import namedtuple

from penlight.autograd.modes import no_grad
from penlight.nn.parameter import Parameter


class IncompatibleKeys(namedtuple("IncompatibleKeys", "missing_keys unexpected_keys")):
    def __repr__(self):
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


def load(module, state_dict, strict: bool, assign: bool) -> IncompatibleKeys:
    """`Module.load_state_dict`: all that fits is loaded, then RuntimeError lists what does not."""
    own = {
        (f"{path}.{name}" if path else name): (part, name, value)
        for path, part in module.named_modules(remove_duplicate=False)
        for name, value in part._own_state().items()
    }
    missing = [key for key in own if key not in state_dict]
    unexpected = [key for key in state_dict if key not in own]
    problems = []
    if strict and missing:
        names = ", ".join(f'"{key}"' for key in missing)
        problems.append(f"Missing key(s) in state_dict: {names}. ")
    if strict and unexpected:
        names = ", ".join(f'"{key}"' for key in unexpected)
        problems.append(f"Unexpected key(s) in state_dict: {names}. ")
    for key, (part, name, value) in own.items():
        if key not in state_dict:
            continue
        given = state_dict[key]
        if tuple(given.shape) != tuple(value.shape):
            problems.append(
                f"size mismatch for {key}: copying a param with shape {given.shape} from "
                f"checkpoint, the shape in current model is {value.shape}."
            )
            continue
        if assign:
            kind = "_parameters" if name in part._parameters else "_buffers"
            made = Parameter(given, value.requires_grad) if kind == "_parameters" else given
            part.__dict__[kind][name] = made
        else:
            with no_grad():
                value.copy_(given)
    if problems:
        raise RuntimeError(
            f"Error(s) in loading state_dict for {type(module).__name__}:\n\t"
            + "\n\t".join(problems)
        )
    return IncompatibleKeys(missing, unexpected)
