"""What importing penlight does and does not do."""

import subprocess
import sys
import textwrap

PROGRAM = """
    import contextvars, sys, threading, warnings
    import numpy as np
    import penlight as torch

    def compute():
        x = torch.zeros(3, requires_grad=True)
        inf = float("inf")
        torch.log(x), x / x, torch.tensor([1e30]).half(), torch.tensor([inf]).to(torch.int64)
        torch.tensor([inf, -inf]).sum(), torch.zeros(0).mean(), torch.ones(1).std()
        torch.nn.functional.cross_entropy(torch.full((1, 2), -inf), torch.tensor([0]))
        x.detach().div_(0)
        (x / 0).sum().backward()

    compute()
    thread = threading.Thread(target=compute)
    thread.start(), thread.join()
    contextvars.Context().run(compute)
    with warnings.catch_warnings(), np.errstate(all="warn"):
        compute()
    print("now NumPy", file=sys.stderr)
    np.log(np.zeros(1)), np.mean([])
"""


def test_only_the_users_own_numpy_warns():
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)], capture_output=True, text=True, check=True
    )
    ours, theirs = ran.stderr.split("now NumPy\n")
    assert ours == ""
    assert "divide by zero encountered in log" in theirs
    assert "Mean of empty slice" in theirs


def test_import_brings_only_what_is_needed_at_once():
    program = (
        "import sys, penlight;"
        "late = {'torch', 'cupy', 'scipy', 'multiprocessing', 'zipfile', 'tempfile', 'unittest'};"
        "print(sorted(late & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert (ran.stdout, ran.stderr) == ("[]\n", "")
