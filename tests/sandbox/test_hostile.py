"""Submissions that take, read or break what they may not. Each says what it tried."""

from pathlib import Path

import pytest

import autograder
from autograder.sandbox import judge
from tests.sandbox.conftest import FULL, LIMITS, said, scores

pytestmark = pytest.mark.slow

HERE = Path(autograder.__file__).parent
TRY = """\
def tried(what, act):
    try:
        print("tried", what, "got", str(act())[:300])
    except BaseException as error:
        print("tried", what, "stopped by", type(error).__name__, error)
"""


def attempt(what, expression):
    return f"{TRY}\nimport os, socket, sys, ctypes\ntried({what!r}, lambda: {expression})\n"


# --- resources: each costs what it is in, and nothing else

LOOP = "def cube(x):\n    print('looping')\n    while True:\n        pass"
DEAF = """\
def cube(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
"""
DEAF_AND_MASKED = """\
import signal
def cube(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 60))
    while True:
        pass
"""
SLEEPS = "import time\ndef cube(x):\n    time.sleep(1000)"
IN_C = "def cube(x):\n    return 10 ** 10 ** 10"
REGEX = "import re\ndef cube(x):\n    return re.match('(a*)*b', 'a' * 60)"


@pytest.mark.parametrize("answer", [LOOP, DEAF, DEAF_AND_MASKED, SLEEPS, IN_C, REGEX])
def test_a_function_that_does_not_end_costs_its_own_points(graded, answer):
    result = graded(cube=answer)
    assert scores(result) == FULL | {"cube": 0}
    assert result.marks["cube"].verdict in (judge.TIME, judge.MEMORY)


@pytest.mark.parametrize("answer", [DEAF, DEAF_AND_MASKED, IN_C], ids=["deaf", "masked", "in C"])
def test_a_checked_function_that_does_not_end(graded, answer):
    endless = answer.replace("cube(x)", "standardize(x, dim)")
    result = graded(checked=endless)
    assert scores(result) == FULL | {"checked": 0}
    assert result.marks["checked"].verdict in (judge.TIME, judge.MEMORY)


@pytest.mark.parametrize("loop", ["while True: pass", DEAF + "\ncube(1)", SLEEPS + "\ncube(1)"])
def test_a_cell_that_does_not_end_costs_its_own_points(graded, loop):
    result = graded(cube=f"print('begun')\n{loop}")
    assert scores(result) == FULL | {"cube": 0}
    assert "does not end" in said(result) or "did not end" in said(result)


EXITS = {
    "_exit": "os._exit(0)",
    "kill": "os.kill(os.getpid(), 9)",
    "abort": "os.abort()",
    "segfault": "ctypes.string_at(0)",
    "group": "os.killpg(0, 9)",
    "everybody": "os.kill(-1, 9)",
    "channel": "os.closerange(0, 250)",
    "recursion": "(lambda f: f(f))(lambda f: f(f))",
    "sys.exit": "sys.exit(0)",
}


@pytest.mark.parametrize("name", EXITS)
def test_ending_the_process_in_a_function(graded, name):
    result = graded(cube=f"import os, sys, ctypes\ndef cube(x):\n    {EXITS[name]}\n")
    assert scores(result) == FULL | {"cube": 0}


@pytest.mark.parametrize("name", ["_exit", "segfault", "everybody", "channel"])
def test_ending_the_process_in_a_cell(graded, name):
    result = graded(first=f"import os, sys, ctypes\n{EXITS[name]}")
    assert scores(result) == FULL  # the cell is left out, the answers count
    words = said(result)
    assert judge.WORDS[judge.CRASHED] in words or name == "everybody", words


def test_ending_the_process_again_and_again(graded):
    ends = "import os\nos._exit(3)"
    result = graded(first=ends, double=ends, cube=ends, checked=ends)
    assert scores(result) == dict.fromkeys(FULL, 0)


FORKS = """\
import os, time
count = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(100)
            os._exit(0)
        count += 1
except OSError as error:
    print("forked", count, error)
"""


def test_a_fork_bomb_meets_a_wall_and_leaves_nothing(graded):
    result = graded(first=FORKS)
    found = [line for line in said(result).splitlines() if line.startswith("forked")]
    assert 5 < int(found[0].split()[1]) <= LIMITS.processes


def test_a_process_left_behind_ends_with_its_submission(graded):
    daemon = (
        "import os, time, signal\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        signal.signal(signal.SIGTERM, signal.SIG_IGN)\n        time.sleep(300)\n"
        "    os._exit(0)\nprint('left one behind')"
    )
    result = graded(first=daemon)
    assert "left one behind" in said(result)
    assert scores(result) == FULL


MEMORY = {
    "lists": "x = [bytearray(1 << 26) for _ in range(10_000)]",
    "numpy": "import numpy\nx = [numpy.ones(1 << 23) for _ in range(10_000)]",
    "mmap": "import mmap\nx = [mmap.mmap(-1, 1 << 28) for _ in range(100)]",
}


@pytest.mark.parametrize("name", MEMORY)
def test_memory_has_an_end(graded, name):
    result = graded(first=f"print('taking')\n{MEMORY[name]}")
    ends = ("MemoryError", "Cannot allocate memory", judge.WORDS[judge.MEMORY])
    assert any(words in said(result) for words in ends)
    assert scores(result) == FULL


def test_memory_of_many_processes_together_has_an_end(graded):
    many = (
        "import os, time\nprint('taking together')\nfor n in range(20):\n"
        "    if os.fork() == 0:\n        x = bytearray(os.urandom(1 << 20) * 100)\n"
        "        time.sleep(60)\n        os._exit(0)\ntime.sleep(1.9)\n"
    )
    result = graded(first=many)
    assert judge.WORDS[judge.MEMORY] in said(result)
    assert scores(result) == FULL


def test_a_memory_hog_in_a_function_is_called_that(graded):
    result = graded(cube="def cube(x):\n    return [bytearray(1 << 26) for _ in range(10_000)]")
    assert scores(result) == FULL | {"cube": 0}
    assert result.marks["cube"].verdict == judge.MEMORY


FLOODS = {
    "print": "while True:\n    print('x' * 10_000)",
    "stderr": "import sys\nwhile True:\n    sys.stderr.write('x' * 10_000)",
    "descriptor": "import os\nwhile True:\n    os.write(1, b'x' * 10_000)",
    "display": "from IPython.display import display\nwhile True:\n    display('x' * 100_000)",
    "big value": "'x' * (1 << 27)",
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_output_is_cut(graded, name):
    result = graded(first=f"print('flooding')\n{FLOODS[name]}")
    assert "flooding" in said(result)
    assert len(said(result)) < 10_000_000
    assert scores(result) == FULL


def test_what_a_function_prints_while_it_is_tested_is_bounded(graded):
    result = graded(cube="def cube(x):\n    while True:\n        print('y' * 10_000)")
    assert scores(result) == FULL | {"cube": 0}


DISK = """\
print("filling")
try:
    for n in range(10_000):
        with open(f"{place}/f{n}", "wb") as file:
            file.write(b"x" * (1 << 22))
except OSError as error:
    print("full after", n, error)
"""


@pytest.mark.parametrize("place", ["/tmp", "/dev/shm", "."])
def test_the_disk_has_an_end(graded, place):
    result = graded(first=f"place = {place!r}\n{DISK}")
    assert "full after" in said(result)
    assert scores(result) == FULL


def test_many_small_files_have_an_end(graded):
    many = "import os\ntry:\n    for n in range(10**6):\n        os.mkdir(f'd{n}')\n"
    result = graded(first=many + "except OSError as error:\n    print('made', n, error)")
    assert "made" in said(result) or "did not end" in said(result)
    assert scores(result) == FULL


def test_waiting_for_input_gets_none(graded):
    result = graded(first=attempt("input", "input('your name? ')"))
    assert "tried input stopped by EOFError" in said(result)


def test_right_but_slow_is_right(graded):
    slow = "import time\ndef double(x):\n    time.sleep(0.3)\n    return 2 * x"
    assert scores(graded(double=slow)) == FULL


# --- disk, network, environment

SECRETS = {
    "hidden cases": f"open({str(HERE / 'hidden' / '__init__.py')!r}).read()",
    "checks": f"os.listdir({str(HERE / 'checks')!r})",
    "solutions": f"os.listdir({str(HERE.parent / 'solutions')!r})",
    "repository": f"open({str(HERE.parent / 'pyproject.toml')!r}).read()",
    "passwords": "open('/etc/shadow').read()",
    "users": "open('/etc/passwd').read()",
    "home": "os.listdir('/root') and open('/root/.profile').read()",
    "engine's source": "open('/course/penlight/slots.py').read()",
    "import hidden": "__import__('autograder.hidden')",
    "import checks": "__import__('autograder.checks')",
    "the oracle": "__import__('torch')",
    "disks": "open('/dev/sda', 'rb').read(1) or open('/dev/vda', 'rb').read(1)",
    "kernel": "open('/sys/kernel/notes', 'rb').read(1)",
    "escape by name": "os.listdir('/proc/1/root/work') + os.listdir('/proc/1/cwd/../../work/x')",
}


@pytest.mark.parametrize("name", SECRETS)
def test_what_may_not_be_read_is_not_there(graded, name):
    result = graded(first=attempt(name, SECRETS[name]))
    assert f"tried {name} stopped by" in said(result), said(result)
    assert scores(result) == FULL


WRITES = {
    "packages": "open(os.path.dirname(os.__file__) + '/sitecustomize.py', 'w')",
    "site": "open(__import__('numpy').__file__, 'a')",
    "course": "open('/course/autograder/planted.py', 'w')",
    "root": "os.mkdir('/planted')",
    "usr": "open('/usr/bin/planted', 'w')",
    "mount": "ctypes.CDLL(None, use_errno=True).mount(b'none', b'/usr', b'tmpfs', 0, b'') "
    "and 1 / (ctypes.get_errno() - 1)",
    "remount": "ctypes.CDLL(None, use_errno=True).mount(b'none', b'/', b'', 32 | 4096, b'') "
    "and 1 / (ctypes.get_errno() - 1)",
    "namespace": "ctypes.CDLL(None, use_errno=True).unshare(0x10000000) "
    "and 1 / (ctypes.get_errno() - 1)",
    "trace": "ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) "
    "and 1 / (ctypes.get_errno() - 1)",
    "root user": "os.setuid(0)",
    "limits": "__import__('resource').setrlimit(__import__('resource').RLIMIT_AS, (-1, -1))",
    "memory file": "os.memfd_create('x')",
}


@pytest.mark.parametrize("name", WRITES)
def test_what_may_not_be_changed_cannot_be(graded, name):
    result = graded(first=attempt(name, WRITES[name]))
    assert f"tried {name} stopped by" in said(result), said(result)
    assert scores(result) == FULL


def test_start_up_files_for_the_next_student_are_gone(graded, grader):
    plant = (
        "import os, pathlib\n"
        "for name in ('.ipython/profile_default/startup/x.py', 'sitecustomize.py', 'numpy.py',"
        " 'torch.py', 'autograder.py'):\n"
        "    path = pathlib.Path(name)\n    path.parent.mkdir(parents=True, exist_ok=True)\n"
        "    path.write_text('raise SystemExit')\nprint('planted', sorted(os.listdir('.')))"
    )
    assert "planted" in said(graded(first=plant))
    look = "import os, numpy\nprint('there is', os.listdir('.'), os.listdir('/tmp'))"
    assert "there is [] ['work']" in said(graded(first=look)).replace("'ipython', ", "")


NETWORK = {
    "internet": "socket.create_connection(('1.1.1.1', 53), 1)",
    "this machine": "socket.create_connection(('127.0.0.1', 22), 1)",
    "datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53))",
    "version 6": "socket.socket(socket.AF_INET6)",
    "raw": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "names": "socket.gethostbyname('example.org')",
    "local daemon": "socket.socket(socket.AF_UNIX).connect('/var/run/docker.sock')",
}


@pytest.mark.parametrize("name", NETWORK)
def test_there_is_no_network(graded, name):
    result = graded(first=attempt(name, NETWORK[name]))
    assert f"tried {name} stopped by" in said(result), said(result)


def test_the_environment_tells_nothing(graded, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "swordfish")
    look = (
        "import os, subprocess\nprint('environment', dict(os.environ))\n"
        "print(subprocess.run(['env'], capture_output=True, text=True).stdout)\n"
        "for n in ('self', '1', str(os.getppid())):\n    try:\n"
        "        print(open(f'/proc/{n}/environ').read())\n"
        "    except OSError as error:\n        print(error)"
    )
    words = said(graded(first=look))
    assert "environment" in words
    assert "swordfish" not in words
    assert str(HERE.parent / "tools") not in words


def test_other_processes_cannot_be_seen_or_signalled(graded):
    look = (
        "import os\nprint('pid', os.getpid(), os.getppid())\nseen = 0\n"
        "for pid in range(2, 70_000):\n    try:\n        os.kill(pid, 0)\n        seen += 1\n"
        "    except OSError:\n        pass\nprint('seen', seen)"
    )
    assert "pid 1 0\nseen 0" in said(graded(first=look))
