"""Every `Notice` of the library: its code, its level, and its sentence for people.

Codes are stable. The values of the sentence's braces are also the notice's `fields`.
"""

from __future__ import annotations

from collections.abc import Mapping

from .masking import masked
from .outputs import Level, Notice

__all__ = ["MAX_FIELD", "NOTICES", "notice"]

MAX_FIELD = 1000
"""Characters of one field: a peer may send any length, and a host writes notices to its log (L1)."""
MAX_WRITTEN = 64
"""Characters of a field that a client wrote (L5)."""
_WRITTEN = frozenset(("asked", "call_id", "type"))
_LOOKED_AT = 10 * MAX_FIELD
_SHORTEST = 11
"""Characters below which nothing has to be cut or masked: `sk-` and eight more."""

_DEBUG, _INFO, _WARNING = Level.DEBUG, Level.INFO, Level.WARNING

NOTICES: Mapping[str, tuple[Level, str]] = {
    # opening
    "SETTING_LEFT_OUT": (_INFO, "{path} has no counterpart upstream and was left out"),
    "SETTING_CLAMPED": (_INFO, "{path} was clamped from {asked} to {sent}"),
    "SETTING_INVALID": (_WARNING, "{path} is invalid ({reason}) and was left out"),
    "IDLE_TIMEOUT_LEFT_OUT": (
        _INFO,
        "{path} with its margin is {wanted} ms; upstream takes {most} at most, so none was sent",
    ),
    "SETTING_REFUSED": (_WARNING, "upstream refused {path} ({code}); the call goes on without it"),
    "VOICE_APPROXIMATED": (
        _INFO,
        "{path} names voice {asked}, which upstream does not have; {sent} speaks instead",
    ),
    "TURNS_APPROXIMATED": (_INFO, "{server} cannot detect turns as it was asked to; it does what comes next"),
    "MODEL_REPLACED": (_INFO, "{path} is {asked}, which is no realtime model; {sent} is used"),
    "SERVER_UNPROVED": (_INFO, "what is known of {server} was never seen on the wire nor read in its source"),
    "MODEL_KEPT": (_INFO, "{path} is {asked}, which comes too late: the call has begun with {sent}"),
    "SETTINGS_REPEATED": (_INFO, "a second Settings changes nothing; it was answered with SettingsApplied"),
    "MESSAGE_WAITS": (_DEBUG, "{type} waits until the session is ready"),
    "READY_UNASKED": (_INFO, "upstream sent session.updated before any Settings; the session is ready"),
    "CONTEXT_SENT": (_DEBUG, "{items} context items went upstream"),
    "CALL_ID_REPLACED": (_INFO, "call id {call_id} of the context does not fit upstream and became {sent}"),
    "GREETING_SUPPRESSED": (_INFO, "the greeting was suppressed: {reason}"),
    # client messages
    "UNKNOWN_FIELDS": (_INFO, "{type} has unknown fields, which were ignored: {paths}"),
    "CLIENT_MESSAGE_REFUSED": (_WARNING, "a client message was refused: {reason}"),
    "KEEPALIVE_ABSORBED": (_DEBUG, "KeepAlive goes nowhere"),
    "UPDATE_REFUSED": (_WARNING, "an update cannot be done: {code}"),
    "UPDATES_SEPARATED": (_INFO, "upstream refused several updates at once; they are sent one by one"),
    # audio in
    "COMMIT_OWED": (_DEBUG, "the commit waits for the response slot"),
    "COMMIT_TOO_SHORT": (_DEBUG, "{bytes} bytes are under 100 ms; they count toward the next commit"),
    "COMMIT_REFUSED": (_INFO, "upstream found nothing to commit; its wish for a response was dropped"),
    "TURN_DETECTION_NOT_OFF": (
        _WARNING,
        "turn detection was to be off, but upstream sent {event}: it commits and responds by itself",
    ),
    "TURN_UNANSWERED": (
        _INFO,
        "upstream heard the user and neither committed nor responded; the response is asked for",
    ),
    "SILENCE_SENT": (_DEBUG, "{ms} ms of silence went upstream to keep the session alive"),
    # text
    "ITEM_UNCONFIRMED": (
        _WARNING,
        "upstream did not confirm a user item in time; the response is asked for anyway",
    ),
    "CONTEXT_ITEM_REFUSED": (_WARNING, "upstream refused an item of the context: {code}"),
    "ITEM_REFUSED": (_WARNING, "upstream refused a user item: {code}"),
    # the response slot
    "RESPONSE_DEFERRED": (_DEBUG, "a wish for a response waits: {reason}"),
    "RESPONSE_CONFLICT": (_INFO, "the server had started a response by itself; ours is asked for after it"),
    "RESPONSE_UNANNOUNCED": (_INFO, "a response began without response.created"),
    "RESPONSE_SUPERSEDED": (_INFO, "a new response began before the end of the old one was announced"),
    "RESPONSE_PRESUMED_DONE": (_WARNING, "response.done did not come; the response counts as done"),
    "RESPONSE_GIVEN_UP": (_WARNING, "nothing more comes of a response; it was cancelled: {reason}"),
    "RESPONSE_RETRIED": (_INFO, "response.create met a server error or no answer; it is asked for once more"),
    "NOT_SENT": (_INFO, "{type} was not sent: this server does not take it"),
    "SERVER_DIFFERS": (_INFO, "the server is not as its row says: {what}; the call goes on as it has shown"),
    "RESPONSE_MISSED": (_INFO, "the server started no response for the audio it committed; one is asked for"),
    "SPOKEN_DROPPED": (_INFO, "the user speaks; {texts} texts that waited to be spoken were dropped"),
    "RESPONSE_SLOW": (_INFO, "a response has no output for {seconds} s"),
    "RESPONSE_FAILED": (_WARNING, "a response did not complete: {reason}"),
    "LATE_DONE": (_DEBUG, "response.done of a response that had ended already"),
    # function calls
    "FUNCTION_RENAMED": (_INFO, "{path} does not fit upstream, which knows the function as {sent}"),
    "CALL_ANSWER_IGNORED": (_INFO, "an answer for a function call was not sent upstream: {reason}"),
    "CALL_INCOMPLETE": (_INFO, "a function call did not complete and was not passed on"),
    "CALL_OUTPUT_REFUSED": (_WARNING, "upstream refused a function output: {code}"),
    "CALLS_CLOSED": (_INFO, "no output of a response's calls was accepted; no response is asked for"),
    "CALL_HOLD_OVER": (
        _WARNING,
        "a function call is unanswered for {seconds} s; the waiting wish goes ahead",
    ),
    "CALLS_UNANSWERED": (
        _WARNING,
        "upstream answers nothing while outputs are missing; {calls} function calls were given up",
    ),
    "CALLS_CANCELLED": (_INFO, "the user went on; {calls} unanswered function calls were cancelled"),
    # upstream events
    "TRANSCRIPTION_FAILED": (_WARNING, "user speech could not be transcribed: {code}"),
    "TRANSCRIPT_LATE": (_INFO, "the transcript of user speech takes long; what waited for it goes on"),
    "TRANSCRIPT_DROPPED": (_DEBUG, "a transcript was dropped: its item was told already or timed out"),
    "AGENT_TEXT_LONG": (_INFO, "deltas beyond {characters} characters were not collected"),
    "OUTPUT_LATE": (_INFO, "{type} of a response that had ended or was interrupted was dropped"),
    "AUDIO_UNDECODABLE": (_WARNING, "an audio delta holds no valid base64 text and was dropped"),
    "UPSTREAM_ABSORBED": (_DEBUG, "{type} has no counterpart for the client"),
    "UPSTREAM_UNKNOWN": (_WARNING, "upstream sent an event of unknown type {type}"),
    "UPSTREAM_MALFORMED": (_WARNING, "upstream sent a malformed frame: {reason}"),
    "UPSTREAM_ERROR": (_WARNING, "upstream reported an error: {code}"),
    "UPSTREAM_ERROR_BENIGN": (_DEBUG, "upstream reported an error that needs no attention: {code}"),
    "ANSWER_WITHOUT_AUDIO": (_WARNING, "an answer has text and no audio: who only hears, hears nothing"),
    "USAGE": (
        _INFO,
        "{of} took {total} tokens: {input} in ({input_cached} cached, {input_text} text, "
        "{input_audio} audio), {output} out ({output_text} text, {output_audio} audio)",
    ),
    "NOTICES_SUPPRESSED": (_WARNING, "{code} came {count} times more within a minute"),
    # renewals
    "RENEWAL_STARTED": (_INFO, "the session is renewed: {cause}; attempt {attempt}"),
    "RENEWAL_ELSEWHERE": (_WARNING, "the renewal goes on with another server, {server}"),
    "RENEWAL_DONE": (
        _INFO,
        "another session took over after {seconds} s; it was told {items} items, and {dropped} were dropped",
    ),
    "RENEWAL_FAILED": (_WARNING, "attempt {attempt} of a renewal failed ({cause}); the next in {next} s"),
    "AUDIO_DROPPED": (_WARNING, "{ms} ms of the user's audio were dropped between two sessions"),
    "TURN_LOST": (_WARNING, "a turn of the user's was lost with its session: {reason}"),
    # ends
    "UPSTREAM_CLOSED": (_INFO, "upstream closed with {code}"),
    "CLIENT_CLOSED": (_INFO, "the client closed with {code}"),
    "SESSION_FAILED": (_WARNING, "the session ends with {code}"),
}


def notice(code: str, /, **fields: object) -> Notice:
    """Build the notice `code`; `fields` fill its sentence. What a peer wrote is cut (L1, L5), and
    identifiers of the host's account are masked (E1).
    """
    level, sentence = NOTICES[code]
    for name, value in fields.items():
        if isinstance(value, str) and len(value) >= _SHORTEST:
            most = MAX_WRITTEN if name in _WRITTEN else MAX_FIELD
            shown = masked(value[:_LOOKED_AT])
            fields[name] = shown if len(shown) <= most else shown[: most - 1] + "…"
    return Notice(code, level, sentence.format_map(fields), fields)
