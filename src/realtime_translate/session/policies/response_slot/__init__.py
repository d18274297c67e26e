"""The response slot: at most one response at a time, and every wish for one goes through here (R1-R8).

The states are in `tables.slot`. `wishes` decides what is asked for and when, from what waits in the `line`;
`events` names what upstream and the timers say. `actions` carries out the steps of the table, `ends` those of
a response's end, and `lives` those of the response and of our create. `legs` is about the next session.
"""
