"""Logs and metrics on AWS, by Powertools: JSON lines, and metrics as lines of CloudWatch's EMF."""

from __future__ import annotations

import logging
import os.path
import sys
import traceback
from typing import TYPE_CHECKING

from aws_lambda_powertools import Metrics as EmfMetrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

from shared.telemetry import NAMESPACE

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    ExcInfo = (
        tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    )

UNITS = {"Seconds": MetricUnit.Seconds, "Bytes": MetricUnit.Bytes}
"""What a metric's name ends or begins with says its unit; everything else is a count."""


class PrivateFormatter(LambdaPowertoolsFormatter):
    """Powertools' JSON, but of an exception only its type and the places it passed.

    Messages of exceptions may quote what somebody sent.
    """

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802  # logging's name
        """The calls, innermost last."""
        frames = traceback.extract_tb(ei[2])
        return " > ".join(f"{os.path.basename(f.filename)}:{f.lineno}" for f in frames)  # noqa: PTH119  # a name, not a path on this machine


def configure_logging(service: str, level: int = logging.INFO) -> None:
    """Write every logger's lines as Powertools' JSON; called once for each environment.

    Powertools' own ``Logger`` would give its form to one logger; the use cases log by the standard
    library, so the form is given to the root.
    """
    formatter = PrivateFormatter(serialize_stacktrace=False)
    formatter.append_keys(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


class PowertoolsMetrics:
    """Metrics port over EMF: collected during an invocation, printed by ``flush``.

    ``service`` is the one dimension.
    """

    def __init__(self, service: str) -> None:
        self._emf = EmfMetrics(namespace=NAMESPACE, service=service)
        self._waiting = False

    def count(self, name: str, n: int = 1) -> None:
        """Add ``n``."""
        self._add(name, n)

    def observe(self, name: str, value: float) -> None:
        """Record one value, in the unit the name ends in."""
        self._add(name, value)

    def flush(self) -> None:
        """Print what was collected; nothing when there was nothing."""
        if self._waiting:
            self._waiting = False
            self._emf.flush_metrics()

    def _add(self, name: str, value: float) -> None:
        unit: Any = next((u for word, u in UNITS.items() if word in name), MetricUnit.Count)
        self._emf.add_metric(name=name, unit=unit, value=value)
        self._waiting = True
