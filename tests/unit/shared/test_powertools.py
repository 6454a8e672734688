"""What the AWS edition writes for CloudWatch: log lines and metrics."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from shared.adapters.powertools import PowertoolsMetrics, configure_logging
from shared.telemetry import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def root() -> Iterator[None]:
    """Give the root logger its handlers back afterwards."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_any_loggers_line_is_json_with_its_extra_fields(
    root: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the use cases log by the standard library comes out through Powertools, once."""
    configure_logging("a-stack")
    logging.getLogger("processor.work").info("processed", extra={"job": "j1", "attempt": 2})
    (line,) = capsys.readouterr().out.splitlines()
    record = json.loads(line)
    assert (record["message"], record["job"], record["attempt"]) == ("processed", "j1", 2)
    assert record["service"] == "a-stack"


def test_an_exceptions_message_is_not_logged(
    root: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Type and place are; the message may quote what somebody sent."""
    configure_logging("a-stack")
    try:
        int("Zebrafinch")
    except ValueError:
        logging.getLogger("processor.handler").exception("unexpected error")
    line = capsys.readouterr().out
    assert "Zebrafinch" not in line
    assert json.loads(line)["exception_name"] == "ValueError"
    assert "test_powertools.py:" in json.loads(line)["exception"]


def test_metrics_are_one_emf_line_for_an_invocation(capsys: pytest.CaptureFixture[str]) -> None:
    """Counts and seconds under one dimension; a flush without metrics prints nothing."""
    metrics = PowertoolsMetrics("a-stack")
    metrics.count(Metric.CACHE_HIT)
    metrics.count(Metric.CACHE_HIT, 2)
    metrics.observe(Metric.PROCESSING_S, 1.5)
    metrics.flush()
    metrics.flush()
    (line,) = capsys.readouterr().out.splitlines()
    emf = json.loads(line)
    (group,) = emf["_aws"]["CloudWatchMetrics"]
    units = {metric["Name"]: metric["Unit"] for metric in group["Metrics"]}
    assert units == {Metric.CACHE_HIT: "Count", Metric.PROCESSING_S: "Seconds"}
    assert group["Namespace"] == "TelegramTranscriber"
    assert group["Dimensions"] == [["service"]]
    assert sum(emf[Metric.CACHE_HIT]) == 3
