"""Ctrl-C ends a command wherever it falls."""

from __future__ import annotations

import subprocess
import sys

IN_A_FINALIZER = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
from zebra_core.base.interruption import interruptible

class Interrupted:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

try:
    with interruptible():
        Interrupted()
        time.sleep(60)
except KeyboardInterrupt:
    print("interrupted")
print(signal.getsignal(signal.SIGINT) is signal.SIG_DFL)
"""


def test_an_interruption_within_a_finalizer_is_not_lost() -> None:
    """Python drops what a finalizer raises, and would print it: the command went on after Ctrl-C."""
    run = subprocess.run([sys.executable, "-c", IN_A_FINALIZER], capture_output=True, text=True, timeout=50, check=True)
    assert run.stdout == "interrupted\nTrue\n"
    assert run.stderr == ""
