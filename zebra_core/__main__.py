"""The program: `zebra`, and `python -m zebra_core`, which is the same."""

import io
import signal
import sys

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until a command runs, Ctrl-C ends the imports without a traceback

from zebra_core.cli import main  # after the line above

for stream in (sys.stdout, sys.stderr):  # a name that a console of another encoding cannot show is written as escapes
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")

if __name__ == "__main__":
    main()
