"""Makes the recordings in `tests/data/recordings`: `python -m tests.recordings`."""
