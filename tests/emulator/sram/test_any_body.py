import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_collab.emulator import Emulator

from .client import NEW, Api

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["a@x.test", "admin", "Research", "g", "urn:erin", "https://mail.example.org", 1_907_712_000])
)
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner), max_leaves=5
)
_FIELDS = (
    *NEW,
    *("expiry_date", "tags", "units", "logo", "website_url", "support_email", "administrator", "message", "uuid4"),
    *("invites", "intended_role", "groups", "invitation_expiry_date", "membership_expiry_date", "sender_name"),
    *("uid", "role", "service_entity_id", "collaboration_identifier", "auto_provision_members"),
)
_OPERATIONS = (
    ("POST", "/collaborations/v1"),
    ("PUT", "/collaborations/v1/{co}/units"),
    ("PUT", "/collaborations/v1/{co}/members"),
    ("PUT", "/invitations/v1/collaboration_invites"),
    ("PATCH", "/invitations/v1/update/{invitation}"),
    ("PUT", "/invitations/v1/resend/{invitation}"),
    ("PUT", "/collaborations_services/v1/connect_collaboration_service/{co}"),
    ("PUT", "/collaborations_services/v1/disconnect_collaboration_service"),
    ("POST", "/groups/v1"),
    ("PUT", "/groups/v1/{group}"),
    ("POST", "/groups/v1/{group}"),
)
_IDENTIFIERS = {
    name: f"00000000-0000-4000-8000-{number:012}" for number, name in enumerate(("co", "invitation", "group"))
}
_WORLD: dict[str, Any] = {
    "quantconnect": {},
    "teamhub": {},
    "sram": {
        "organisations": [
            {"name": "Demo", "short_name": "demo", "units": ["Research"], "keys": [{"token": "demo-sram-token"}]}
        ],
        "users": [{"uid": "urn:erin"}],
        "services": [{"entity_id": "https://mail.example.org", "abbreviation": "mail"}],
        "collaborations": [
            {
                "organisation": "demo",
                "name": "AI",
                "short_name": "ai",
                "identifier": _IDENTIFIERS["co"],
                "memberships": [{"uid": "urn:erin"}],
                "invitations": [{"email": "b@x.test", "identifier": _IDENTIFIERS["invitation"]}],
                "groups": [{"name": "g", "short_name": "g", "identifier": _IDENTIFIERS["group"]}],
            }
        ],
    },
}


@pytest.fixture(scope="module")
def anything() -> Iterator[Api]:
    """A caller in a world that has one of each thing."""
    with Emulator(seed=_WORLD) as emulator, Api(emulator) as caller:
        yield caller


@settings(deadline=None)  # others may use the machine
@given(
    operation=st.sampled_from(_OPERATIONS),
    changes=st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=3),
    whole=_JSON,
    as_object=st.booleans(),
)
def test_any_body_is_answered(
    anything: Api, operation: tuple[str, str], changes: dict[str, Any], whole: Any, as_object: bool
) -> None:
    """Whatever is sent, the answer is one of the server's own, and the world can still be read and seeded."""
    anything.emulator.reset()
    method, path = operation
    usual = {**NEW, "invites": ["a@x.test"], "name": "G", "collaboration_identifier": _IDENTIFIERS["co"]}
    if "invitations" in path:
        del usual["short_name"]
    answer = anything.send(method, path.format(**_IDENTIFIERS), {**usual, **changes} if as_object else whole)
    assert answer.json() is not None
    assert answer.headers["x-session-alive"] == "true"
    assert answer.status_code in (201, 400, 403, 404, 409, 500)
    anything.listed()
    before = json.dumps(anything.emulator.state())
    anything.emulator.seed(json.loads(before))
    assert json.dumps(anything.emulator.state()) == before
    anything.emulator.seed(_WORLD)
