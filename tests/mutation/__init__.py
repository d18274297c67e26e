"""Mutation testing of `session/` and `mapping/` with the unit tests: `python -m tests.mutation`.

mutmut says what to mutate and how. It is run from here because its own runner starts pytest anew for each
mutant and leaves out the tables at module level, which are most of what decides in this package.
"""
