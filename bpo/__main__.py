"""`python -m bpo` is the command `bpo`."""

import sys

from bpo.cli import main

if __name__ == "__main__":
    sys.exit(main())
