"""What the studies of `bench` share: processes that step in turn, and a file of results that grows run by run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the studies hand descriptors to processes")
BENCH = Path(__file__).parents[1] / "bench"
STEPS = """\
import json
import sys

sys.path.insert(0, {bench!r})
from turns import Turn

job = json.loads(sys.argv[1])
turn = Turn(job["turn"])
for step in range(job["steps"]):
    turn.wait()
    with open(job["path"], "a") as file:
        file.write(job["name"])
if job["name"] == "c":
    sys.exit("it | cannot")
print("a line of its own")
print(json.dumps({{"name": job["name"]}}))
"""


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of the processes in turn."""
    monkeypatch.syspath_prepend(str(BENCH))
    import turns  # bench is no package

    return turns


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of the results."""
    monkeypatch.syspath_prepend(str(BENCH))
    import record  # likewise

    monkeypatch.setattr(record, "machine", lambda: {"device": "a CPU", "torch": "2"})
    return record


def test_steps_take_turns(turns: ModuleType, record: ModuleType, tmp_path: Path) -> None:
    """Each process takes one step a round, every other round backwards; the last step of one is no one's to wait for."""
    script, path = tmp_path / "steps.py", tmp_path / "order"
    script.write_text(STEPS.format(bench=str(BENCH)))
    jobs = [({"name": name, "steps": steps, "path": str(path)}, {}) for name, steps in (("a", 4), ("b", 3), ("c", 1))]
    results = turns.in_turn(script, jobs, record.Budget(0))
    assert path.read_text() == "abc" + "ba" + "ab" + "a"
    assert results == [{"name": "a"}, {"name": "b"}, {"error": "it / cannot"}]


def test_the_time_ends_processes(turns: ModuleType, record: ModuleType, tmp_path: Path) -> None:
    """A process that does not reach its next step in time is ended, and its study is over."""
    script = tmp_path / "sleep.py"
    script.write_text("import time\ntime.sleep(600)\n")
    with pytest.raises(record.OverError):
        turns.in_turn(script, [({}, {})], record.Budget(0.001))


def test_ratios_are_those_of_the_same_step(turns: ModuleType) -> None:
    """Steps of 2, 4 and 9 beside 1, 4 and 3 have the ratios 2, 1 and 3: 2 in the median, and 4 in the other run."""
    partners = [{"number": 0, "walls": [1, 4, 3]}, {"number": 1, "walls": [1]}]
    runs = [{"number": 0, "walls": [2, 4, 9]}, {"number": 1, "walls": [4]}, {"number": 2, "walls": [1]}]
    assert turns.beside(partners, runs, "walls") == "3.000 (2.00 to 4.00)"
    assert turns.beside([], runs, "walls") == ""


def test_results_are_kept(record: ModuleType, tmp_path: Path) -> None:
    """A run is in the file as soon as it is added, the same study goes on from there, and another one is refused."""
    path = tmp_path / "results.json"
    record.Record(path, "train", {"steps": 3}).add({"way": "trl", "number": 0})
    (run,) = json.loads(path.read_text())["runs"]
    assert (run["way"], run["number"]) == ("trl", 0)
    again = record.Record(path, "train", {"steps": 3})
    assert again.has(way="trl", number=0)
    assert not again.has(way="trl", number=1)
    again.show("a table")
    assert path.with_suffix(".md").read_text() == "a table\n"
    with pytest.raises(SystemExit, match=r"results with other settings .*3.*; name another file: --output FILE"):
        record.Record(path, "train", {"steps": 4})
