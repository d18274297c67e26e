"""What has memory: the state machine of one call, and the policies that decide what a call does.

A session is one call: a client, which speaks Deepgram's protocol, and a server, which speaks OpenAI's. The
package `mapping` says how one message reads in the other protocol; it knows no time and nothing of what came
before. Whatever depends on that is here: whether a message may go now, has to wait or is dropped, which
response answers what, and what is done about something that does not come.

Nothing here reads a clock, opens a socket, or draws a random number. An input goes in, outputs come out: the
same inputs at the same times always give the same outputs.

How one input runs through
--------------------------

1. `translator.Translator` takes the input from the host. It reads the clock once, and fires the timers that
   are due, oldest first, each at its own time (*Time* 1). A timer is a name with a deadline, in `timers`.
2. `engine.Engine` takes the input itself. It parses frames and asks the opening: a client message goes to the
   policies, waits until the session is ready, or came too early. What that leads to, `performer` carries out.
3. `routes` names the handlers of the message, of the event or of the timer, in the order in which they run.
   It is the one place that says who hears what.
4. A handler is a function `(call, env, event)` of a policy; that of a timer has no event. It reads `call`,
   the whole memory, and `env`, the surroundings: the configuration, the plan that Settings made, the time,
   the timers, the ids and the audio streams. It changes its own part of the memory, sets timers, and returns
   effects. The plan is changed by `opening` and `updates` alone.
5. Effects are carried out depth first, in order. An output is put with the others. A signal goes to
   its handlers at once, and what these return comes before the next effect of the first handler. When the
   call is closed, the rest is dropped.

Audio that flows takes a shorter way to the same result: `Engine.client_audio` and `Engine._audio_delta`.

The memory
----------

`state.Call` is all that a call remembers: plain data on one page, one part a policy; `entries` has what the
lists in it hold. `snapshot` writes it down, with the plan, the timers, the ids and what the audio streams
hold, and nothing more is needed to go on elsewhere (*Always true* 6). Every handler may read every part; who
may change it is this:

=============  ============================  ==============================================================
part           owner, in `policies`          what it remembers
=============  ============================  ==============================================================
`phase`        the engine                    how far the opening is
`turn_state`   `agent_turn`                  what of the agent's turn the client has been told
`opening`      `opening`                     the update that configures the session, and what waits for it
`ledger`       `ledger`                      what the client was told, where sessions are renewed
`audio`        `input_audio`                 the user's audio that is not committed yet
`slot`         `response_slot`               the active response, and all that waits for one
`calls`        `function_calls`              function calls that are not answered or not over
`turn`         `agent_turn`                  when the agent's turn began, and its open messages
`agent_text`   `agent_text`                  the agent's words: collected, and told
`playback`     `playback`                    how much of the agent's audio was heard
`user_speech`  `user_speech`                 transcripts of the user's speech, in their order
`updates`      `updates`                     changes of the session that wait or are in flight
`user_texts`   `user_text`                   typed texts that the server has not confirmed
`past`         `past`                        items of the context that upstream has not confirmed
`user_turn`    `user_turn`                   whether the user is speaking
`errors`       `upstream_errors`             the last error, and errors that are expected
`noticed`      `noticed`                     how many Notices were given in this minute
`spellings`    `spellings`                   which of its two names each output came with first
=============  ============================  ==============================================================

The policies `greeting`, `refusals` and `usage` remember nothing. Tests fail if a policy imports another, or
changes what it does not own: a policy that wants something of another returns a signal.

Signals
-------

A signal, in `signals`, says what happened or what is wanted (`ResponseEnded`, `ResponseWanted`), and not who
is to do something. `input_audio`, for example, returns `CommitChanged`, and hears `CommitGranted` when the
slot is free. There is no signal for what can be asked: the slot reads in `call.audio` that a commit waits for
it, and in `call.calls` that an answer is to come first; and whoever hears `Proceed` reads in `call.slot` that
it is free.

Sessions that are renewed
-------------------------

A call may outlive its upstream session (N). `LegLost` says that it is gone: each policy then forgets what was
of that session, and keeps what is owed to the client. The opening dials another. `LegConfigured` says that it
holds what was asked, so that the ledger may be told to it, and `LegReady` that what waited may go. Only the
opening and the ledger know in which of these states a call is.

The tables
----------

The life cycles are written as tables in `tables`, each complete: every state answers every event with a step,
or stays as it is and says why. An action is a function that the policy keeps under the name that the table
gives. `docs/reference/states.md` draws them.

* The opening: from before the client's Settings until the call is closed, for both connections, with the
  renewals of the one to the server.
* The slot: a conversation has at most one active response, so that everything that wants one goes through
  it. `docs/explanation/response-slot.md` tells how.
* The response, our create, and a function call: what became of each of them. That the user interrupts is an
  event of all three.
* The turn: what the client is told of the agent's turn, in each of the two dialects. `agent_turn` takes every
  step of it. The others say what became of their own: of a response, of function calls, of words. What that
  means for the turn, and that it ends, is said there alone.
* The detection: who ends the user's turns, where the server was asked to leave that to us.

Rules and bounds
----------------

A peer may send anything, and may never send what is due: every wait has a timer, and every list a bound
(L2). What stands in brackets there, or `(*Time* 1)` above, is a rule of `docs/reference/rules.md`; the tests
of a rule have its name, as in `test_L2_...`.

Where to begin
--------------

Read `state.Call`, the tables of `routes`, and then `policies/user_text.py`: a policy on one page, with a
message, a timer, a signal and an error. After it `tables/slot.py`, with the actions and events in
`policies/response_slot`, and at last `engine`.
"""
