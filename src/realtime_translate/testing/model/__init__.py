"""The model of the upstream server: what it holds, what it checks, and what it chooses to do."""
