from typing import Any

import pytest

from .client import Api

MAIL, VAULT = "https://mail.example.org", "https://vault.example.org"
CONNECT = "/collaborations_services/v1/connect_collaboration_service"
DISCONNECT = "/collaborations_services/v1/disconnect_collaboration_service"


def connected(api: Api, co: Any) -> list[str]:
    """The services that the collaboration uses."""
    return [each["entity_id"] for each in api.read(co)["services"]]


@pytest.mark.parametrize("deprecated", [False, True])
def test_connect_and_disconnect(api: Api, co: Any, deprecated: bool) -> None:
    """Both pairs of paths connect and disconnect; connecting again is 201, disconnecting again 409."""
    suffix = "" if deprecated else f"/{co['identifier']}"
    body = {"service_entity_id": MAIL, **({"short_name": "ai_computing"} if deprecated else {})}
    for _ in range(2):
        assert api.ok("PUT", CONNECT + suffix, body) == {
            "status": "connected",
            "collaboration": {"organisation_short_name": "demo", "short_name": "ai_computing"},
            "service": {"entity_id": MAIL},
        }
        assert connected(api, co) == [MAIL]
    assert api.ok("PUT", DISCONNECT + suffix, body)["status"] == "disconnected"
    assert connected(api, co) == []
    message = f"Service {MAIL} is not connected to collaboration AI computing"
    assert api.refused("PUT", DISCONNECT + suffix, body) == (409, message)


@pytest.mark.parametrize("sent", ["https://OPEN.service.test", "https://open.service.test  "])
def test_the_answer_has_the_stored_entity_id(harbour: Api, sent: str) -> None:
    """The entity id matches ignoring case and blanks at its end, and is answered as it is stored."""
    made = harbour.create()
    assert harbour.connect(made, sent)["service"]["entity_id"] == "https://Open.Service.test"
    assert connected(harbour, made) == ["https://Open.Service.test"]


@pytest.mark.parametrize(
    ("service", "status", "text"),
    [
        ("https://closed.example.org", 400, "not_allowed_organisation (service 5, org 1, co 6)"),
        (VAULT, 400, "Collaboration ai_computing has no administrator"),
        ("https://nowhere.example.org", 404, "No row was found when one was required"),
        (5, 404, "No row was found when one was required"),
    ],
)
def test_refused_connections(api: Api, co: Any, service: Any, status: int, text: str) -> None:
    """What is not allowed, needs an administrator or is unknown is refused, and nothing is connected."""
    api.create(name="B", short_name="b", administrators=["a@x.test"])
    got, message = api.refused("PUT", f"{CONNECT}/{co['identifier']}", {"service_entity_id": service})
    assert got == status
    assert message.endswith(text)
    assert connected(api, co) == []


def test_a_service_that_everybody_has(harbour: Api) -> None:
    """A service that is connected to all anyway is refused."""
    path = f"{CONNECT}/{harbour.create()['identifier']}"
    status, message = harbour.refused("PUT", path, {"service_entity_id": "https://all.service.test"})
    assert status == 400
    assert "Connection not allowed (service " in message


@pytest.mark.parametrize("path", [CONNECT, DISCONNECT])
def test_missing_and_unknown(api: Api, co: Any, path: str) -> None:
    """No entity id is 400, an unknown one 404, and an unknown collaboration 403 by either path."""
    assert api.refused("PUT", f"{path}/{co['identifier']}", {}) == (400, "Missing key 'service_entity_id'")
    assert api.refused("PUT", f"{path}/{co['identifier']}", {"service_entity_id": "x"})[0] == 404
    assert api.refused("PUT", path, {"service_entity_id": MAIL}) == (400, "Missing key 'short_name'")
    status, message = api.refused("PUT", f"{path}/nope", {"service_entity_id": MAIL})
    assert (status, message.endswith("Collaboration nope is not part of organisation Demo")) == (403, True)
    assert api.refused("PUT", path, {"service_entity_id": MAIL, "short_name": "nope"})[0] == 403


def test_an_invited_admin_does_not_count(api: Api) -> None:
    """A service that needs approval needs an admin member."""
    made = api.create(administrators=["a@x.test"])
    api.member(made)
    body = {"service_entity_id": VAULT}
    assert api.refused("PUT", f"{CONNECT}/{made['identifier']}", body)[1].endswith("has no administrator")
    api.ok("PUT", f"/collaborations/v1/{made['identifier']}/members", {"uid": "urn:erin", "role": "admin"})
    assert api.connect(made, VAULT)["status"] == "pending"


def test_pending_cannot_be_seen(api: Api, co: Any) -> None:
    """Nothing shows a pending request; asking again is 400, disconnecting 409."""
    api.member(co, intended_role="admin")
    before = api.read(co)
    assert api.connect(co, VAULT)["status"] == "pending"
    assert api.read(co) == before
    status, message = api.refused("PUT", f"{CONNECT}/{co['identifier']}", {"service_entity_id": VAULT})
    assert status == 400
    assert message.endswith("A service connection request already exists between Vault and AI computing")
    assert api.refused("PUT", f"{DISCONNECT}/{co['identifier']}", {"service_entity_id": VAULT})[0] == 409


def test_denied(api: Api, co: Any) -> None:
    """After a denial connecting makes a new request."""
    api.member(co, intended_role="admin")
    for _ in range(2):
        assert api.connect(co, VAULT)["status"] == "pending"
        api.act("decide", collaboration="ai_computing", service_entity_id=VAULT, decision="deny")
        assert connected(api, co) == []


def test_approved(api: Api, co: Any) -> None:
    """After approval it is connected; once disconnected it needs approval again."""
    api.member(co, intended_role="admin")
    api.connect(co, VAULT)
    api.act("decide", collaboration=co["identifier"], service_entity_id=VAULT, decision="approve")
    assert connected(api, co) == [VAULT]
    assert api.connect(co, VAULT)["status"] == "connected"
    api.ok("PUT", f"{DISCONNECT}/{co['identifier']}", {"service_entity_id": VAULT})
    assert api.connect(co, VAULT)["status"] == "pending"


def test_a_request_goes_with_its_collaboration(api: Api, co: Any) -> None:
    """A new collaboration of the same name has not asked for anything."""
    api.member(co, intended_role="admin")
    api.connect(co, VAULT)
    api.ok("DELETE", f"/collaborations/v1/{co['identifier']}", status=204)
    again = api.create()
    api.member(again, "bob", intended_role="admin")
    assert api.connect(again, VAULT)["status"] == "pending"
