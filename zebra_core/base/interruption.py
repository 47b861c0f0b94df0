"""Ctrl-C: an exception while a command runs, and an end without a word before and after."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise KeyboardInterrupt on Ctrl-C within the context, if Ctrl-C would end the program at once outside it."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) != signal.SIG_DFL:
        yield
        return
    report = sys.unraisablehook
    sys.unraisablehook = lambda unraisable: _send_again() if _is_interruption(unraisable) else report(unraisable)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        sys.unraisablehook = report


def _is_interruption(unraisable: sys.UnraisableHookArgs) -> bool:
    """Return whether Ctrl-C fell into a finalizer, such as those of locks of imports, whose exceptions Python drops."""
    return issubclass(unraisable.exc_type, KeyboardInterrupt)


def _send_again() -> None:
    """Interrupt the main thread a moment later, when it has left the finalizer."""
    timer = threading.Timer(0.01, _interrupt)
    timer.daemon = True
    timer.start()


def _interrupt() -> None:
    """Interrupt the main thread, also while it waits for the system."""
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
