"""What was seen of a call, kept by what the checks ask about it."""
