"""What may happen in a call: how it begins, and what the client, the host and time do."""
