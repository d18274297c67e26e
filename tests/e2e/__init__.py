"""Calls on real sockets: official clients, the example hosts, and the served simulation."""
