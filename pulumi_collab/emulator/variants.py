"""Variants: how the emulator plays what nobody knows for sure about a service."""

from collections.abc import Mapping
from typing import Any

from pulumi_collab.emulator.documents import ControlError
from pulumi_collab.emulator.platform import Platform


class Variants:
    """The chosen value of each platform's variants; the default is the first of the choices."""

    def __init__(self, platforms: Mapping[str, Platform[Any]]) -> None:
        self._choices = {name: platform.variants for name, platform in platforms.items()}
        self._values: dict[str, dict[str, str]] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the defaults."""
        self._values = {
            platform: {name: choices[0] for name, choices in variants.items()}
            for platform, variants in self._choices.items()
        }

    def of(self, platform: str) -> Mapping[str, str]:
        """The values of one platform."""
        return self._values[platform]

    def values(self) -> dict[str, dict[str, str]]:
        """The values of all platforms, in the form that `choose` takes."""
        return {platform: dict(values) for platform, values in self._values.items()}

    def choose(self, wanted: Any) -> None:
        """Sets `{platform: {name: value}}`; nothing is set where one of them is unknown."""
        if not isinstance(wanted, Mapping):
            raise ControlError('variants are an object like {"quantconnect": {"delete_key": "either"}}')
        for platform, values in wanted.items():
            if platform not in self._choices:
                raise ControlError(f"unknown platform {platform!r}: there is {', '.join(self._choices)}")
            if not isinstance(values, Mapping):
                raise ControlError(f'{platform}: variants are an object like {{"name": "value"}}')
            for name, value in values.items():
                choices = self._choices[platform].get(name)
                if choices is None:
                    known = ", ".join(self._choices[platform])
                    raise ControlError(f"{platform} has no variant {name!r}: there is {known}")
                if value not in choices:
                    raise ControlError(f"{platform}.{name} cannot be {value!r}: one of {', '.join(choices)}")
        for platform, values in wanted.items():
            self._values[platform].update(values)

    def table(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What `GET /_emulator/variants` shows."""
        return {
            platform: {
                name: {"value": self._values[platform][name], "choices": list(choices)}
                for name, choices in variants.items()
            }
            for platform, variants in self._choices.items()
        }
