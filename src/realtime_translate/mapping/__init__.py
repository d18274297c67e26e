"""Pure functions from the messages of one protocol to those of the other. They know no time and no state."""
