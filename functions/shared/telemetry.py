"""Every metric's name, and logging that carries a job's id and nothing private.

Names end in their unit where they are not counts. Chat and user ids never appear in a log: use
``keyed_hash``. No transcript, file name or user name is ever passed to a logger.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from enum import StrEnum
from typing import Any

NAMESPACE = "TelegramTranscriber"


class Metric(StrEnum):
    """The names of all metrics; dashboards and alarms refer to these."""

    UPDATE_RECEIVED = "UpdateReceived"
    UPDATE_FORGED = "UpdateForged"
    UPDATE_IGNORED = "UpdateIgnored"
    UPDATE_MALFORMED = "UpdateMalformed"
    NETWORK_UNKNOWN = "NetworkUnknown"
    REQUEST_ADMITTED = "RequestAdmitted"
    REQUEST_DUPLICATE = "RequestDuplicate"
    REQUEST_REFUSED = "RequestRefused"
    REQUEST_LIMITED = "RequestLimited"
    LIMITER_UNAVAILABLE = "LimiterUnavailable"
    QUEUE_UNAVAILABLE = "QueueUnavailable"
    PREFERENCES_UNAVAILABLE = "PreferencesUnavailable"
    CACHE_HIT = "CacheHit"
    CACHE_MISS = "CacheMiss"
    CACHE_UNAVAILABLE = "CacheUnavailable"
    STATISTICS_UNAVAILABLE = "StatisticsUnavailable"
    FLIGHT_JOINED = "FlightJoined"
    JOB_SUCCEEDED = "JobSucceeded"
    JOB_REFUSED = "JobRefused"  # ended in a UserError: the request, not the service, was at fault
    JOB_FAILED = "JobFailed"  # the last try failed: the user got an apology
    JOB_ATTEMPT_FAILED = "JobAttemptFailed"
    JOB_UNDELIVERABLE = "JobUndeliverable"
    JOB_CANCELLED = "JobCancelled"  # its user stopped it
    OPERATOR_ALARM = "OperatorAlarm"
    PROVIDER_CALL = "ProviderCall"
    PROVIDER_ERROR = "ProviderError"
    BYTES_FETCHED = "BytesFetched"
    PROCESSING_S = "ProcessingSeconds"
    END_TO_END_S = "EndToEndSeconds"
    AUDIO_S = "AudioSeconds"
    MTPROTO_REQUESTS = "MtprotoRequests"
    FLOOD_WAIT_S = "FloodWaitSeconds"
    SESSION_RETIRED = "SessionRetired"


class Tally:
    """Metrics kept in memory: the single machine's summary, and the tests' witness."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.values: dict[str, list[float]] = {}

    def count(self, name: str, n: int = 1) -> None:
        """Add ``n`` to the counter ``name``."""
        self.counts[name] = self.counts.get(name, 0) + n

    def observe(self, name: str, value: float) -> None:
        """Keep ``value``; the newest thousand of a name are kept."""
        values = self.values.setdefault(name, [])
        values.append(value)
        del values[:-VALUES_KEPT]

    def flush(self) -> None:
        """Nothing to do: everything is kept."""

    def summary(self) -> str:
        """One line per metric, for a person."""
        lines = [f"{name} {n}" for name, n in sorted(self.counts.items())]
        lines += [
            f"{name} mean {sum(values) / len(values):.2f}, max {max(values):.2f}, n {len(values)}"
            for name, values in sorted(self.values.items())
        ]
        return "\n".join(lines)


VALUES_KEPT = 1000


def keyed_hash(key: str, value: object) -> str:
    """A short stand-in for an id that only the holder of ``key`` can test guesses against."""
    return hmac.new(key.encode(), str(value).encode(), hashlib.sha256).hexdigest()[:12]


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message and the fields given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """Render ``record``; of an exception only type and place, as messages may quote input."""
        line: dict[str, Any] = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {k: v for k, v in record.__dict__.items() if k in LOG_FIELDS}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if trace is not None:
                line["at"] = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        return json.dumps(line, ensure_ascii=False, default=str)


LOG_FIELDS = frozenset(
    {"job", "attempt", "state", "error", "chat", "lane", "engine", "reason", "seconds", "status"}
)
