"""What this deployment can do and how it is run: what panels offer and /privacy tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from shared.bot import user_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.audio import EngineProfile
    from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Facts of the live configuration."""

    engines: Mapping[str, str]
    """Name and model of every speech engine that can be chosen."""
    speakers: bool = False
    """Whether one of them can tell who speaks."""
    translates: bool = False
    hints: bool = False
    language: str | None = None
    """Of the speech, where nobody chose one; None detects it."""
    group_mode: str = "on_request"
    """What groups are served that chose nothing."""
    admins: frozenset[str] = frozenset()
    """Those who may see /stats, as ``Job.user`` names them."""
    retention_days: float = 7.0
    large_files: bool = False
    region: str | None = None
    """Where on AWS state is kept; None for a file on the operator's machine."""

    @classmethod
    def of(cls, settings: Settings, profile: EngineProfile) -> Self:
        """The deployment that ``settings`` describe, with the engines of ``profile``."""
        return cls(
            engines={engine.name: engine.model for engine in profile.members or (profile,)},
            speakers=profile.speakers,
            translates=profile.translates,
            hints=profile.hints,
            language=settings.speech_language or None,
            group_mode=settings.group_mode,
            admins=frozenset(f"u{number}" for number in user_ids(settings.admin_user_ids)),
            retention_days=settings.retention_days,
            large_files=settings.large_files == "on",
            region=settings.aws_region if settings.on_aws else None,
        )
