# SPDX-License-Identifier: Apache-2.0
"""`python -m ottla.testing.simulation`; see `command`."""

import sys

from ottla.testing.simulation.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
