"""`named_parameters`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.small_modules import SmallModules

register_hidden(
    "named_parameters",
    cases={
        "one module": [
            case("hidden many", SmallModules("z 1, a 2, m 3x1")),
            case("hidden None first", SmallModules("weight -, bias 3, scale -, last 1")),
            case("hidden prefix alone", SmallModules("weight 2"), prefix="top"),
        ],
        "parts": [
            case("hidden deep", SmallModules("a.b.c.d.e: weight 1; a.b: own 2; a.b.z: last 1")),
            case("hidden empty parts", SmallModules("a.b:; c: weight 2; d:")),
            case("hidden numbers", SmallModules("10: weight 2; 2: weight 1; 1.0: weight 3")),
            case("hidden buffers and None", SmallModules("a: weight -, ~mean 2, bias 1; ~own 3")),
        ],
        "each once": [
            case("hidden shared with the top", SmallModules("own 2; a.weight = own; a: bias 1")),
            case("hidden shared deep", SmallModules("a.b: w 2, v 1; c.d = a.b; c: u 3; e = a")),
            case("hidden two names in one", SmallModules("a: w 2; a.v = a.w; b: v 1")),
            case("hidden alike but two", SmallModules("a: w 2; b: w 2; c: w 2; d.w = b.w")),
        ],
        "prefix": [
            case("hidden dotted", SmallModules("own 1; a.b: weight 2"), prefix="net.encoder"),
            case("hidden shared", SmallModules("a: w 2; b = a"), prefix="x"),
        ],
    },
    mistakes=[
        wrong(
            "own ones only",
            "Only the module's own parameters are listed. Its parts have some too.",
            """
            def named_parameters(module, prefix=""):
                start = prefix + "." if prefix else ""
                pairs = module._parameters.items()
                return [(start + name, p) for name, p in pairs if p is not None]
            """,
        ),
        wrong(
            "one level deep",
            "You look into the parts, but not into the parts of the parts.",
            """
            def named_parameters(module, prefix=""):
                start = prefix + "." if prefix else ""
                found = [(start + n, p) for n, p in module._parameters.items() if p is not None]
                for part_name, part in module._modules.items():
                    for n, p in part._parameters.items():
                        if p is not None and all(p is not q for _, q in found):
                            found.append((start + part_name + "." + n, p))
                return found
            """,
        ),
        wrong(
            "twice",
            "A parameter in two places is listed twice. An optimizer would step twice.",
            """
            def named_parameters(module, prefix=""):
                start = prefix + "." if prefix else ""
                found = [(start + n, p) for n, p in module._parameters.items() if p is not None]
                for name, part in module._modules.items():
                    found += named_parameters(part, start + name)
                return found
            """,
        ),
        wrong(
            "names without the way",
            "A path is all names on the way: a.deep.weight, not weight.",
            """
            def named_parameters(module, prefix=""):
                found = [(n, p) for n, p in module._parameters.items() if p is not None]
                for part in module._modules.values():
                    for pair in named_parameters(part):
                        if all(pair[1] is not p for _, p in found):
                            found.append(pair)
                return found
            """,
        ),
        wrong(
            "parts first",
            "The parts' parameters stand before the module's own.",
            """
            def named_parameters(module, prefix=""):
                start, found = prefix + "." if prefix else "", []
                for name, part in module._modules.items():
                    found += named_parameters(part, start + name)
                found += [(start + n, p) for n, p in module._parameters.items() if p is not None]
                kept, seen = [], set()
                for path, p in found:
                    if id(p) not in seen:
                        seen.add(id(p))
                        kept.append((path, p))
                return kept
            """,
        ),
        wrong(
            "level by level",
            "You go through the tree level by level. Finish a part, with all its parts, before "
            "the next.",
            """
            def named_parameters(module, prefix=""):
                waiting, found, seen = [(prefix, module)], [], set()
                while waiting:
                    path, here = waiting.pop(0)
                    start = path + "." if path else ""
                    for name, p in here._parameters.items():
                        if p is not None and id(p) not in seen:
                            seen.add(id(p))
                            found.append((start + name, p))
                    waiting += [(start + name, part) for name, part in here._modules.items()]
                return found
            """,
        ),
        wrong(
            "a dot in front",
            "A path begins with a dot. The outermost module has no name, and nothing stands in "
            "front of its own.",
            """
            def named_parameters(module, prefix=""):
                own, start = module._parameters.items(), prefix + "."
                found = [(start + n, p) for n, p in own if p is not None]
                for name, part in module._modules.items():
                    for path, p in named_parameters(part, start + name):
                        if all(p is not q for _, q in found):
                            found.append((path, p))
                return found
            """,
        ),
        wrong(
            "forgets the prefix",
            "The prefix is left out.",
            """
            def named_parameters(module, prefix=""):
                found = [(n, p) for n, p in module._parameters.items() if p is not None]
                for name, part in module._modules.items():
                    for path, p in named_parameters(part):
                        if all(p is not q for _, q in found):
                            found.append((name + "." + path, p))
                return found
            """,
        ),
        wrong(
            "None too",
            "A name with None under it is listed. That is a place kept free, no parameter.",
            """
            def named_parameters(module, prefix=""):
                start = prefix + "." if prefix else ""
                found = [(start + n, p) for n, p in module._parameters.items()]
                for name, part in module._modules.items():
                    for path, p in named_parameters(part, start + name):
                        if all(p is not q for _, q in found):
                            found.append((path, p))
                return found
            """,
        ),
        wrong(
            "buffers too",
            "Buffers are listed too. They are saved, and not trained.",
            """
            def named_parameters(module, prefix=""):
                start = prefix + "." if prefix else ""
                own = [*module._parameters.items(), *module._buffers.items()]
                found = [(start + n, p) for n, p in own if p is not None]
                for name, part in module._modules.items():
                    for path, p in named_parameters(part, start + name):
                        if all(p is not q for _, q in found):
                            found.append((path, p))
                return found
            """,
        ),
        wrong(
            "equal numbers",
            "You take two parameters with equal numbers for one. `is` and `id` tell them apart.",
            """
            def named_parameters(module, prefix=""):
                start, found = prefix + "." if prefix else "", []
                pairs = [(start + n, p) for n, p in module._parameters.items() if p is not None]
                for name, part in module._modules.items():
                    pairs += named_parameters(part, start + name)
                for path, p in pairs:
                    if all(p.tolist() != q.tolist() for _, q in found):
                        found.append((path, p))
                return found
            """,
        ),
        wrong(
            "a shared part is skipped by its first name",
            "Where something has two places, the first path counts, not the last.",
            """
            def named_parameters(module, prefix=""):
                start = prefix + "." if prefix else ""
                pairs = [(start + n, p) for n, p in module._parameters.items() if p is not None]
                for name, part in module._modules.items():
                    pairs += named_parameters(part, start + name)
                last = {id(p): path for path, p in pairs}
                return [(path, p) for path, p in pairs if last[id(p)] == path]
            """,
        ),
    ],
    alternatives=styles(
        generator="""
            def named_parameters(module, prefix="", seen=None):
                seen = set() if seen is None else seen
                start = prefix + "." if prefix else ""
                for name, p in module._parameters.items():
                    if p is not None and id(p) not in seen:
                        seen.add(id(p))
                        yield start + name, p
                for name, part in module._modules.items():
                    if part is not None:
                        yield from named_parameters(part, start + name, seen)
            """,
        stack_of_modules="""
            def named_parameters(module, prefix=""):
                waiting, by_id = [(prefix, module)], {}
                while waiting:
                    path, here = waiting.pop()
                    for name, p in here._parameters.items():
                        if p is not None:
                            by_id.setdefault(id(p), (f"{path}.{name}" if path else name, p))
                    for name, part in reversed(list(here._modules.items())):
                        if part is not None:
                            waiting.append((f"{path}.{name}" if path else name, part))
                return list(by_id.values())
            """,
        all_and_then_once="""
            def named_parameters(module, prefix=""):
                def walk(here, names):
                    found = [(names + [n], p) for n, p in here._parameters.items()]
                    for n, part in here._modules.items():
                        found += [] if part is None else walk(part, names + [n])
                    return found

                kept = []
                for names, p in walk(module, [prefix] if prefix else []):
                    if p is not None and not any(p is q for _, q in kept):
                        kept.append((".".join(names), p))
                return kept
            """,
        with_named_children="""
            def named_parameters(module, prefix=""):
                start = prefix + "." if prefix else ""
                pairs = [(start + n, p) for n, p in module._parameters.items() if p is not None]
                for name, part in module.named_children():
                    pairs.extend(named_parameters(part, start + name))
                first = {}
                for path, p in pairs:
                    first.setdefault(id(p), (path, p))
                return list(first.values())
            """,
    ),
)
