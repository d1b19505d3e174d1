"""A unit test of a program: no engine, no service, only Pulumi's mocks."""

from typing import Any

import pulumi


class Mocks(pulumi.runtime.Mocks):
    """Says of each resource that it exists as declared."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.inputs['project_id']}/{args.inputs['user']}", args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
        return {}, None


pulumi.runtime.set_mocks(Mocks())

from team import declare_team  # noqa: E402 - resources are made under the mocks


@pulumi.runtime.test  # type: ignore[untyped-decorator]  # Pulumi gives it no types
def test_only_traders_may_trade() -> "pulumi.Output[None]":
    """Live control and writing go together, and nobody else has either."""
    people = declare_team(23456789, traders=["mia-ai"], readers=["jo", "auditor"])

    def look(seen: list[Any]) -> None:
        rights = {user: (permission, live) for user, permission, live in seen}
        assert rights == {"mia-ai": ("write", True), "jo": ("read", False), "auditor": ("read", False)}

    return pulumi.Output.all(*(pulumi.Output.all(p.user, p.permission, p.live_control) for p in people)).apply(look)
