"""The parts of the state machine: the world of one call, what must hold in it, and what may happen in it."""
