"""`complete_index`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong

ALL = slice(None)

register_hidden(
    "complete_index",
    cases={
        "missing dimensions": [
            case("hidden empty", (), 3),
            case("hidden 0-d", (), 0),
            case("hidden a slice alone", slice(1, None), 3),
            case("hidden negative", (-1, -2), 3),
            case("hidden one left", (1, 2, 3), 4),
        ],
        "the ellipsis": [
            case("hidden one for each", (ALL, ..., 2), 4),
            case("hidden at the end", (3, ...), 3),
            case("hidden alone in a tuple", (...,), 4),
            case("hidden nothing to stand for", (..., 0), 1),
            case("hidden slices around", (slice(1, 2), ..., slice(3, 4)), 4),
            case("hidden with None", (None, 1, ..., None, 2), 4),
        ],
        "new dimensions": [
            case("hidden alone", None, 1),
            case("hidden in the middle", (0, None, 1), 3),
            case("hidden between slices", (slice(0, 2), None), 2),
            case("hidden on 0-d", (None, None), 0),
            case("hidden all named", (None, 0, None, 1), 2),
        ],
        "error where there is too much": [
            case("hidden slices count", (ALL, ALL), 1, raises=IndexError),
            case("hidden with None again", (None, 0, 0), 1, raises=IndexError),
            case("hidden ellipsis first", (..., 1, 1, 1), 2, raises=IndexError),
        ],
    },
    mistakes=[
        wrong(
            "forgets what is missing",
            "You leave out the dimensions that the index does not name. They follow as `:`.",
            """
            def complete_index(index, ndim):
                items = list(index) if isinstance(index, tuple) else [index]
                named = sum(item is not None and item is not ... for item in items)
                if named > ndim:
                    raise IndexError("too many indices")
                if ... in items:
                    at = items.index(...)
                    items[at : at + 1] = [slice(None)] * (ndim - named)
                return tuple(items)
            """,
        ),
        wrong(
            "one slice for the ellipsis",
            "You put one `:` for `...`. It stands for as many as are missing, which may be none.",
            """
            def complete_index(index, ndim):
                items = index if isinstance(index, tuple) else (index,)
                named = sum(item is not None and item is not ... for item in items)
                if named > ndim:
                    raise IndexError("too many indices")
                rest = [] if ... in items else [slice(None)] * (ndim - named)
                items = [slice(None) if item is ... else item for item in items]
                return tuple(items + rest)
            """,
        ),
        wrong(
            "fills at the end",
            "You drop the `...` and put the `:` at the end. They belong where `...` stood.",
            """
            def complete_index(index, ndim):
                items = index if isinstance(index, tuple) else (index,)
                items = [item for item in items if item is not ...]
                named = sum(item is not None for item in items)
                if named > ndim:
                    raise IndexError("too many indices")
                return tuple(items + [slice(None)] * (ndim - named))
            """,
        ),
        wrong(
            "fills in front",
            "You put the missing `:` in front. Items name the dimensions from the left.",
            """
            def complete_index(index, ndim):
                items = list(index) if isinstance(index, tuple) else [index]
                named = sum(item is not None and item is not ... for item in items)
                if named > ndim:
                    raise IndexError("too many indices")
                if ... not in items:
                    items.insert(0, ...)
                at = items.index(...)
                items[at : at + 1] = [slice(None)] * (ndim - named)
                return tuple(items)
            """,
        ),
        wrong(
            "counts None",
            "You count None as if it named a dimension. It asks for a new one.",
            """
            def complete_index(index, ndim):
                items = list(index) if isinstance(index, tuple) else [index]
                named = sum(item is not ... for item in items)
                if named > ndim:
                    raise IndexError("too many indices")
                if ... not in items:
                    items.append(...)
                at = items.index(...)
                items[at : at + 1] = [slice(None)] * (ndim - named)
                return tuple(items)
            """,
        ),
        wrong(
            "counts the ellipsis",
            "You count `...` as if it named one dimension, so one `:` is missing.",
            """
            def complete_index(index, ndim):
                items = list(index) if isinstance(index, tuple) else [index]
                named = sum(item is not None for item in items)
                if named - (... in items) > ndim:
                    raise IndexError("too many indices")
                if ... not in items:
                    items.append(...)
                at = items.index(...)
                items[at : at + 1] = [slice(None)] * (ndim - named)
                return tuple(items)
            """,
        ),
        wrong(
            "drops None",
            "You leave None out. It stays: somebody wants a new dimension there.",
            """
            def complete_index(index, ndim):
                items = list(index) if isinstance(index, tuple) else [index]
                items = [item for item in items if item is not None]
                named = sum(item is not ... for item in items)
                if named > ndim:
                    raise IndexError("too many indices")
                if ... not in items:
                    items.append(...)
                at = items.index(...)
                items[at : at + 1] = [slice(None)] * (ndim - named)
                return tuple(items)
            """,
        ),
        wrong(
            "leaves the ellipsis in",
            "The `...` is still there, beside what it stands for.",
            """
            def complete_index(index, ndim):
                items = list(index) if isinstance(index, tuple) else [index]
                named = sum(item is not None and item is not ... for item in items)
                if named > ndim:
                    raise IndexError("too many indices")
                if ... not in items:
                    items.append(...)
                at = items.index(...)
                items[at:at] = [slice(None)] * (ndim - named)
                return tuple(items)
            """,
        ),
        wrong(
            "ignores too many",
            "You answer although the index names more dimensions than there are.",
            """
            def complete_index(index, ndim):
                items = list(index) if isinstance(index, tuple) else [index]
                named = sum(item is not None and item is not ... for item in items)
                if ... not in items:
                    items.append(...)
                at = items.index(...)
                items[at : at + 1] = [slice(None)] * (ndim - named)
                return tuple(items)
            """,
        ),
        wrong(
            "only tuples",
            "You expect a tuple. In `x[0]` and `x[...]` the index is the item itself.",
            """
            def complete_index(index, ndim):
                items = list(index)
                named = sum(item is not None and item is not ... for item in items)
                if named > ndim:
                    raise IndexError("too many indices")
                if ... not in items:
                    items.append(...)
                at = items.index(...)
                items[at : at + 1] = [slice(None)] * (ndim - named)
                return tuple(items)
            """,
        ),
    ],
    alternatives=styles(
        insert_and_replace="""
            def complete_index(index, ndim):
                items = list(index) if isinstance(index, tuple) else [index]
                missing = ndim - len([i for i in items if i is not None and i is not ...])
                if missing < 0:
                    raise IndexError("more items than dimensions")
                if ... not in items:
                    items.append(...)
                at = items.index(...)
                return tuple(items[:at] + missing * [slice(None)] + items[at + 1 :])
            """,
        from_both_ends="""
            def complete_index(index, ndim):
                if not isinstance(index, tuple):
                    index = (index,)
                before, after, seen = [], [], False
                for item in index:
                    if item is Ellipsis:
                        seen = True
                    elif seen:
                        after.append(item)
                    else:
                        before.append(item)
                free = ndim
                for item in before + after:
                    if item is not None:
                        free = free - 1
                if free < 0:
                    raise IndexError(f"{-free} items too many")
                middle = [slice(None, None, None) for _ in range(free)]
                return (*before, *middle, *after)
            """,
        recursive="""
            def complete_index(index, ndim):
                if not isinstance(index, tuple):
                    return complete_index((index,), ndim)
                if not index:
                    return (slice(None),) * ndim
                first, others = index[0], index[1:]
                if first is None:
                    return (None, *complete_index(others, ndim))
                if first is ...:
                    here = sum(item is not None for item in others)
                    if here > ndim:
                        raise IndexError("too many")
                    return (slice(None),) * (ndim - here) + others
                if ndim == 0:
                    raise IndexError("too many")
                return (first, *complete_index(others, ndim - 1))
            """,
    ),
)
