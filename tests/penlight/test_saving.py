"""Files: PyTorch reads what penlight saves, penlight reads what PyTorch saves, without its code."""

import io
import os
import pickle
import subprocess
import sys
from collections import OrderedDict

import numpy as np
import pytest
import safetensors.torch
import torch

import penlight

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32",
          "float64", "complex64"]  # fmt: skip


def thing(L):
    base = L.arange(12.0).reshape(3, 4)
    return {
        "view": base.t()[1:],
        "base": base,
        "numbers": [1, 2.5, "text", None, True, (1, 2)],
        "ordered": OrderedDict(a=L.ones(2, dtype=L.int8)),
        "parameter": L.nn.Parameter(L.ones(2, 2)),
        "types": {name: L.ones(3).to(getattr(L, name)) for name in DTYPES},
        "empty": L.zeros(0, 3),
        "scalar": L.tensor(3),
        "dtype": L.float32,
        "size": L.ones(2, 3).shape,
        "device": L.device("cpu"),
    }


def plain(value):
    if isinstance(value, penlight.Tensor | torch.Tensor):
        kind = isinstance(value, penlight.nn.Parameter | torch.nn.Parameter)
        facts = str(value.dtype), tuple(value.shape), value.stride(), value.requires_grad, kind
        return facts, value.detach().tolist()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return str(value)


@pytest.mark.parametrize("old_format", [False, True])
def test_pytorch_writes_penlight_reads(tmp_path, old_format):
    path = tmp_path / "x.pt"
    torch.save(thing(torch), path, _use_new_zipfile_serialization=not old_format)
    loaded = penlight.load(path)
    assert plain(loaded) == plain(thing(torch))
    # What shared memory still does.
    loaded["base"].zero_()
    assert loaded["view"].sum().item() == 0


def test_penlight_writes_pytorch_reads(tmp_path):
    path = tmp_path / "x.pt"
    penlight.save(thing(penlight), path)
    assert plain(torch.load(path)) == plain(thing(torch))
    assert plain(penlight.load(path)) == plain(thing(torch))
    assert [p.name for p in tmp_path.iterdir()] == ["x.pt"]


def test_through_memory():
    file = io.BytesIO()
    penlight.save({"a": penlight.ones(2)}, file)
    file.seek(0)
    assert torch.load(file)["a"].tolist() == [1, 1]


def test_an_optimizer_crosses_over(tmp_path):
    p = torch.nn.Parameter(torch.ones(3))
    theirs = torch.optim.Adam([p])
    (p**2).sum().backward()
    theirs.step()
    torch.save(theirs.state_dict(), tmp_path / "o.pt")
    q = penlight.nn.Parameter(penlight.ones(3))
    ours = penlight.optim.Adam([q])
    ours.load_state_dict(penlight.load(tmp_path / "o.pt"))
    np.testing.assert_allclose(
        ours.state[q]["exp_avg"].tolist(), theirs.state[p]["exp_avg"].tolist()
    )


class Evil:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("old_format", [False, True])
def test_a_file_that_would_run_code_is_refused(tmp_path, old_format):
    mark = tmp_path / "ran"
    torch.save(
        {"a": Evil(mark)}, tmp_path / "evil.pt", _use_new_zipfile_serialization=not old_format
    )
    with pytest.raises(pickle.UnpicklingError, match="weights_only=False"):
        penlight.load(tmp_path / "evil.pt")
    assert not mark.exists()
    penlight.load(tmp_path / "evil.pt", weights_only=False)  # as asked for
    assert mark.exists()


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x05\x06" + b"\0" * 18,
                                     pickle.dumps([1, 2])])  # fmt: skip
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "x.pt"
    path.write_bytes(content)
    with pytest.raises(RuntimeError, match=r"torch\.save"):
        penlight.load(path)


def test_a_missing_file_or_folder(tmp_path):
    with pytest.raises(FileNotFoundError):
        penlight.load(tmp_path / "none.pt")
    with pytest.raises(RuntimeError, match="does not exist"):
        penlight.save({}, tmp_path / "none" / "x.pt")


def test_a_failed_save_leaves_the_old_file(tmp_path):
    path = tmp_path / "x.pt"
    penlight.save({"a": 1}, path)
    with pytest.raises(Exception, match="lambda"):
        penlight.save({"a": lambda: 0}, path)
    assert penlight.load(path) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.pt"]


def test_map_location(tmp_path):
    torch.save(torch.ones(2), tmp_path / "x.pt")
    for place in ("cpu", penlight.device("cpu"), {"cuda:0": "cpu"}, lambda storage, place: storage):
        assert penlight.load(tmp_path / "x.pt", map_location=place).device.type == "cpu"


def test_no_torch_is_needed(tmp_path):
    torch.save({"w": torch.arange(3)}, tmp_path / "x.pt")
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "import penlight\n"
        f"x = penlight.load({str(tmp_path / 'x.pt')!r})\n"
        f"penlight.save(x, {str(tmp_path / 'y.pt')!r})\n"
        "print(x['w'].tolist())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[0, 1, 2]\n", "")
    assert torch.load(tmp_path / "y.pt")["w"].tolist() == [0, 1, 2]


def test_safetensors(tmp_path):
    ours, theirs = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    names = [d for d in DTYPES if d != "complex64"]
    for L, path, write in (
        (penlight, ours, penlight.training.safetensors.save_file),
        (torch, theirs, safetensors.torch.save_file),
    ):
        tensors = {d: L.arange(3).to(getattr(L, d)) for d in names}
        write({**tensors, "matrix": L.ones(2, 3), "none": L.zeros(0)}, path, metadata={"by": "me"})
    read = penlight.training.safetensors.load_file
    for path in (ours, theirs):
        a, b = read(path), safetensors.torch.load_file(path)
        assert {k: plain(v) for k, v in a.items()} == {k: plain(v) for k, v in b.items()}


DAMAGES = [
    lambda b: b[:4],
    lambda b: b[:-2],
    lambda b: b"\xff" * 8 + b[8:],
    lambda b: b[:8] + b"x" + b[9:],
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_safetensors_file(tmp_path, damage):
    path = tmp_path / "a.safetensors"
    penlight.training.safetensors.save_file({"a": penlight.ones(2)}, path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"a\.safetensors"):
        penlight.training.safetensors.load_file(path)


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.pt"
    penlight.save(penlight.ones(1), path)
    plainly = tmp_path / "plain"
    plainly.touch()
    assert path.stat().st_mode == plainly.stat().st_mode  # others may read it, as any other file
    plainly.unlink()
    with pytest.raises((AttributeError, pickle.PicklingError)):
        penlight.save([penlight.zeros(1), lambda: None], path)
    assert penlight.load(path).tolist() == [1]
    assert list(tmp_path.iterdir()) == [path]
