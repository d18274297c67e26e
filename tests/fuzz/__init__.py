"""Hostile frames on both legs of a call, in every state of it: `python -m tests.fuzz --help`."""
