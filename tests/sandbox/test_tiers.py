"""Every tier of isolation is tried out, says what it is, and is never left for a weaker one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograder
from autograder.sandbox import tiers
from autograder.sandbox.outside import Isolation
from tests.sandbox.conftest import LIMITS
from tools.course import CourseError
from tools.course.run import choose_tier

pytestmark = pytest.mark.slow

TOP = Path(autograder.__file__).resolve().parents[1]
LOOK = f"""\
import os, socket
print("user", os.getuid())
for act in (lambda: open({str(TOP / "pyproject.toml")!r}).close(), lambda: os.kill({{parent}}, 0),
            lambda: socket.socket(socket.AF_INET), lambda: os.mkdir("/usr/x")):
    try:
        act()
        print("REACHED")
    except OSError as error:
        print("stopped by", type(error).__name__)
"""


def look(tier):
    """What a cell says that tries to reach a file, a process, the network and the system."""
    with Isolation(tier, limits=LIMITS) as isolation, isolation.open() as session:
        source = LOOK.replace("{parent}", str(os.getpid()))
        shown = session.ask("cell", 10, source=source, seconds=10)["outputs"]
        return "".join(each.get("text", "") for each in shown)


@pytest.mark.parametrize("tier", [tiers.BUBBLEWRAP, tiers.NAMESPACES], ids=lambda t: t.name)
def test_a_strong_tier_keeps_everything_out_of_reach(tier):
    words = look(tier)
    assert words.count("stopped by") == 4
    assert "REACHED" not in words
    assert "user 0" not in words  # not even as root


def test_the_weak_tier_still_stops_signals_and_the_network(monkeypatch):
    monkeypatch.setattr(tiers, "closed_to_others", lambda: "")  # this look imports nothing late
    lines = look(tiers.LIMITS).splitlines()
    assert lines[1] in ("REACHED", "stopped by PermissionError")  # files: it does not promise it
    assert "REACHED" not in lines[2:]
    assert "CAN READ" in tiers.LIMITS.words.upper()


def test_it_works_as_root_and_as_an_ordinary_user(tmp_path):
    """The program of this test, as user 1234 with nothing of root's within reach."""
    program = (
        "from autograder.sandbox import tiers\nfrom autograder.sandbox.outside import Isolation\n"
        "for tier in (tiers.BUBBLEWRAP, tiers.NAMESPACES):\n"
        "    with Isolation(tier) as isolation, isolation.open() as session:\n"
        "        told = session.ask('ping', 20)\n"
        "        print(tier.name, told['pid'], told['uid'])\n"
    )
    words = [sys.executable, "-c", program]
    user = os.getuid()
    if user == 0:
        user = 1234
        home = str(Path.home())
        inside = [Path(f) for f in (sys.base_prefix, sys.prefix) if Path(f).is_relative_to(home)]
        ways = {p for f in inside for p in f.parents if p.is_relative_to(home) and str(p) != home}
        shown = [w for p in sorted(ways) for w in ("--perms", "0755", "--dir", str(p))]
        shown += [w for f in inside for w in ("--ro-bind", str(f), str(f))]
        words = [shutil.which("bwrap"), "--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", home,
                 *shown, "setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups",
                 *words]  # fmt: skip
    settings = {"PATH": os.environ["PATH"], "HOME": "/tmp", "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(words, capture_output=True, text=True, cwd=TOP, env=settings)
    expected = f"bubblewrap 1 {user}\nnamespaces 1 {user}\n"
    assert ran.stdout == expected, ran.stderr


def test_root_needs_a_python_that_others_can_read(monkeypatch):
    if os.geteuid():
        assert tiers.command(tiers.LIMITS, Path("/tmp"), {}, ())
        return
    monkeypatch.setattr(tiers, "closed_to_others", lambda: "/closed")
    with pytest.raises(tiers.Unavailable, match="cannot read /closed"):
        tiers.command(tiers.LIMITS, Path("/tmp"), {}, ())


def test_no_weaker_tier_is_taken_without_being_asked_for(monkeypatch):
    monkeypatch.setattr(tiers, "closed_to_others", lambda: "")

    def unavailable(tier, *rest):
        if tier.strong:
            raise tiers.Unavailable("taken away for this test")
        return command(tier, *rest)

    command = tiers.command
    monkeypatch.setattr(tiers, "command", unavailable)
    said_ = []
    with pytest.raises(CourseError, match="--isolation limits"):
        choose_tier("", said_.append)
    assert sum("does not work here: taken away" in line for line in said_) == 3
    assert choose_tier("limits") is tiers.LIMITS
    with pytest.raises(CourseError, match="bubblewrap does not work"):
        choose_tier("bubblewrap")
    with pytest.raises(CourseError, match="there are: bubblewrap, namespaces"):
        choose_tier("walls")


def test_a_named_tier_is_the_one_that_is_used():
    heard = []
    assert choose_tier("namespaces", heard.append) is tiers.NAMESPACES
    assert heard == [f"isolation: namespaces ({tiers.NAMESPACES.words})"]


def test_the_container_tier_says_why_not():
    with pytest.raises(tiers.Unavailable, match=r"docker|podman"):
        tiers.command(tiers.CONTAINER, Path("/tmp"), {}, ())


def test_nothing_of_the_environment_gets_in(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "swordfish")
    with Isolation(tiers.NAMESPACES) as isolation, isolation.open() as session:
        show = "import os\nprint(sorted(os.environ), open('/proc/self/environ').read())"
        outputs = session.ask("cell", 10, source=show, seconds=10)["outputs"]
    assert "OMP_NUM_THREADS" in str(outputs)
    assert "swordfish" not in str(outputs)
