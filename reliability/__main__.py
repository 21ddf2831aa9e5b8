"""`python -m reliability`."""

import sys

from reliability import main

sys.exit(main())
