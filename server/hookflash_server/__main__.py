"""`python -m hookflash_server`."""

import sys

from .cli import main

sys.exit(main())
