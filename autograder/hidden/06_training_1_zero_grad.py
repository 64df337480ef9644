"""Hidden part of zero_grad."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import styles, wrong
from autograder.values import randn, tensor

LEAF = {"requires_grad": True}


def function(cleared, otherwise):
    return f"""
    def zero_grad(parameters, set_to_none):
        for p in parameters:
            if set_to_none:
                {cleared}
            elif p.grad is not None:
                {otherwise}
    """


register_hidden(
    "zero_grad",
    cases={
        "set to None": [
            case("hidden three", [randn(2, **LEAF), randn(**LEAF), randn(1, 2, **LEAF)],
                 [randn(2), None, randn(1, 2)], True),
        ],
        "filled with zeros": [
            case("hidden three zeros", [randn(2, **LEAF), randn(**LEAF), randn(1, 2, **LEAF)],
                 [randn(2), None, tensor([[float("inf"), float("nan")]])], False),
        ],
    },
    mistakes=[
        wrong("a new zero", "You put a new tensor of zeros into `.grad`. Fill the one that is "
              "there.", function("p.grad = None", "p.grad = torch.zeros_like(p)")),
        wrong("zeros always", "You fill with zeros where None was asked for.",
              """
              def zero_grad(parameters, set_to_none):
                  for p in parameters:
                      if p.grad is not None:
                          p.grad.zero_()
              """),
        wrong("None always", "You set None although set_to_none is false.",
              """
              def zero_grad(parameters, set_to_none):
                  for p in parameters:
                      p.grad = None
              """),
        wrong("the weights themselves", "You fill the parameters with zeros, not their gradients.",
              function("p.grad = None", "p.detach().zero_()")),
        wrong("the first alone", "Only the first parameter is cleared. Is there a return in your "
              "loop?",
              """
              def zero_grad(parameters, set_to_none):
                  for p in parameters:
                      if set_to_none:
                          p.grad = None
                      elif p.grad is not None:
                          p.grad.zero_()
                      return
              """),
        wrong("None turned to zeros", "Where there was no gradient you made one of zeros.",
              """
              def zero_grad(parameters, set_to_none):
                  for p in parameters:
                      if set_to_none:
                          p.grad = None
                      elif p.grad is None:
                          p.grad = torch.zeros_like(p)
                      else:
                          p.grad.zero_()
              """),
        wrong("times zero", "Infinity times 0 is nan. Fill with zeros, do not multiply.",
              function("p.grad = None", "p.grad.mul_(0)")),
        wrong("both", "You empty the tensor as well as setting None. Somebody may hold it.",
              """
              def zero_grad(parameters, set_to_none):
                  for p in parameters:
                      if p.grad is not None:
                          p.grad.zero_()
                      if set_to_none:
                          p.grad = None
              """),
    ],
    alternatives=styles(
        fill="""
        def zero_grad(parameters, set_to_none):
            for p in parameters:
                if p.grad is None:
                    continue
                if set_to_none:
                    p.grad = None
                else:
                    p.grad.fill_(0)
        """,
        two_loops="""
        def zero_grad(parameters, set_to_none):
            if set_to_none:
                for p in parameters:
                    p.grad = None
            else:
                for grad in [p.grad for p in parameters if p.grad is not None]:
                    grad[...] = 0
        """,
        copy="""
        def zero_grad(parameters, set_to_none):
            while_there = [p for p in parameters if p.grad is not None]
            for p in while_there:
                if not set_to_none:
                    p.grad.copy_(torch.zeros_like(p.grad))
                else:
                    setattr(p, "grad", None)
        """,
    ),
)  # fmt: skip
