"""How many requests are in flight."""

from __future__ import annotations

from zebra_generate.generators.window import LARGEST, Window


def drive(window: Window, capacity: int, replies: int, *, refuses: bool, latency: float = 1.0) -> list[int]:
    """Return the sizes during replies of a server that works on `capacity` requests at a time, and queues or refuses more."""
    sizes = []
    for _ in range(replies):
        refused = refuses and window.size > capacity
        window.observe(window.round, 0.0 if refused else latency * max(1.0, window.size / capacity), refused=refused)
        sizes.append(window.size)
    return sizes


def test_a_server_that_queues() -> None:
    """The size grows until replies come no faster, and stays near the capacity of the server."""
    sizes = drive(Window(), 100, 20_000, refuses=False)
    assert min(sizes[2_000:]) >= 90
    assert max(sizes) <= 256


def test_a_server_that_refuses() -> None:
    """A server that refuses what is too much halves the size, which then stays at half of the capacity or more, and near it."""
    sizes = drive(Window(), 100, 20_000, refuses=True)
    late = sizes[2_000:]
    assert min(late) >= 50
    assert max(late) <= 116  # 100 and an eighth, and some
    assert sum(late) / len(late) > 70


def test_single_faults() -> None:
    """Two refusals in a hundred replies say nothing."""
    window = Window(64)
    sizes = []
    for number in range(10_000):
        window.observe(window.round, 0.64, refused=number % 50 == 0)
        sizes.append(window.size)
    assert min(sizes) >= 64


def test_limits() -> None:
    """There is always one request in flight, never more than the limit, and a fixed size stays."""
    assert max(drive(Window(), 10**6, 50_000, refuses=False)) == LARGEST
    assert min(drive(Window(), 0, 0, refuses=True) or [1]) == 1
    window = Window()
    for _ in range(1_000):
        window.observe(window.round, 1.0, refused=True)
    assert window.size == 1
    fixed = Window(7, fixed=True)
    for _ in range(1_000):
        fixed.observe(0, 1.0, refused=True)
    assert fixed.size == 7


def test_earlier_rounds() -> None:
    """A reply to a request that was sent before the size changed is not counted."""
    window = Window(64)
    for _ in range(100):
        window.observe(window.round, 1.0, refused=True)
    size = window.size
    assert size < 64
    for _ in range(100):
        window.observe(0, 1.0, refused=True)
    assert window.size == size
