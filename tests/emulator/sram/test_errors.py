from typing import Any

import pytest
import requests

from .client import NEW, Api

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "Invalid username or password"),
        ("demo-sram-token", "Invalid username or password"),
        ("Basic ZGVtbzpkZW1v", "Invalid username or password"),
        ("Bearer wrong", "Invalid API key"),
        ("Bearer ", "Invalid API key"),
        ("Bearer  demo-sram-token", "Invalid API key"),
    ],
)
def test_bad_credentials(api: Api, authorization: str | None, message: str) -> None:
    """No key and no bearer are told from a wrong key; both are 401."""
    headers = {"Authorization": authorization} if authorization else {}
    answer = requests.get(f"{api.base}/api/organisations/v1", headers=headers, timeout=30)
    assert answer.status_code == 401
    assert answer.json()["message"].endswith(message)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_schemes_case_does_not_matter(api: Api, scheme: str) -> None:
    """The scheme's case does not matter."""
    headers = {"Authorization": f"{scheme} {api.token}"}
    assert api.send("GET", "/organisations/v1", headers=headers).status_code == 200


def test_headers_of_every_answer(api: Api, co: Any) -> None:
    """Good, bad and empty answers have the same headers; no cookie, no limits."""
    answers = [
        api.send("GET", "/organisations/v1"),
        api.send("GET", f"/collaborations/v1/{UNKNOWN}"),
        api.send("DELETE", f"/collaborations/v1/{co['identifier']}"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 204]
    for answer in answers:
        assert answer.headers["x-session-alive"] == "true"
        assert answer.headers["Vary"] == "Cookie"
        assert answer.headers["Content-Type"] == "application/json"
        assert not {"Set-Cookie", "ETag"} & answer.headers.keys()


def test_a_message_names_class_url_and_address(api: Api) -> None:
    """A message is for people, and echoes the URL with its query and the caller's address."""
    answer = api.send("GET", f"/collaborations/v1/{UNKNOWN}?x=1")
    url = f"{api.base}/api/collaborations/v1/{UNKNOWN}?x=1"
    assert answer.json()["message"].startswith(f"NotFound: {url}. IP: 127.0.0.1. The requested URL was not found")


@pytest.mark.parametrize("token", ["", "wrong"])
@pytest.mark.parametrize("path", ["/nothing", "/services/v1", "/tags/v1", "/collaborations/v1/x/y"])
def test_unknown_paths_come_before_the_key(api: Api, path: str, token: str) -> None:
    """A path that does not exist is 404 without `error`, whatever the key."""
    answer = api.send("GET", path, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 404
    assert answer.json() == {"message": f"{api.base}/api{path} not found"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/collaborations/v1"),
        ("PUT", "/collaborations/v1/x"),
        ("PATCH", "/collaborations/v1/x"),
        ("POST", "/collaborations/v1/x"),
        ("GET", "/collaborations/v1/x/members"),
        ("GET", "/groups/v1/x"),
        ("POST", "/invitations/v1/collaboration_invites"),
        ("PATCH", "/invitations/v1/x"),
        ("POST", "/collaborations_services/v1/connect_collaboration_service/x"),
        ("GET", "/collaborations_services/v1/connect_collaboration_service/x"),
        ("DELETE", "/collaborations_services/v1/disconnect_collaboration_service/x"),
    ],
)
def test_there_is_no_such_method(api: Api, method: str, path: str) -> None:
    """A method that a path does not take is 405 and a page, not JSON, whatever the key."""
    answer = api.send(method, path, headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 405
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_list_that_is_not_there(api: Api) -> None:
    """GET of the collaborations' path is the one 405 in JSON."""
    status, message = api.refused("GET", "/collaborations/v1")
    assert (status, message.partition(":")[0]) == (405, "MethodNotAllowed")


def test_paths_of_the_web_interface(api: Api) -> None:
    """A key on a path that is not for keys is 401."""
    status, message = api.refused("PUT", "/collaboration_memberships/expiry", {})
    assert status == 401
    assert message.endswith("Invalid username or password")


def test_trailing_slashes_and_head(api: Api, co: Any) -> None:
    """A trailing slash is accepted, HEAD works, and identifiers match whatever their case."""
    path = f"/collaborations/v1/{co['identifier'].upper()}/"
    assert api.ok("GET", path, status=200)["identifier"] == co["identifier"]
    head = api.send("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert api.send("GET", f"/collaborations/v1/{co['uuid4']}").status_code == 404


FOREIGN: list[tuple[str, str, Any, int]] = [
    ("GET", "/collaborations/v1/{}", None, 403),
    ("DELETE", "/collaborations/v1/{}", None, 403),
    ("PUT", "/collaborations/v1/{}/members", {"uid": "urn:ann", "role": "admin"}, 403),
    ("DELETE", "/collaborations/v1/{}/members/urn:ann", None, 403),
    ("PUT", "/collaborations/v1/{}/units", [], 404),
    ("GET", "/invitations/v1/invitations/{}", None, 403),
    ("PUT", "/collaborations_services/v1/connect_collaboration_service/{}", {"service_entity_id": "x"}, 403),
    ("PUT", "/collaborations_services/v1/disconnect_collaboration_service/{}", {"service_entity_id": "x"}, 403),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), FOREIGN)
def test_foreign_collaborations(harbour: Api, lighthouse: Api, method: str, path: str, body: Any, status: int) -> None:
    """A key of another organisation is refused, mostly with 403, and changes nothing."""
    [beacon] = lighthouse.listed()
    sent = {} if body is None else {"body": body}
    got, message = harbour.refused(method, path.format(beacon["identifier"]), **sent)
    assert got == status
    if "services" in path:
        assert message.endswith(f"Collaboration {beacon['identifier']} is not part of organisation Harbour Institute")
    elif status == 403:
        assert message.endswith(
            "ApiKey Organisation(Harbour Institute) does not equals the "
            "Organisation(Lighthouse University) of the Collaboration(Beacon)"
        )
    assert lighthouse.listed() == [beacon]


def test_foreign_invitations_and_groups(harbour: Api, lighthouse: Api) -> None:
    """What is in a foreign collaboration is as foreign as it is."""
    [beacon] = lighthouse.listed()
    invitation_id = lighthouse.invited(beacon)
    group = {"name": "G", "short_name": "g", "collaboration_identifier": beacon["identifier"]}
    identifier = lighthouse.ok("POST", "/groups/v1", group)["identifier"]
    for method, path in [
        ("GET", f"/invitations/v1/{invitation_id}"),
        ("DELETE", f"/invitations/v1/{invitation_id}"),
        ("PUT", f"/invitations/v1/resend/{invitation_id}"),
        ("DELETE", f"/groups/v1/{identifier}"),
    ]:
        assert harbour.refused(method, path)[0] == 403
    assert lighthouse.invitation(invitation_id)["status"] == "open"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/collaborations/v1/{}", None),
        ("PUT", "/collaborations/v1/{}/units", []),
        ("PUT", "/collaborations/v1/{}/members", {"uid": "x", "role": "admin"}),
        ("DELETE", "/collaborations/v1/{}/members/x", None),
        ("GET", "/invitations/v1/{}", None),
        ("DELETE", "/invitations/v1/{}", None),
        ("PATCH", "/invitations/v1/update/{}", {}),
        ("PUT", "/invitations/v1/resend/{}", None),
        ("GET", "/invitations/v1/invitations/{}", None),
        ("PUT", "/groups/v1/{}", {}),
        ("DELETE", "/groups/v1/{}", None),
        ("POST", "/groups/v1/{}", {"uid": "x"}),
        ("DELETE", "/groups/v1/{}/members/x", None),
    ],
)
def test_unknown_identifiers(api: Api, method: str, path: str, body: Any) -> None:
    """An unknown identifier is 404 on most paths, with a text of the database's."""
    sent = {} if body is None else {"body": body}
    message = "No row was found when one was required"
    assert api.refused(method, path.format(UNKNOWN), **sent) == (404, message)


@pytest.mark.parametrize(
    ("headers", "data", "status", "name"),
    [
        ({}, "{}", 415, "UnsupportedMediaType"),
        ({"Content-Type": "text/plain"}, "{}", 415, "UnsupportedMediaType"),
        ({"Content-Type": "application/json"}, "{", 400, "BadRequest"),
        ({"Content-Type": "application/json"}, "", 400, "BadRequest"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/collaborations/v1"),
        ("PUT", "/invitations/v1/collaboration_invites"),
        ("PUT", "/collaborations_services/v1/connect_collaboration_service"),
        ("POST", "/groups/v1"),
    ],
)
def test_bodies_must_be_json(
    api: Api, method: str, path: str, headers: dict[str, str], data: str, status: int, name: str
) -> None:
    """No JSON content type is 415; broken or empty JSON is 400."""
    answer = api.send(method, path, headers=headers, data=data.encode())
    assert (answer.status_code, answer.json()["message"].partition(":")[0]) == (status, name)


@pytest.mark.parametrize("body", [[], "x", 1, None])
def test_bodies_of_another_type(api: Api, body: Any) -> None:
    """JSON that is no object is 500 where an object is needed."""
    assert api.refused("POST", "/collaborations/v1", body)[0] == 500
    assert api.refused("PUT", "/invitations/v1/collaboration_invites", body)[0] == 500


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", 5),
        ("name", "half a character: \ud800"),
        ("short_name", None),
        ("short_name", 5),
        ("tags", None),
        ("tags", [1]),
        ("units", None),
        ("administrators", None),
        ("administrators", 5),
        ("administrators", [None]),
        ("disable_join_requests", "yes"),
        ("disclose_member_information", []),
        ("disclose_email_information", 2),
        ("expiry_date", "tomorrow"),
        ("expiry_date", [1]),
        ("expiry_date", 1_907_712_000_000),
        ("website_url", 5),
    ],
)
def test_wrong_types_are_500(api: Api, field: str, value: Any) -> None:
    """Null or a wrong type in a field is 500 with Python's text, every time, and makes nothing."""
    status, message = api.refused("POST", "/collaborations/v1", {**NEW, field: value})
    assert status == 500
    assert "IP:" not in message
    assert api.listed() == []


def test_a_refusal_asked_for_is_a_database_error(api: Api) -> None:
    """`Database error` does not mean that nothing was made."""
    api.emulator.fault("sram", "collaborations/create", "refuse", when="after")
    assert api.refused("POST", "/collaborations/v1", NEW) == (400, "Database error")
    assert len(api.listed()) == 1


def test_no_rate_limit_and_no_paging(api: Api) -> None:
    """Many quick requests are all answered, and paging parameters ignored."""
    for number in range(30):
        api.create(name=f"C {number}", short_name=f"c{number}")
    assert len(api.listed("?page=2&limit=5")) == 30


def test_a_key_of_a_unit(harbour: Api, research: Api) -> None:
    """A unit's key sees and makes collaborations of its unit only."""
    free = harbour.create(name="Free", short_name="free")
    both = harbour.create(name="Both", short_name="both", units=["Research", "Support"])
    mine = research.create(name="Mine", short_name="mine", units=["Support"])
    assert mine["units"] == ["Research"]
    assert [each["name"] for each in research.listed()] == ["Mine"]
    for other in (free, both):
        status, message = research.refused("GET", f"/collaborations/v1/{other['identifier']}")
        assert status == 403
        assert message.endswith(f"ApiKey with units (['Research']) has no access to collaboration {other['name']}")
    status, message = research.refused("PUT", f"/collaborations/v1/{mine['identifier']}/units", [])
    assert status == 403
    assert "API key is scoped with units" in message
