"""The program: `zebra`, and `python -m zebra_core`, which is the same."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until a command runs, Ctrl-C ends the imports without a traceback

from zebra_core.cli import main  # after the line above

if __name__ == "__main__":
    main()
