"""Project 08b, the instructor's part: hidden cases, named mistakes, other right answers."""

from autograder.exercise import case, register_hidden
from autograder.hidden.sources import but, styles, wrong
from autograder.values import integers, randn, tensor

# --- 1

SCALED = """
def as_images(pixels):
    if pixels.shape[1] != 64:
        raise ValueError("64 pixels, please")
    return (pixels.float() - 8).reshape(-1, 1, 8, 8) / 8
"""


def mis(source):
    def made(name, sentence, old, new):
        return wrong(name, sentence, but(source, old, new))

    return made


bad = mis(SCALED)
register_hidden(
    "as_images",
    cases={
        "images": [case("hidden seven", integers(7, 64, low=0, high=17))],
        "error on bad input": [case("hidden short", integers(64, 8), raises=ValueError)],
    },
    mistakes=[
        bad("unscaled", "The pixels still run from 0 to 16.",
            "(pixels.float() - 8).reshape(-1, 1, 8, 8) / 8",
            "pixels.float().reshape(-1, 1, 8, 8)"),
        bad("0 to 1", "The pixels run from 0 to 1; -1 to 1 is asked for.",
            "(pixels.float() - 8).reshape(-1, 1, 8, 8) / 8",
            "pixels.float().reshape(-1, 1, 8, 8) / 16"),
        bad("no channel", "The dimension of the channel is missing: (n, 1, 8, 8).",
            "(-1, 1, 8, 8)", "(-1, 8, 8)"),
        bad("channel last", "The channel stands last. In PyTorch it comes before height and width.",
            "(-1, 1, 8, 8)", "(-1, 8, 8, 1)"),
        bad("sideways", "The images lie on their side: rows and columns are exchanged.",
            "(-1, 1, 8, 8) / 8", "(-1, 1, 8, 8).transpose(2, 3) / 8"),
        bad("whole numbers", "Whole-number division leaves no grey.",
            "(pixels.float() - 8).reshape(-1, 1, 8, 8) / 8",
            "(pixels // 8 - 1).reshape(-1, 1, 8, 8).float()"),
        bad("dark and light", "Ink and paper are exchanged: 16 becomes 1.",
            "(pixels.float() - 8)", "(8 - pixels.float())"),
        bad("no error", "Rows of a wrong length are taken without a word.",
            '        raise ValueError("64 pixels, please")',
            "        pixels = pixels.reshape(-1)[: pixels.numel() // 64 * 64]"),
    ],
    alternatives=styles(
        middle_first=SCALED,
        image_by_image="""
            def as_images(pixels):
                if any(len(row) != 64 for row in pixels):
                    raise ValueError("rows of 64")
                return torch.stack([row.float().reshape(1, 8, 8) / 8 - 1 for row in pixels])
            """,
        view_and_double="""
            def as_images(pixels):
                n, wide = pixels.shape
                if wide != 8 * 8:
                    raise ValueError("not 8 by 8")
                return pixels.to(torch.float32).view(n, 1, 8, 8) / 16 * 2 - 1
            """,
    ),
)  # fmt: skip

# --- 2

MOVED = """
def shift(images, down, right):
    h, w = images.shape[2:]
    moved = torch.full(tuple(images.shape), -1.0)
    rows = slice(max(down, 0), h + min(down, 0))
    columns = slice(max(right, 0), w + min(right, 0))
    moved[:, :, rows, columns] = images[
        :, :, max(-down, 0) : h - max(down, 0), max(-right, 0) : w - max(right, 0)
    ]
    return moved
"""
bad = mis(MOVED)
register_hidden(
    "shift",
    cases={
        "down and right": [case("hidden not square", randn(2, 3, 5, 4), 3, 1)],
        "up and left": [case("hidden up, left", randn(3, 1, 6, 5), -2, -3),
                        case("hidden out of sight", randn(1, 1, 4, 4), -4, 2)],
        "gradient": [case("hidden learns", randn(2, 2, 5, 3, requires_grad=True), -1, 2)],
    },
    mistakes=[
        bad("zeros", "What enters is 0, which is grey. The background is -1.", "-1.0", "0.0"),
        bad("directions exchanged", "`down` and `right` are exchanged.",
            "    h, w = images.shape[2:]\n",
            "    down, right = right, down\n    h, w = images.shape[2:]\n"),
        bad("up for down", "Positive numbers are to move down and to the right.",
            "    h, w = images.shape[2:]\n",
            "    down, right = -down, -right\n    h, w = images.shape[2:]\n"),
        bad("rows only", "The images move down, but never to the right.",
            "    h, w = images.shape[2:]\n", "    right = 0\n    h, w = images.shape[2:]\n"),
        bad("columns only", "The images move to the right, but never down.",
            "    h, w = images.shape[2:]\n", "    down = 0\n    h, w = images.shape[2:]\n"),
        wrong("round and round", "What leaves on one side comes in on the other.", """
            def shift(images, down, right):
                return torch.roll(images, (down, right), (2, 3))
            """),
        bad("no gradient", "The images are detached, and no gradient comes back.",
            "= images[", "= images.detach()["),
        bad("never up or left", "Negative numbers do not move anything.",
            "    h, w = images.shape[2:]\n",
            "    down, right = max(down, 0), max(right, 0)\n    h, w = images.shape[2:]\n"),
    ],
    alternatives=styles(
        write_a_window=MOVED,
        one_side_at_a_time="""
            def shift(images, down, right):
                def one(x, by, dim):
                    n = x.shape[dim]
                    shape = list(x.shape)
                    shape[dim] = abs(by)
                    edge = torch.full(tuple(shape), -1.0)
                    if by > 0:
                        return torch.cat([edge, x.narrow(dim, 0, n - by)], dim)
                    return torch.cat([x.narrow(dim, -by, n + by), edge], dim)

                return one(one(images, down, 2), right, 3)
            """,
        negative_padding="""
            def shift(images, down, right):
                h, w = images.shape[-2:]
                x = torch.nn.functional.pad(images + 1, (9, 9, 9, 9)) - 1
                return x[:, :, 9 - down : 9 - down + h, 9 - right : 9 - right + w]
            """,
    ),
)  # fmt: skip

# --- 3

WRITTEN_OUT = """
class DigitNet(torch.nn.Module):
    def __init__(self, channels=16):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(1, channels, 3, padding=1)
        self.norm1 = torch.nn.BatchNorm2d(channels)
        self.conv2 = torch.nn.Conv2d(channels, 2 * channels, 3, padding=1)
        self.norm2 = torch.nn.BatchNorm2d(2 * channels)
        self.head = torch.nn.Linear(2 * channels * 4, 10)

    def forward(self, x):
        x = torch.nn.functional.max_pool2d(torch.relu(self.norm1(self.conv1(x))), 2)
        y = torch.nn.functional.max_pool2d(torch.relu(self.norm2(self.conv2(x))), 2)
        return self.head(y.flatten(1))
"""
bad = mis(WRITTEN_OUT)
register_hidden(
    "DigitNet",
    cases={
        "parameters": [case("hidden eleven", "parameters", 11)],
        "scores": [case("hidden four images", "in training", 3, randn(4, 1, 8, 8),
                        tolerance=(1e-3, 1e-4))],
        "evaluation": [case("hidden one channel", "in evaluation", 1, randn(4, 1, 8, 8),
                            tolerance=(1e-3, 1e-4))],
        "gradients": [case("hidden more images", "gradients", 3, randn(5, 1, 8, 8),
                           tolerance=(1e-3, 1e-4))],
    },
    mistakes=[
        bad("no super", "`super().__init__()` is missing, so nothing can hold the layers.",
            "        super().__init__()\n", ""),
        bad("no norm", "The first norm is made and never called.",
            "self.norm1(self.conv1(x))", "self.conv1(x)"),
        bad("no relu", "There is no relu after the second norm.",
            "torch.relu(self.norm2(self.conv2(x)))", "self.norm2(self.conv2(x))"),
        bad("mean pooling", "The largest of each window is asked for, not the mean.",
            "y = torch.nn.functional.max_pool2d", "y = torch.nn.functional.avg_pool2d"),
        bad("softmax", "You return probabilities. The loss takes scores.",
            "self.head(y.flatten(1))", "self.head(y.flatten(1)).softmax(1)"),
        bad("relu at the end", "A relu behind the head cuts the negative scores off.",
            "self.head(y.flatten(1))", "self.head(y.flatten(1)).relu()"),
        bad("as many channels", "The second convolution is to have twice the channels.",
            "        self.conv2 = torch.nn.Conv2d(channels, 2 * channels, 3, padding=1)\n"
            "        self.norm2 = torch.nn.BatchNorm2d(2 * channels)\n"
            "        self.head = torch.nn.Linear(2 * channels * 4, 10)\n",
            "        self.conv2 = torch.nn.Conv2d(channels, channels, 3, padding=1)\n"
            "        self.norm2 = torch.nn.BatchNorm2d(channels)\n"
            "        self.head = torch.nn.Linear(channels * 4, 10)\n"),
        bad("relu before norm", "The first relu comes before the norm. It is asked for after it.",
            "torch.relu(self.norm1(self.conv1(x)))", "self.norm1(torch.relu(self.conv1(x)))"),
    ],
    alternatives=styles(
        written_out=WRITTEN_OUT,
        layers_for_all="""
            class DigitNet(torch.nn.Module):
                def __init__(self, channels=16):
                    super().__init__()
                    nn, wide = torch.nn, channels * 2
                    self.conv1 = nn.Conv2d(1, channels, (3, 3), 1, 1)
                    self.conv2 = nn.Conv2d(channels, wide, (3, 3), 1, 1)
                    self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(wide)
                    self.relu, self.pool, self.flat = nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()
                    self.head = nn.Linear(wide * 2 * 2, 10)

                def forward(self, x):
                    x = self.pool(self.relu(self.norm1(self.conv1(x))))
                    x = self.pool(self.relu(self.norm2(self.conv2(x))))
                    return self.head(self.flat(x))
            """,
        pool_then_relu="""
            class DigitNet(torch.nn.Module):
                def __init__(self, channels=16):
                    super().__init__()
                    inputs = 1
                    for k in (1, 2):
                        outputs = k * channels
                        conv = torch.nn.Conv2d(inputs, outputs, 3, padding="same")
                        setattr(self, f"conv{k}", conv)
                        setattr(self, f"norm{k}", torch.nn.BatchNorm2d(outputs))
                        inputs = outputs
                    self.head = torch.nn.Linear(4 * inputs, 10)
                    self.pool = torch.nn.MaxPool2d(2, 2)

                def forward(self, x):
                    x = self.pool(self.norm1(self.conv1(x))).relu()
                    x = self.pool(self.norm2(self.conv2(x))).relu()
                    return self.head(x.reshape(len(x), -1))
            """,
    ),
)  # fmt: skip

# --- 4

LOOP = """
def train_net(net, images, labels, epochs=8, batch_size=48, lr=0.01):
    adam = torch.optim.Adam(net.parameters(), lr=lr)
    told = []
    for epoch in range(epochs):
        net.train()
        order = torch.randperm(len(images))
        sum_of_losses = 0.0
        for start in range(0, len(images), batch_size):
            batch = order[start : start + batch_size]
            adam.zero_grad()
            loss = torch.nn.functional.cross_entropy(net(images[batch]), labels[batch])
            loss.backward()
            adam.step()
            sum_of_losses += loss.item() * len(batch)
        told.append(sum_of_losses / len(images))
    net.eval()
    return told
"""
bad = mis(LOOP)
register_hidden(
    "train_net",
    cases={
        "steps": [case("hidden five epochs", "steps", randn(6, 3), tensor([0, 1, 2, 2, 1, 0]),
                       5, 6, 0.2, tolerance=(1e-3, 1e-4)),
                  # all images are alike: whatever the order, the numbers are the same
                  case("hidden a smaller batch at the end", "steps",
                       tensor([[1.0, -0.5]] * 7), tensor([1] * 7), 2, 3, 0.1,
                       tolerance=(1e-3, 1e-4))],
        "batches": [case("hidden batches of 10", "order", randn(40, 2),
                         integers(40, low=0, high=3), 2, 10, 0.01)],
        "modes": [case("hidden two epochs", "modes", randn(5, 2), tensor([0, 1, 2, 0, 1]),
                       2, 3, 0.1)],
    },
    mistakes=[
        bad("no zero_grad", "Gradients of earlier batches pile up: `zero_grad()` is missing.",
            "            adam.zero_grad()\n", ""),
        bad("no step", "The optimizer never steps, so nothing is learned.",
            "            adam.step()\n", ""),
        bad("no shuffling", "Every epoch shows the images in the same order.",
            "torch.randperm(len(images))", "torch.arange(len(images))"),
        bad("last batch dropped", "The last, smaller batch is left out.",
            "range(0, len(images), batch_size)",
            "range(0, len(images) // batch_size * batch_size or 1, batch_size)"),
        bad("never train", "The net trains in evaluation mode.", "        net.train()\n", ""),
        bad("never eval", "The net is left in training mode.", "    net.eval()\n", ""),
        bad("sgd", "Adam is asked for.", "torch.optim.Adam", "torch.optim.SGD"),
        bad("sum of means", "The losses of an epoch are added up. The mean is asked for.",
            "told.append(sum_of_losses / len(images))", "told.append(sum_of_losses)"),
        bad("softmax before the loss", "`cross_entropy` takes scores; a softmax went before it.",
            "net(images[batch])", "net(images[batch]).softmax(1)"),
        bad("a new optimizer each epoch",
            "A new Adam each epoch forgets its averages. Make it once, before the loop.",
            "        net.train()\n",
            "        net.train()\n        adam = torch.optim.Adam(net.parameters(), lr=lr)\n"),
    ],
    alternatives=styles(
        slices_of_an_order=LOOP,
        a_loader="""
            def train_net(net, images, labels, epochs=8, batch_size=48, lr=0.01):
                data = torch.utils.data.TensorDataset(images, labels)
                loader = torch.utils.data.DataLoader(data, batch_size=batch_size, shuffle=True)
                optimizer = torch.optim.Adam(net.parameters(), lr=lr)
                net.train()
                history = []
                for _ in range(epochs):
                    losses = []
                    for x, y in loader:
                        loss = torch.nn.functional.cross_entropy(net(x), y, reduction="none")
                        optimizer.zero_grad()
                        loss.mean().backward()
                        optimizer.step()
                        losses += loss.tolist()
                    history.append(sum(losses) / len(losses))
                net.eval()
                return history
            """,
        one_generator="""
            def train_net(net, images, labels, epochs=8, batch_size=48, lr=0.01):
                n, told = len(labels), [0.0] * epochs
                optimizer = torch.optim.Adam(list(net.parameters()), lr)
                net.train()
                measure = torch.nn.CrossEntropyLoss(reduction="sum")
                for epoch in range(epochs):
                    for some in torch.randperm(n).split(batch_size):
                        total = measure(net(images[some]), labels[some])
                        (total / len(some)).backward()
                        optimizer.step()
                        optimizer.zero_grad()
                        told[epoch] += total.item() / n
                net.train(False)
                return told
            """,
    ),
)  # fmt: skip

# --- 5

WHOLE = """
def read_digits(pixels, labels, new):
    net = DigitNet(12)
    train_net(net, as_images(pixels), labels, epochs=10)
    with torch.no_grad():
        scores = net(as_images(new))
    return scores.argmax(1)
"""
bad = mis(but(WHOLE, "epochs=10", "epochs=4"))  # mistakes need not take long
register_hidden(
    "read_digits",
    cases={"held-out digits": [case("hidden fourth fifth", 3, tensor([0]))]},
    mistakes=[
        bad("untrained", "The net guesses: it was never trained.",
            "    train_net(net, as_images(pixels), labels, epochs=4)\n", ""),
        bad("scores", "Scores are returned. The number of the largest is asked for.",
            "scores.argmax(1)", "scores"),
        bad("over images", "`argmax` looked along the images, not along the ten scores.",
            "argmax(1)", "argmax(0)"),
        bad("reads the training digits", "The digits of the training are read, not the new ones.",
            "net(as_images(new))", "net(as_images(pixels[: len(new)]))"),
        bad("smallest", "The digit with the smallest score is returned.", "argmax", "argmin"),
        bad("floats", "Whole numbers are asked for, not floats.",
            "scores.argmax(1)", "scores.argmax(1).float()"),
        bad("from 1 to 10", "The scores belong to the digits 0 to 9, not 1 to 10.",
            "scores.argmax(1)", "scores.argmax(1) + 1"),
        bad("a column", "The guesses stand in a column, (m, 1). The shape (m,) is asked for.",
            "scores.argmax(1)", "scores.argmax(1).reshape(-1, 1)"),
    ],
    alternatives=styles(
        more_epochs=WHOLE,
        shifted_copies="""
            def read_digits(pixels, labels, new):
                images = as_images(pixels)
                moves = [(0, 0), (0, 1), (0, -1)]
                many = torch.cat([shift(images, *move) for move in moves])
                net = DigitNet()
                train_net(net, many, torch.cat([labels] * len(moves)), 6)
                return torch.argmax(net(as_images(new)), dim=1)
            """,
        a_vote_of_two="""
            def read_digits(pixels, labels, new):
                total = 0
                for _ in range(2):
                    net = DigitNet(12)
                    train_net(net, as_images(pixels), labels)
                    total = total + net(as_images(new)).softmax(1)
                return total.max(1)[1]
            """,
    ),
)  # fmt: skip
