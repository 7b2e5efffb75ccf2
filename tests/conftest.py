"""What every test relies on."""

from __future__ import annotations

import signal

# A shell that runs the tests in the background has them ignore SIGINT, which children inherit and a shell
# script cannot undo; the tests that interrupt commands need it as it is in the foreground.
signal.signal(signal.SIGINT, signal.default_int_handler)
