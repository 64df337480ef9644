"""Hidden part of the bug hunt, scripts 6 to 10 and their reasons."""

from autograder.exercise import Mistake, case, find, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import integers, randn, tensor

DOUBLE = {"dtype": "float64"}
WEIGHTS = {"dtype": "float64", "requires_grad": True}


def mends(number, mended, *wrong_ones):
    """Mistakes of script `number`: (name, sentence, old, new) changes the `mended` script; with
    old None, `new` stands for the whole of it."""
    handed = find(f"script_{number}").handed_out
    for old, new in mended:
        handed = but(handed, old, new)
    return [
        Mistake(name, sentence, but(handed, old, new)) if old else wrong(name, sentence, new)
        for name, sentence, old, new in wrong_ones
    ]


def plane():
    return randn(7, 3, **DOUBLE), randn(7, **DOUBLE), randn(3, **WEIGHTS)


BACKWARD = "        loss.backward()\n"
STEP = "        optimizer.step()\n"
BEHIND = "Something stays behind. Net, rows and labels have to be on the device before they meet."
NOT_ADAM = "That is plain descent. The script promises Adam."
STILL = (
    "Still nothing moves. The step has to be called, after backward, and with the gradients "
    "still there."
)
ENDS = "The loop ends before the first step. In the first round the comparison must say: go on."
UNREAD = "The rate is written where nobody reads it. The optimizer reads group['lr']."
NOT_YET = (
    "Not every letter fits yet. Reasons that sound alike: H and L, both about a name; C and I, "
    "both about `.to`."
)
ZERO = "        optimizer.zero_grad()\n"

# --- script 6

MOVE = "        x, labels = x.to(device), labels.to(device)\n"

register_hidden(
    "script_6",
    cases={
        "mended": [
            case("hidden three batches",
                 [(randn(n, 2, **DOUBLE), integers(n, low=0, high=3)) for n in (11, 4, 7)],
                 randn(2, 3, dtype="float64")),
        ],
    },
    mistakes=mends(
        6,
        [("        x.to(device)\n        labels.to(device)\n", MOVE)],
        ("rows alone", BEHIND,
         MOVE, "        x = x.to(device)\n"),
        ("labels alone", BEHIND,
         MOVE, "        labels = labels.to(device)\n"),
        ("the net stays", BEHIND, "    net.to(device)\n", ""),
        ("the last batch", "Only the last batch is counted.", "right += ", "right = "),
        ("the first batch", "You return after the first batch.", "    return right",
         "        return right"),
        ("wrong ones", "You count the rows that are wrong.", "guesses == labels",
         "(guesses == labels) == False"),
        ("too late", BEHIND, None,
         """
         def script_6(net, batches, device):
             net.to(device)
             right = 0
             for x, labels in batches:
                 guesses = net(x.to(device)).argmax(dim=1)
                 right += (guesses == labels).sum().item()
                 labels = labels.to(device)
             return right
         """),
        ("columns", "argmax over dimension 0 asks for the best row of each column.", None,
         """
         def script_6(net, batches, device):
             net.to(device)
             right = 0
             for x, labels in batches:
                 best = net(x.to(device)).argmax(dim=0).tolist()[0]
                 right += (labels.to(device) == best).sum().item()
             return right
         """),
    ),
    alternatives=styles(
        in_the_call="""
        def script_6(net, batches, device):
            net = net.to(device)
            right = 0
            for x, labels in batches:
                guesses = net(x.to(device)).argmax(dim=1)
                right += (guesses == labels.to(device)).sum().item()
            return right
        """,
        answers_come_back="""
        def script_6(net, batches, device):
            net.to(device)
            right = 0
            for x, labels in batches:
                guesses = net(x.to(device)).argmax(dim=1).cpu()
                right += guesses.eq(labels).sum().item()
            return right
        """,
        moved_before="""
        def script_6(net, batches, device):
            net.to(device)
            there = [(x.to(device), labels.to(device)) for x, labels in batches]
            return sum((net(x).max(1)[1] == labels).sum().item() for x, labels in there)
        """,
        total_on_the_device="""
        def script_6(net, batches, device):
            net.to(device)
            right = 0
            for x, labels in batches:
                x = x.to(device)
                labels = labels.to(device)
                right = right + (net(x).argmax(dim=1) == labels).sum()
            return right
        """,
    ),
)  # fmt: skip

# --- script 7

register_hidden(
    "script_7",
    cases={"mended": [case("hidden plane", *plane(), randn(**WEIGHTS), 0.3, 6)]},
    mistakes=mends(
        7,
        [(BACKWARD, BACKWARD + STEP)],
        ("plain descent", NOT_ADAM,
         STEP, "        with torch.no_grad():\n            w -= lr * w.grad\n"
         "            b -= lr * b.grad\n"),
        ("SGD", NOT_ADAM, "torch.optim.Adam", "torch.optim.SGD"),
        ("step before backward", STILL,
         BACKWARD + STEP, STEP + BACKWARD),
        ("cleared before the step", STILL, ZERO + BACKWARD, BACKWARD + ZERO),
        ("a new optimizer each time", "A new optimizer in every round forgets its averages.", None,
         """
         def script_7(x, y, w, b, lr, steps):
             losses = []
             for _ in range(steps):
                 optimizer = torch.optim.Adam([w, b], lr=lr)
                 loss = ((x @ w + b - y) ** 2).mean()
                 optimizer.zero_grad()
                 loss.backward()
                 optimizer.step()
                 losses.append(loss.item())
             return losses
         """),
        ("w alone", "Only w is moved. b has a gradient too.", "[w, b]", "[w]"),
        ("not called", STILL, "optimizer.step()",
         "optimizer.step"),
        ("stepped once", STILL, None,
         """
         def script_7(x, y, w, b, lr, steps):
             optimizer = torch.optim.Adam([w, b], lr=lr)
             losses = []
             for _ in range(steps):
                 loss = ((x @ w + b - y) ** 2).mean()
                 optimizer.zero_grad()
                 loss.backward()
                 losses.append(loss.item())
             optimizer.step()
             return losses
         """),
        ("never cleared", "Now the gradients of earlier rounds stay and add up.", ZERO, ""),
    ),
    alternatives=styles(
        order="""
        def script_7(x, y, w, b, lr, steps):
            optimizer = torch.optim.Adam([w, b], lr=lr)
            losses = []
            for _ in range(steps):
                loss = ((x @ w + b - y) ** 2).mean()
                losses.append(loss.item())
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
            return losses
        """,
        a_closure="""
        def script_7(x, y, w, b, lr, steps):
            optimizer = torch.optim.Adam([w, b], lr=lr)

            def closure():
                optimizer.zero_grad()
                loss = ((x @ w + b - y) ** 2).mean()
                loss.backward()
                return loss

            return [optimizer.step(closure).item() for _ in range(steps)]
        """,
        by_hand="""
        def script_7(x, y, w, b, lr, steps):
            kept = [(p, torch.zeros_like(p), torch.zeros_like(p)) for p in (w, b)]
            losses = []
            for step in range(1, steps + 1):
                loss = F.mse_loss(x @ w + b, y)
                slopes = torch.autograd.grad(loss, [w, b])
                losses.append(loss.item())
                with torch.no_grad():
                    for (p, m, v), slope in zip(kept, slopes):
                        m.mul_(0.9).add_(0.1 * slope)
                        v.mul_(0.999).add_(0.001 * slope * slope)
                        root = (v / (1 - 0.999**step)).sqrt() + 1e-8
                        p -= lr * m / (1 - 0.9**step) / root
            return losses
        """,
    ),
)  # fmt: skip

# --- script 8

register_hidden(
    "script_8",
    cases={
        "mended": [
            case("hidden plane", *plane(), 0.1, 0.02),
            case("hidden large loss", tensor([[1.0]], "float64"), tensor([0.0], "float64"),
                 tensor([4e6], "float64", requires_grad=True), 0.25, 0.75),
        ],
    },
    mistakes=mends(
        8,
        [("    steps = 0\n", "    steps = 0\n    prev_loss = math.inf\n")],
        ("begins at zero", ENDS, "prev_loss = math.inf", "prev_loss = 0"),
        ("a large number", "No fixed number is above every loss. Infinity is.",
         "prev_loss = math.inf", "prev_loss = 1000.0"),
        ("reset each time", ENDS, None,
         """
         def script_8(x, y, w, lr, tolerance):
             optimizer = torch.optim.SGD([w], lr=lr)
             steps = 0
             while True:
                 loss = ((x @ w - y) ** 2).mean()
                 prev_loss = loss.item()
                 if prev_loss - loss.item() < tolerance:
                     return steps
                 optimizer.zero_grad()
                 loss.backward()
                 optimizer.step()
                 steps += 1
         """),
        ("the first loss", ENDS, "prev_loss = math.inf",
         "prev_loss = ((x @ w - y) ** 2).mean().item()"),
        ("one step more", "You count one step more than were made.", "return steps",
         "return steps + 1"),
        ("minus infinity", ENDS, "math.inf", "-math.inf"),
        ("below the tolerance", "You stop when the loss itself is small. It should stop when the "
         "loss no longer falls.", "prev_loss - loss.item() < tolerance",
         "loss.item() < tolerance"),
        ("nan", "Every comparison with nan is false, and its turn comes again only after the first "
         "step: one loss has to be noted before.", None,
         """
         def script_8(x, y, w, lr, tolerance):
             optimizer = torch.optim.SGD([w], lr=lr)
             steps, prev_loss = 0, None
             while True:
                 loss = ((x @ w - y) ** 2).mean()
                 if prev_loss is not None and prev_loss - loss.item() < tolerance:
                     return steps
                 if prev_loss is not None:
                     steps += 1
                 prev_loss = loss.item()
                 optimizer.zero_grad()
                 loss.backward()
                 optimizer.step()
         """),
    ),
    alternatives=styles(
        a_question="""
        def script_8(x, y, w, lr, tolerance):
            optimizer = torch.optim.SGD([w], lr=lr)
            steps, prev_loss = 0, None
            while True:
                loss = ((x @ w - y) ** 2).mean()
                if steps > 0 and prev_loss - loss.item() < tolerance:
                    return steps
                prev_loss = loss.item()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                steps += 1
        """,
        a_list="""
        def script_8(x, y, w, lr, tolerance):
            optimizer, losses = torch.optim.SGD([w], lr=lr), [float("inf")]
            while True:
                loss = ((x @ w - y) ** 2).mean()
                losses.append(loss.item())
                if losses[-2] - losses[-1] < tolerance:
                    return len(losses) - 2
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        """,
        a_function="""
        def script_8(x, y, w, lr, tolerance):
            optimizer = torch.optim.SGD([w], lr=lr)

            def go(step):
                loss = ((x @ w - y) ** 2).mean()
                optimizer.zero_grad()
                loss.backward()
                if step:
                    optimizer.step()
                return loss.item()

            steps, before, now = 1, go(True), go(False)
            while before - now >= tolerance:
                steps, before = steps + 1, now
                go(True)
                now = go(False)
            return steps
        """,
    ),
)  # fmt: skip

# --- script 9

SET = '            group["lr"] = lr\n'

register_hidden(
    "script_9",
    cases={"mended": [case("hidden plane", *plane(), 0.2, 6)]},
    mistakes=mends(
        9,
        [('group["learning_rate"] = lr', 'group["lr"] = lr')],
        ("another wrong key", UNREAD,
         'group["lr"]', 'group["rate"]'),
        ("an attribute", UNREAD,
         SET, "            optimizer.lr = lr\n"),
        ("halved before", "The rate is halved before the first step.", None,
         """
         def script_9(x, y, w, lr, steps):
             optimizer = torch.optim.SGD([w], lr=lr)
             losses = []
             for _ in range(steps):
                 lr = lr / 2
                 for group in optimizer.param_groups:
                     group["lr"] = lr
                 loss = ((x @ w - y) ** 2).mean()
                 optimizer.zero_grad()
                 loss.backward()
                 optimizer.step()
                 losses.append(loss.item())
             return losses
         """),
        ("halved once", "The rate is halved once and stays there.", SET,
         '            group["lr"] = optimizer.defaults["lr"] / 2\n'),
        ("twice", "The rate is quartered, not halved: lr is halved already.", SET,
         '            group["lr"] = lr / 2\n'),
        ("doubled", "The rate grows.", "lr = lr / 2\n", "lr = lr * 2\n"),
        ("the defaults", UNREAD, SET,
         '            optimizer.defaults["lr"] = lr\n'),
        ("a step missing", "Without the step nothing moves.", STEP, ""),
    ),
    alternatives=styles(
        in_the_group="""
        def script_9(x, y, w, lr, steps):
            optimizer = torch.optim.SGD([w], lr=lr)
            losses = []
            for _ in range(steps):
                loss = ((x @ w - y) ** 2).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
                optimizer.param_groups[0]["lr"] *= 0.5
            return losses
        """,
        a_schedule="""
        def script_9(x, y, w, lr, steps):
            optimizer = torch.optim.SGD([w], lr=lr)
            schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
            losses = []
            for _ in range(steps):
                loss = ((x @ w - y) ** 2).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
                schedule.step()
            return losses
        """,
        a_new_optimizer="""
        def script_9(x, y, w, lr, steps):
            losses = []
            for step in range(steps):
                optimizer = torch.optim.SGD([w], lr=lr / 2**step)
                loss = ((x @ w - y) ** 2).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            return losses
        """,
    ),
)  # fmt: skip

# --- script 10

MADE = "torch.tensor(start, dtype=torch.float64, requires_grad=True)"

register_hidden(
    "script_10",
    cases={
        "mended": [
            case("hidden plane", randn(7, 3, **DOUBLE), randn(7, **DOUBLE), [0.25, 0.5, -0.75],
                 0.1, 6, tolerance=(1e-10, 1e-10)),
        ],
    },
    mistakes=mends(
        10,
        [("torch.tensor(start, requires_grad=True).to(torch.float64)", MADE)],
        ("the data in float32", "Everything is float32 now. float64 was asked for.", None,
         """
         def script_10(x, y, start, lr, steps):
             x, y = x.float(), y.float()
             w = torch.tensor(start, dtype=torch.float32, requires_grad=True)
             for _ in range(steps):
                 loss = ((x @ w - y) ** 2).mean()
                 loss.backward()
                 with torch.no_grad():
                     w -= lr * w.grad
                 w.grad = None
             return w.detach()
         """),
        ("float64 at the end", "It trains in float32, and the result is turned to float64 at the "
         "end.", None,
         """
         def script_10(x, y, start, lr, steps):
             w = torch.tensor(start, dtype=torch.float32, requires_grad=True)
             for _ in range(steps):
                 loss = ((x.float() @ w - y.float()) ** 2).mean()
                 loss.backward()
                 with torch.no_grad():
                     w -= lr * w.grad
                 w.grad = None
             return w.detach().to(torch.float64)
         """),
        ("no gradient, no step", "Where there is no gradient you make no step, so w stays where "
         "it was.", None,
         """
         def script_10(x, y, start, lr, steps):
             w = torch.tensor(start, dtype=torch.float64).clone()
             for _ in range(steps):
                 if w.grad is not None:
                     w -= lr * w.grad
             return w
         """),
        ("never cleared", "The gradients of earlier rounds stay and add up.",
         "        w.grad = None\n", ""),
        ("one step", "Only one step is made.", "range(steps)", "range(1)"),
        ("uphill", "You go up the slope.", "w -= lr", "w += lr"),
        ("a sum", "The loss is the mean of the squares.", ".mean()", ".sum()"),
    ),
    alternatives=styles(
        switched_on_afterwards="""
        def script_10(x, y, start, lr, steps):
            w = torch.tensor(start, dtype=torch.float64)
            w.requires_grad_()
            for _ in range(steps):
                loss = ((x @ w - y) ** 2).mean()
                loss.backward()
                with torch.no_grad():
                    w -= lr * w.grad
                w.grad = None
            return w.detach()
        """,
        like_the_data="""
        def script_10(x, y, start, lr, steps):
            w = x.new_tensor(start).requires_grad_()
            optimizer = torch.optim.SGD([w], lr=lr)
            for _ in range(steps):
                loss = F.mse_loss(x @ w, y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            return w.detach()
        """,
        moved_then_switched_on="""
        def script_10(x, y, start, lr, steps):
            w = torch.tensor(start).to(torch.float64).requires_grad_()
            for _ in range(steps):
                loss = ((x @ w - y) ** 2).mean()
                loss.backward()
                with torch.no_grad():
                    w -= lr * w.grad
                w.grad = None
            return w.detach()
        """,
        from_numpy="""
        def script_10(x, y, start, lr, steps):
            w = torch.from_numpy(np.array(start)).requires_grad_(True)
            for _ in range(steps):
                (slope,) = torch.autograd.grad(((x @ w - y) ** 2).mean(), w)
                w = (w.detach() - lr * slope).requires_grad_(True)
            return w.detach()
        """,
    ),
)  # fmt: skip

# --- the reasons

ANSWER = 'def diagnose():\n    return dict(zip(range(1, 11), "EGHADCBLJI"))\n'


def misread(name, sentence, letters):
    return Mistake(name, sentence, but(ANSWER, "EGHADCBLJI", letters))


register_hidden(
    "diagnose",
    cases={
        "scripts 1 to 5": [case("hidden asked twice", 1, 5, times=2)],
        "scripts 6 to 10": [case("hidden asked again", 6, 10, times=2)],
    },
    mistakes=[
        misread(
            "one wrong above",
            NOT_YET,
            "KGHADCBLJI",
        ),
        misread("one wrong below", NOT_YET, "EGHADCBKJI"),
        misread(
            "H and L exchanged",
            NOT_YET,
            "EGLADCBHJI",
        ),
        misread(
            "C and I exchanged",
            NOT_YET,
            "EGHADIBLJC",
        ),
        misread("shifted", NOT_YET, "IEGHADCBLJ"),
        wrong(
            "numbered from zero",
            "The scripts are numbered from 1.",
            'def diagnose():\n    return dict(enumerate("EGHADCBLJI"))\n',
        ),
        wrong(
            "turned round",
            "The keys are the numbers, the values the letters.",
            'def diagnose():\n    return dict(zip("EGHADCBLJI", range(1, 11)))\n',
        ),
        wrong(
            "all the same",
            NOT_YET,
            'def diagnose():\n    return dict.fromkeys(range(1, 11), "A")\n',
        ),
    ],
    alternatives=styles(
        small_letters="""
        def diagnose():
            return {
                1: "e", 2: "g", 3: "h", 4: "a", 5: "d", 6: "c", 7: "b", 8: "l", 9: "j", 10: "i",
            }
        """,
        zipped="""
        def diagnose():
            return dict(zip(range(1, 11), "EGHADCBLJI"))
        """,
        one_by_one="""
        def diagnose():
            reasons = {}
            for number, letter in enumerate(["E", "G", "H", "A", "D", "C", "B", "L", "J", "I"]):
                reasons[number + 1] = letter
            return reasons
        """,
    ),
)
