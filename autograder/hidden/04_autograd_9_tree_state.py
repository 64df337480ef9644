"""`tree_state`, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn


def net(words=4, d=3, **options):
    """`words` words of d numbers, and the weights that join two states."""
    return (randn(words, d, **options), randn(2 * d, d, **options), randn(d, **options))


DOUBLE = {"dtype": "float64", "requires_grad": True}
GRADIENT = {"compares": ("dtype", "gradient")}
DEEP = (0, (1, (2, (3, (0, (1, (2, (3, 1))))))))


def variant(
    word="words[tree]", joined="torch.cat([left, right])", state="({joined} @ w + b).tanh()"
):
    """The solution with one formula changed."""
    return (
        "def tree_state(tree, words, w, b):\n"
        "    if isinstance(tree, int):\n"
        f"        return {word}\n"
        "    left, right = (tree_state(part, words, w, b) for part in tree)\n"
        f"    return {state.format(joined=joined)}\n"
    )


register_hidden(
    "tree_state",
    cases={
        "words and pairs": [
            case("hidden word 0", 0, *net()),
            case("hidden pair", (2, 3), *net(words=6, d=2)),
            case("hidden one number each", (0, 1), *net(words=2, d=1)),
        ],
        "trees": [
            case("hidden deep", DEEP, *net()),
            case("hidden balanced", (((0, 1), (2, 3)), ((3, 2), (1, 0))), *net(d=4)),
            case("hidden float64", ((0, 1), 0), *net(dtype="float64")),
        ],
        "gradient": [
            case("hidden deep gradient", DEEP, *net(**DOUBLE), **GRADIENT),
            case("hidden word gradient", 1, *net(**DOUBLE)[:1], randn(6, 3, dtype="float64"),
                 randn(3, dtype="float64"), **GRADIENT),
            case("hidden same word twice", (2, (2, 2)), *net(**DOUBLE), **GRADIENT),
        ],
    },
    mistakes=[
        wrong("parts exchanged", "The left state stands in front: you join right and left.",
              variant(joined="torch.cat([right, left])")),
        wrong("no tanh", "The tanh is missing.", variant(state="{joined} @ w + b")),
        wrong("no bias", "The bias is missing.", variant(state="({joined} @ w).tanh()")),
        wrong("tanh before the bias", "The bias is added before the tanh.",
              variant(state="({joined} @ w).tanh() + b")),
        wrong("relu", "The activation is tanh.", variant(state="({joined} @ w + b).relu()")),
        wrong("tanh of a word", "A word's state is its row as it is, without tanh.",
              variant(word="words[tree].tanh()")),
        wrong("adds the parts", "You add the two states. They are joined to one vector of 2d.",
              variant(joined="torch.cat([left + right, left + right])")),
        wrong("left part only", "The right part is missing: you join the left state with itself.",
              variant(joined="torch.cat([left, left])")),
        wrong("cut", "You cut the graph at the parts, so nothing below them learns.",
              variant(joined="torch.cat([left, right]).detach()")),
        wrong("subtracts the bias", "The bias is added.",
              variant(state="({joined} @ w - b).tanh()")),
        wrong(
            "one level",
            "The parts of a pair may be pairs. You look words up where a tree may stand.",
            """
            def tree_state(tree, words, w, b):
                if isinstance(tree, int):
                    return words[tree]
                left, right = tree
                return (torch.cat([words[left], words[right]]) @ w + b).tanh()
            """,
        ),
        wrong(
            "grows to the right only",
            "You expect a word on the left. Both parts may be trees.",
            """
            def tree_state(tree, words, w, b):
                if isinstance(tree, int):
                    return words[tree]
                left, right = words[tree[0]], tree_state(tree[1], words, w, b)
                return (torch.cat([left, right]) @ w + b).tanh()
            """,
        ),
        wrong(
            "leaves the graph",
            "You compute with plain numbers, where no graph is recorded.",
            """
            def tree_state(tree, words, w, b):
                if isinstance(tree, int):
                    return torch.tensor(words.tolist()[tree], dtype=words.dtype)
                left, right = (tree_state(part, words, w, b) for part in tree)
                return torch.tensor((torch.cat([left, right]) @ w + b).tanh().tolist())
            """,
        ),
    ],
    alternatives=styles(
        two_calls="""
            def tree_state(tree, words, w, b):
                if not isinstance(tree, tuple):
                    return words[tree]
                left = tree_state(tree[0], words, w, b)
                right = tree_state(tree[1], words, w, b)
                return torch.tanh(torch.cat((left, right)) @ w + b)
            """,
        weights_in_two_halves="""
            def tree_state(tree, words, w, b):
                d = len(b)
                def state(part):
                    if type(part) is int:
                        return words[part]
                    return (state(part[0]) @ w[:d] + state(part[1]) @ w[d:] + b).tanh()
                return state(tree)
            """,
        a_stack="""
            def tree_state(tree, words, w, b):
                todo, done = [(tree, False)], []
                while todo:
                    part, joining = todo.pop()
                    if type(part) is int:
                        done.append(words[part])
                    elif joining:
                        right, left = done.pop(), done.pop()
                        done.append((torch.cat([left, right]) @ w + b).tanh())
                    else:
                        todo += [(part, True), (part[1], False), (part[0], False)]
                return done[0]
            """,
        exponentials="""
            def tree_state(tree, words, w, b):
                if type(tree) is int:
                    return words[tree] + 0
                joined = torch.cat([tree_state(part, words, w, b) for part in tree])
                twice = (2 * ((joined.unsqueeze(1) * w).sum(0) + b)).exp()
                return (twice - 1) / (twice + 1)
            """,
    ),
)  # fmt: skip
