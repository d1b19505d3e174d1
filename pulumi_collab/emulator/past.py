"""The world as it was before the last change: what a listing that lags behind still shows."""

from typing import Any

from pydantic import BaseModel

from pulumi_collab.emulator.world import World


class Past:
    """For each platform, its part of the world before the last call or control that changed it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._now: dict[str, Any] = {name: section.model_dump() for name, section in world.sections.items()}
        self._before = dict(self._now)

    def note(self, platform: str) -> None:
        """Something may have changed."""
        now = self._world.sections[platform].model_dump()
        if now != self._now[platform]:
            self._before[platform], self._now[platform] = self._now[platform], now

    def section(self, platform: str) -> BaseModel:
        """A copy of the platform's section as it was; as it is, where nothing has changed yet."""
        return type(self._world.sections[platform]).model_validate(self._before[platform])
