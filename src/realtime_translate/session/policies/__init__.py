"""What a call does: one policy a file or folder, over the memory of `session/state.py`."""
