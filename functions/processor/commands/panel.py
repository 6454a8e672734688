"""The screens of the settings panel: what was chosen, and buttons to choose otherwise.

Pure: a ``View`` in, a ``Screen`` out. Which screen and which choice a button means stands in its
callback data, see ``choices``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from processor.commands.choices import ANSWERS, HINTS_LIMIT, MODES, formats_of
from processor.commands.languages import COMMON, language_name
from processor.commands.screen import Screen, button, rows
from processor.wishes import AUTO, TEXT
from shared.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from processor.commands.deployment import Deployment
    from shared.ports import Button, ChatPreferences

SETTINGS = "settings"
ELSEWHERE = ("history", "status", "privacy", "forget")
"""Screens the panel leads to, on which nothing is chosen: others draw them."""
LANGUAGES_PER_PAGE = 12
LANGUAGES_PER_ROW = 3
BUTTONS_PER_ROW = 2
MARK = "✓ "


@dataclass(frozen=True, slots=True)
class View:
    """What a panel is drawn from."""

    locale: str
    private: bool
    """A user's own settings; else those of a group or channel."""
    chosen: ChatPreferences
    deployment: Deployment
    username: str = ""
    """The bot's name, where messages are hidden from it."""
    hidden: bool = False
    """Whether the group's messages do not reach the bot unasked (privacy mode)."""

    def say(self, key: str, **figures: object) -> str:
        """The sentence in the reader's language."""
        return say(self.locale, key, **figures)

    @property
    def language(self) -> str | None:
        """The language in force; None in a group that leaves it to each member."""
        fallback = (self.deployment.language or AUTO) if self.private else None
        return self.chosen.language or fallback

    @property
    def engine(self) -> str | None:
        """The same for the engine; one that is no longer configured counts as none."""
        known = self.chosen.engine in (AUTO, *self.deployment.engines)
        return self.chosen.engine if known else (AUTO if self.private else None)

    @property
    def mode(self) -> str:
        """What the group is served."""
        return self.chosen.mode or self.deployment.group_mode


def screen(view: View, name: str) -> Screen:
    """The screen ``name``; ``language-2`` is the second page. KeyError where there is none."""
    base, _, page = name.partition("-")
    if base == "language":
        return _languages(view, int(page) if page.isdecimal() else page_of(view.language))
    return SCREENS[base](view)


def page_of(language: str | None) -> int:
    """The page of the language screen that has ``language``, the first where none has."""
    codes = list(COMMON)
    return 1 + (codes.index(language) // LANGUAGES_PER_PAGE if language in codes else 0)


def _settings(view: View) -> Screen:
    lines = [
        view.say("settings_yours" if view.private else "settings_group"),
        "",
        view.say("settings_language", language=_language_shown(view)),
        view.say("settings_format", formats=_formats_shown(view)),
        view.say("settings_timestamps", switch=_switch(view, view.chosen.timestamps)),
    ]
    if view.deployment.speakers:
        lines.append(view.say("settings_speakers", switch=_switch(view, view.chosen.speakers)))
    if len(view.deployment.engines) > 1:
        lines.append(view.say("settings_engine", engine=_engine_shown(view)))
    if view.deployment.hints:
        terms = ", ".join(view.chosen.hints) or view.say("hints_none")
        lines.append(view.say("settings_hints", hints=terms))
    if not view.private:
        who = "lock_open" if view.chosen.open_to_all else "lock_admins"
        lines += [
            view.say("settings_mode", mode=view.say(f"mode_{view.mode}")),
            view.say("settings_lock", who=view.say(who)),
        ]
    elsewhere = [button(view.say(f"button_{name}"), "open", name) for name in ELSEWHERE]
    choices = rows(_settings_buttons(view), BUTTONS_PER_ROW)
    return Screen("\n".join(lines), [*choices, *rows(elsewhere, BUTTONS_PER_ROW)])


def _settings_buttons(view: View) -> list[Button]:
    buttons = [
        button(view.say("button_language"), "open", "language"),
        button(view.say("button_format"), "open", "format"),
        _toggle(view, "timestamps", on=bool(view.chosen.timestamps)),
        # Also where no engine can: pressed, it says what the operator would need.
        _toggle(view, "speakers", on=bool(view.chosen.speakers) and view.deployment.speakers),
    ]
    if len(view.deployment.engines) > 1:
        buttons.append(button(view.say("button_engine"), "open", "engine"))
    if view.deployment.hints:
        buttons.append(button(view.say("button_hints"), "open", "hints"))
    if not view.private:
        buttons.append(button(view.say("button_mode"), "open", "mode"))
        buttons.append(_toggle(view, "open", on=bool(view.chosen.open_to_all)))
    return buttons


def _languages(view: View, page: int) -> Screen:
    codes = list(COMMON)
    pages = -(-len(codes) // LANGUAGES_PER_PAGE)
    page = min(max(page, 1), pages)
    shown = codes[(page - 1) * LANGUAGES_PER_PAGE : page * LANGUAGES_PER_PAGE]
    choices = [_choice("language", code, COMMON[code], view.language) for code in shown]
    turns = [button("‹", "open", f"language-{page - 1}")] if page > 1 else []
    turns += [button("›", "open", f"language-{page + 1}")] if page < pages else []
    keyboard = [
        [_choice("language", AUTO, view.say("language_detected"), view.language)],
        *rows(choices, LANGUAGES_PER_ROW),
        turns,
        [_back(view)],
    ]
    return Screen(view.say("language_screen", language=_language_shown(view)), keyboard)


def _formats(view: View) -> Screen:
    wanted = formats_of(view.chosen)
    choices = [
        _marked("format", name, _format_name(view, name), chosen=name in wanted) for name in ANSWERS
    ]
    files = rows(choices[1:], BUTTONS_PER_ROW)
    return Screen(view.say("format_screen"), [choices[:1], *files, [_back(view)]])


def _engines(view: View) -> Screen:
    """Where there is one engine, it is told, and there is nothing to press."""
    engines = view.deployment.engines
    if len(engines) == 1:
        return Screen(view.say("engine_only", engine=" · ".join(*engines.items())), [[_back(view)]])
    choices = [_choice("engine", AUTO, view.say("engine_auto"), view.engine)]
    choices += [
        _choice("engine", name, f"{name} · {model}", view.engine) for name, model in engines.items()
    ]
    return Screen(view.say("engine_screen"), [*rows(choices, 1), [_back(view)]])


def _hints(view: View) -> Screen:
    if not view.deployment.hints:
        return Screen(view.say("hints_unavailable"), [[_back(view)]])
    terms = "\n".join(f"• {term}" for term in view.chosen.hints) or view.say("hints_none")
    clear = [[button(view.say("button_hints_clear"), "set", "hints-clear")]]
    return Screen(
        view.say("hints_screen", hints=terms, limit=HINTS_LIMIT),
        [*(clear if view.chosen.hints else []), [_back(view)]],
    )


def _mode(view: View) -> Screen:
    """Open in groups and channels alone."""
    if view.private:
        raise KeyError("mode")
    text = view.say("mode_screen")
    if view.mode == "all" and view.hidden:
        text += "\n\n" + view.say("mode_hidden", username=view.username)
    choices = [_choice("mode", name, view.say(f"mode_{name}"), view.mode) for name in MODES]
    return Screen(text, [*rows(choices, 1), [_back(view)]])


SCREENS: dict[str, Callable[[View], Screen]] = {
    SETTINGS: _settings,
    "format": _formats,
    "engine": _engines,
    "hints": _hints,
    "mode": _mode,
}


def _choice(item: str, value: str, label: str, current: str | None) -> Button:
    return _marked(item, value, label, chosen=value == current)


def _marked(item: str, value: str, label: str, *, chosen: bool) -> Button:
    return button(f"{MARK if chosen else ''}{label}", "set", f"{item}-{value}")


def _toggle(view: View, item: str, *, on: bool) -> Button:
    """A button that says how things are, and turns them round."""
    label = view.say(f"button_{item}")
    return button(f"{MARK if on else ''}{label}", "set", f"{item}-{'off' if on else 'on'}")


def _back(view: View) -> Button:
    return button(view.say("button_back"), "open", SETTINGS)


def _language_shown(view: View) -> str:
    if view.language is None:
        return view.say("members_choice")
    return view.say("language_detected") if view.language == AUTO else language_name(view.language)


def _engine_shown(view: View) -> str:
    if view.engine is None:
        return view.say("members_choice")
    return view.say("engine_auto") if view.engine == AUTO else view.engine


def _formats_shown(view: View) -> str:
    if view.chosen.formats is None and not view.private:
        return view.say("members_choice")
    return ", ".join(_format_name(view, name) for name in formats_of(view.chosen))


def _format_name(view: View, name: str) -> str:
    return view.say("format_text") if name == TEXT else name.upper()


def _switch(view: View, value: bool | None) -> str:  # noqa: FBT001 - a preference's value
    if value is None and not view.private:
        return view.say("members_choice")
    return view.say("switched_on" if value else "switched_off")
