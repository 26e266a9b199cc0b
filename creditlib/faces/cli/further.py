"""Commands other installed packages add to `credit`: the entry points of the group `creditlib.commands`, each a Typer app.

What must stay true: the library imports none of them by name; one is loaded when it is called or when help lists it, never for another
command; one that can't be loaded takes nothing else with it.
"""

from __future__ import annotations

from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

GROUP: Final = "creditlib.commands"


class WithFurther(TyperGroup):
    """The commands of the library, then those found by entry point."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        own = super().list_commands(ctx)
        return [*own, *sorted(set(_entries()) - set(own))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by its name, None for one there is not."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        entry = _entries().get(cmd_name)
        if entry is None:
            return None
        try:
            return typer.main.get_command(entry.load())
        except ImportError as error:
            return _broken(cmd_name, error)


def _broken(name: str, error: ImportError) -> TyperCommand:
    """Return a command that says why it can't be loaded, once it is called."""

    def say_so() -> None:
        raise error

    settings = {"ignore_unknown_options": True, "allow_extra_args": True}
    return TyperCommand(name, callback=say_so, help=f"(can't be loaded: {error})", context_settings=settings)


def _entries() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=GROUP)}
