"""What has memory: the state of a call, one policy a file, and the engine that routes between them."""
