"""Entry point of `python -m realtime_translate`."""

from __future__ import annotations

import sys

from .cli.main import main

sys.exit(main())
