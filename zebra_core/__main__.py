"""`python -m zebra_core` is `zebra`."""

from zebra_core.cli import main

main()
