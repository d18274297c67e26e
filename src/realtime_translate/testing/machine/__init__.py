"""A Hypothesis state machine that holds random calls through a host, and checks what must always hold.

    from realtime_translate.testing.machine import CallMachine
    from realtime_translate.testing.profiles import chosen

    class MyCalls(CallMachine):
        def make_host(self, config, clock, new_id):
            return MyCore(config, clock, new_id)

    TestMyHost = MyCalls.TestCase
    TestMyHost.settings = chosen()

Needs `hypothesis`. What is checked are the *always true* rules of the translator: the server has nothing to
complain about, nothing is lost or doubled, every turn is answered, and a restored call goes on as it was.

Each file here imports only from those before it: what was seen of a call (`ledgers/`), the call as it stands
(`world_state`), what must hold in it (`checks/`), the call as it goes on (`world`), what may happen in it
(`moves/`), and the state machine of all these (`call_machine`).
"""

from ..statistics import Statistics
from .broken import PropertyError
from .call_machine import CallMachine
from .host import Host

__all__ = ["CallMachine", "Host", "PropertyError", "Statistics"]
