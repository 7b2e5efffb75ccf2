"""The engine's messages on which the runner bases decisions, because the engine offers nothing but the text.

They are the texts of one version of one engine: the one pinned in runner_image/engine.json. `seen_by` names
the test that gets the text from that version. If it is None, the text is from the source code, as the message
cannot be caused without that cloud. tests/unit/engines/test_engine_messages.py compares the table with the
pin and lists the messages that no test gets. After `./dev pins --engine X` run the tests, correct the rows
that fail, and set VERSION.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

ENGINE = "terraform"
VERSION = "1.11.4"


@dataclass(frozen=True, slots=True)
class Words:
    """One wording of a message, as a regular expression, and the test that gets it from the real engine."""

    regex: str
    seen_by: str | None = None


@dataclass(frozen=True)
class Message:
    """A message of the engine, in all its wordings."""

    name: str
    words: tuple[Words, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return one pattern for all wordings. It ignores case, and a dot also matches line ends."""
        regex = "|".join(words.regex for words in self.words)
        return re.compile(f"(?:{regex})", re.IGNORECASE | re.DOTALL)

    def is_in(self, text: str) -> bool:
        """Return True if the text contains the message."""
        return self.pattern.search(text) is not None


_ON_AWS = "tests/runner/terraform/test_job_on_aws.py"
_ENGINE_TEXTS = "tests/runner/terraform/test_engine_texts.py"
_LOCKS = "tests/backends/test_locks.py"
_LOCK_RACES = "tests/backends/test_lock_races.py"
_LOCKS_REFUSED = "tests/backends/test_locks_refused.py"
_NEW_STATES = "tests/backends/test_locks_of_new_states.py"
_TRANSIENT = "tests/runner/terraform/test_transient_errors.py"
_UNANSWERED = "tests/runner/terraform/test_unanswered_creates.py"
_UNLOCK = "tests/backends/test_unlock.py"

# steps/, overrides.py, recover.py
DUPLICATE_PROVIDER = Message("duplicate provider", (Words(r"\ADuplicate provider configuration\Z", _ON_AWS),))
STALE_PLAN = Message(
    "stale plan",
    (
        Words(r"\ASaved plan is stale\Z", _ENGINE_TEXTS),
        Words(r"\ASaved plan does not match the given state\Z", _ENGINE_TEXTS),
    ),
)
PUSH_OVER_ANOTHER_STATE = Message(
    "push over another state", (Words(r"cannot import state with", _ENGINE_TEXTS),)
)
PROVIDER_GAVE_NO_OBJECT = Message(
    "provider gave no object",
    (
        Words(r"Plugin did not respond", _UNANSWERED),
        Words(r"\APlugin error\b"),
        Words(r"\ARequest cancelled\b"),
        Words(r"Provider produced (inconsistent result after apply|invalid object)"),
        Words(r"Provider returned invalid result object after apply"),
    ),
)

# locks.py
STATE_LOCKED = Message("state locked", (Words(r"Error acquiring the state lock", _LOCKS),))
STATE_NOT_READ = Message("state not read", (Words(r"\Aerror loading state: ", _LOCKS_REFUSED),))
LOCKED_WHILE_MADE = Message(
    "state locked while it was made", (Words(r"failed to lock (azure|s3) state", _NEW_STATES),)
)
HTTP_LOCKED = Message(
    # The http backend prints the lock info of its caller; only this part may name the holder of the lock.
    "state of the http backend locked",
    (Words(r"HTTP\s+remote\s+state\s+already\s+locked(?::\s+ID=(\S+))?", _LOCKS),),
)
LOCK_RACE = Message(
    "race for the lock",
    (
        # azurerm: another client has the lease, and has not yet written its name or has just removed it
        Words(r'blob metadata\s+"terraformlockid"\s+was\s+empty', _LOCK_RACES),
        # s3: the lock was released between the refusal and the read of its holder
        Words(r"PreconditionFailed.*NoSuchKey", _LOCK_RACES),
    ),
)
LOCK_HELD = Message(
    # The holder is unknown: the server of http does not name it, or it is not written yet.
    "lock held by nobody named",
    (
        Words(r"already locked", _LOCKS_REFUSED),
        Words(r"PreconditionFailed", _LOCK_RACES),
        Words(r"resource temporarily unavailable", _ENGINE_TEXTS),
        # gcs
        Words(r"conditionNotMet"),
    ),
)

# unlock.py
OTHER_LOCK = Message(
    "lock of another id",
    (
        Words(r"does not match (the )?existing lock", _UNLOCK),
        # gcs, where ids are numbers
        Words(r"lock id should be numerical"),
        Words(r"conditionNotMet"),
    ),
)
NO_LOCK = Message(
    "no lock",
    (
        Words(r'metadata "terraformlockid" was empty', _UNLOCK),
        Words(r"NoSuchKey", _UNLOCK),
        # gcs
        Words(r"object doesn't exist"),
    ),
)

# transient_errors.py
UNREACHABLE = Message(
    "unreachable",
    (
        Words(r"connection refused", _TRANSIENT),
        Words(r"no such host", _TRANSIENT),
        Words(r"giving up after \d+ attempt", _TRANSIENT),
        # git
        Words(r"failed to connect to", _TRANSIENT),
        Words(r"could not resolve host"),
        # from Go, for networks that tests do not have
        Words(r"i/o timeout|TLS handshake timeout|context deadline exceeded|request canceled"),
        Words(r"connection reset|network is unreachable|temporary failure in name resolution"),
        # from SDKs of backends; in tests they fail earlier
        Words(r"\b50[0234]\b"),
    ),
)
REGISTRY_NOT_READ = Message(
    "registry not read",
    (
        Words(r"could not retrieve", _TRANSIENT),
        Words(r"could not download module", _TRANSIENT),
        Words(r"error accessing remote module registry", _TRANSIENT),
        Words(r"could not query provider registry"),
        Words(r"failed to install provider|error while installing"),
    ),
)
BACKEND_NOT_READ = Message(
    "backend not read",
    (
        Words(r"error refreshing state", _TRANSIENT),
        Words(r"failed to get existing workspaces", _TRANSIENT),
        Words(r"failed to get state", _TRANSIENT),
        Words(r"error loading (the )?state", _LOCKS_REFUSED),
        Words(r"error (inspecting (the )?|refreshing the )state"),
        Words(r"failed to (load state|read state|refresh (destination )?state)"),
    ),
)

TABLE = (
    DUPLICATE_PROVIDER,
    STALE_PLAN,
    PUSH_OVER_ANOTHER_STATE,
    PROVIDER_GAVE_NO_OBJECT,
    STATE_LOCKED,
    STATE_NOT_READ,
    LOCKED_WHILE_MADE,
    HTTP_LOCKED,
    LOCK_RACE,
    LOCK_HELD,
    OTHER_LOCK,
    NO_LOCK,
    UNREACHABLE,
    REGISTRY_NOT_READ,
    BACKEND_NOT_READ,
)
"""All messages."""
