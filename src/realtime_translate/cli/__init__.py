"""The command line: `python -m realtime_translate`."""
