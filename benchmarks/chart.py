"""A bar chart as SVG, readable on light and dark pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, LABEL_WIDTH, BAR_WIDTH = 760, 250, 420
BAR_HEIGHT, HIGH, GAP, TOP = 14, 12, 14, 58
STYLE = 'font-family="system-ui, sans-serif" font-size="12" fill="#768390" role="img"'
COLOURS = ("#3fb950", "#1f6feb", "#8b949e")

Group = tuple[str, "Sequence[float]"]


def bars(title: str, series: Sequence[str], groups: Sequence[Group]) -> str:
    """Each group's values in seconds, as bars in relation to its own longest one."""
    group_height = len(series) * BAR_HEIGHT + GAP
    height = TOP + len(groups) * group_height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {STYLE}>',
        f"<title>{escape(title)}</title>",
        f'<text x="0" y="16" font-size="14" font-weight="600">{escape(title)}</text>',
    ]
    for index, name in enumerate(series):
        x = index * WIDTH // len(series)
        parts.append(f'<rect x="{x}" y="30" width="10" height="10" fill="{COLOURS[index]}"/>')
        parts.append(f'<text x="{x + 16}" y="39">{escape(name)}</text>')
    for number, (label, values) in enumerate(groups):
        y = TOP + number * group_height
        parts.append(
            f'<text x="0" y="{y + len(values) * BAR_HEIGHT // 2 + 4}">{escape(label)}</text>'
        )
        for index, value in enumerate(values):
            parts += _bar(y + index * BAR_HEIGHT, value, max(values), COLOURS[index])
    return "\n".join([*parts, "</svg>", ""])


def _bar(y: int, value: float, longest: float, colour: str) -> list[str]:
    width = max(1.0, BAR_WIDTH * value / longest)
    return [
        f'<rect x="{LABEL_WIDTH}" y="{y}" width="{width:.1f}" height="{HIGH}" fill="{colour}"/>',
        f'<text x="{LABEL_WIDTH + width + 6:.1f}" y="{y + BAR_HEIGHT - 4}">{value:.1f} s</text>',
    ]
