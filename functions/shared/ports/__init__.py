"""The ports: what the use cases need of the world, as small protocols named by plain nouns.

Times are seconds since the epoch from a ``Clock``.
"""

from shared.ports.keeping import (
    ChatPreferences,
    Figures,
    History,
    HistoryEntry,
    Preferences,
    Statistics,
    TranscriptCache,
)
from shared.ports.network import (
    PLAIN,
    Archive,
    Button,
    Engine,
    Keyboard,
    MessageId,
    Messenger,
    RemoteFile,
    Source,
    Stretch,
    Summariser,
)
from shared.ports.process import (
    Clock,
    Credentials,
    Metrics,
    Secrets,
)
from shared.ports.work import (
    DAILY,
    AudioBudget,
    JobQueue,
    JobRecord,
    JobState,
    JobStore,
    Leases,
    RateLimiter,
    Verdict,
    VerdictKind,
)

__all__ = [
    "DAILY",
    "PLAIN",
    "Archive",
    "AudioBudget",
    "Button",
    "ChatPreferences",
    "Clock",
    "Credentials",
    "Engine",
    "Figures",
    "History",
    "HistoryEntry",
    "JobQueue",
    "JobRecord",
    "JobState",
    "JobStore",
    "Keyboard",
    "Leases",
    "MessageId",
    "Messenger",
    "Metrics",
    "Preferences",
    "RateLimiter",
    "RemoteFile",
    "Secrets",
    "Source",
    "Statistics",
    "Stretch",
    "Summariser",
    "TranscriptCache",
    "Verdict",
    "VerdictKind",
]
