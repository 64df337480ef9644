"""Hidden part of make_batches."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong

TOO_MANY = "You take more indices than the batch needs. There may be no end to them."
RIGHT = """
def make_batches(indices, batch_size, drop_last):
    batch = []
    for index in indices:
        batch.append(index)
        if len(batch) == batch_size:
            yield batch
            batch = []
    if batch and not drop_last:
        yield batch
"""


def changed(name, sentence, old, new):
    return wrong(name, sentence, but(RIGHT, old, new))


register_hidden(
    "make_batches",
    cases={
        "full batches": [case("hidden twelve", 12, 4, True, 9)],
        "the last one": [
            case("hidden kept", 11, 4, False, 9),
            case("hidden dropped", 11, 4, True, 9),
            case("hidden larger than all", 3, 7, False, 9),
            case("hidden nothing to drop", 0, 3, True, 9),
        ],
        "no more than needed": [
            case("hidden none asked", 20, 3, False, 0),
            case("hidden endless", None, 1, False, 4),
        ],
    },
    mistakes=[
        changed("the rest lost", "What is left over at the end is lost.",
                "if batch and not drop_last:", "if False:"),
        changed("never dropped", "drop_last is not used.", "if batch and not drop_last:",
                "if batch:"),
        changed("turned round", "You keep the short batch when it is to be dropped, and drop it "
                "when it is to be kept.", "batch and not drop_last", "batch and drop_last"),
        changed("an empty one", "When nothing is left over, you give an empty list.",
                "if batch and not drop_last:", "if not drop_last:"),
        changed("emptied", "`clear()` empties the list that you have just handed out. Begin a new "
                "one.", "            batch = []\n", "            batch.clear()\n"),
        wrong("list first", TOO_MANY,
              """
              def make_batches(indices, batch_size, drop_last):
                  indices = list(indices)
                  for start in range(0, len(indices), batch_size):
                      batch = indices[start : start + batch_size]
                      if len(batch) == batch_size or not drop_last:
                          yield batch
              """),
        wrong("all batches first", TOO_MANY,
              """
              def make_batches(indices, batch_size, drop_last):
                  batches, batch = [], []
                  for index in indices:
                      batch.append(index)
                      if len(batch) == batch_size:
                          batches.append(batch)
                          batch = []
                  if batch and not drop_last:
                      batches.append(batch)
                  return batches
              """),
        wrong("one too late", "You hand a batch out only when the index after it has come.",
              """
              def make_batches(indices, batch_size, drop_last):
                  batch = []
                  for index in indices:
                      if len(batch) == batch_size:
                          yield batch
                          batch = []
                      batch.append(index)
                  if batch and (len(batch) == batch_size or not drop_last):
                      yield batch
              """),
        wrong("the first only", "You return after the first batch. `yield` hands out and goes on.",
              """
              def make_batches(indices, batch_size, drop_last):
                  batch = []
                  for index in indices:
                      batch.append(index)
                      if len(batch) == batch_size:
                          return iter([batch])
                  return iter([batch] if batch and not drop_last else [])
              """),
        changed("full ones dropped", "You give a batch when it is larger than batch_size, so all "
                "are one too long.", "len(batch) == batch_size", "len(batch) > batch_size"),
        changed("overlapping", "A batch begins with the last index of the one before.",
                "            batch = []\n", "            batch = [index]\n"),
    ],
    alternatives=styles(
        islice="""
        def make_batches(indices, batch_size, drop_last):
            indices = iter(indices)
            while batch := list(itertools.islice(indices, batch_size)):
                if len(batch) < batch_size and drop_last:
                    return
                yield batch
        """,
        next="""
        def make_batches(indices, batch_size, drop_last):
            walk = iter(indices)
            while True:
                batch = []
                try:
                    while len(batch) < batch_size:
                        batch.append(next(walk))
                except StopIteration:
                    if batch and not drop_last:
                        yield batch
                    return
                yield batch
        """,
        an_iterator="""
        class _Batches:
            def __init__(self, indices, size, drop):
                self.walk, self.size, self.drop = iter(indices), size, drop

            def __iter__(self):
                return self

            def __next__(self):
                batch = [index for _, index in zip(range(self.size), self.walk)]
                if not batch or self.drop and len(batch) < self.size:
                    raise StopIteration
                return batch


        def make_batches(indices, batch_size, drop_last):
            return _Batches(indices, batch_size, drop_last)
        """,
    ),
)  # fmt: skip
