import base64
from typing import Any

import pytest
import requests

from .client import NEW, Api

ALWAYS = {
    "accepted_user_policy",
    "collaboration_memberships_count",
    "created_at",
    "created_by",
    "description",
    "disable_join_requests",
    "disclose_email_information",
    "disclose_member_information",
    "expiry_date",
    "global_urn",
    "id",
    "identifier",
    "invitations_count",
    "last_activity_date",
    "logo",
    "name",
    "organisation_id",
    "short_name",
    "status",
    "support_email",
    "tags",
    "units",
    "updated_at",
    "updated_by",
    "uuid4",
    "website_url",
}
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()


def test_the_answers_shape(api: Api) -> None:
    """An answer to nothing special has the fields that are always there, and services."""
    made = api.create()
    assert made.keys() == ALWAYS | {"services"}
    assert made["created_by"] == "ext_api"
    assert (made["global_urn"], made["status"]) == ("demo:ai_computing", "active")
    assert made["accepted_user_policy"] is None


def test_the_shape_depends_on_the_request(harbour: Api) -> None:
    """With administrators the organisation comes and services go; with an administrator much more comes."""
    invited = harbour.create(administrators=["a@x.test"])
    assert invited.keys() == ALWAYS | {"organisation"}
    known = harbour.create(name="B", short_name="b", administrator="urn:ann")
    more = {
        "collaboration_memberships",
        "groups",
        "invitations",
        "join_requests",
        "organisation",
        "service_connection_requests",
        "services",
    }
    assert known.keys() == ALWAYS | more
    [membership] = known["collaboration_memberships"]
    assert (membership["role"], "user" in membership) == ("admin", False)


def test_the_hash_that_leaks(harbour: Api) -> None:
    """With an administrator and administrators the answer has the secret by which invitations are accepted."""
    made = harbour.create(administrators=["a@x.test"], administrator="urn:ann")
    [invitation] = harbour.emulator.state()["sram"]["collaborations"][1]["invitations"]
    assert made["invitations"][0]["hash"] == invitation["hash"]
    assert len(invitation["hash"]) == 64


def test_missing_fields_are_all_named(api: Api) -> None:
    """All missing required fields are named at once, in the server's order."""
    body = {"description": "", "disclose_member_information": True, "disclose_email_information": True}
    wanted = "Missing required attributes: ['name', 'disable_join_requests', 'administrators']"
    assert api.refused("POST", "/collaborations/v1", body) == (400, wanted)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " blanks stay "),
        ("name", "n" * 255),
        ("short_name", ""),
        ("short_name", "_1"),
        ("short_name", "a" * 16),
        ("description", ""),
        ("website_url", ""),
        ("website_url", "ssh://host.test"),
        ("support_email", "help@x.test"),
    ],
)
def test_values_kept_as_sent(api: Api, field: str, value: str) -> None:
    """Empty texts, blanks in names and the longest names are kept."""
    made = api.create(**{field: value})
    assert made[field] == api.read(made)[field] == value


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "n" * 256, "Database error"),
        ("description", None, "Database error"),
        ("short_name", "Capital", "Invalid CO short_name: capital"),
        ("short_name", "with-dash", "Invalid CO short_name: withdash"),
        ("short_name", "1digit", "Invalid CO short_name: digit"),
        ("short_name", "a" * 17, f"Invalid CO short_name: {'a' * 16}"),
        ("short_name", "ünïcødé", "Invalid CO short_name: ncd"),
        ("short_name", " blank", "Invalid CO short_name: blank"),
        ("administrators", ["bad", "a@b", "two words@x"], "Invalid emails ['bad', 'two words@x']"),
        ("website_url", "www.x.test", "'www.x.test' is not a valid uri"),
        ("logo", "https://x.test/logo.png", "Invalid Logo: "),
        ("logo", "bm8gcGljdHVyZQ==", "Invalid Logo: "),
        ("logo", "a", "Invalid Logo: "),
        ("logo", 5, "Invalid Logo: "),
        ("tags", ["Bad"], "Invalid collaboration labels: 'Bad'. A label must be "),
        ("tags", ["ok", ""], "Invalid collaboration labels: ''. A label must be "),
        ("tags", ["1st"], "Invalid collaboration labels: '1st'. A label must be "),
        ("tags", ["t" * 33], f"Invalid collaboration labels: '{'t' * 33}'. A label must be "),
        ("units", ["Nope"], "Unit with name Nope and organisation 1 does not exists"),
        ("units", ["research"], "Unit with name 'research' is not a valid unit for organisation 'Demo'."),
        ("expiry_date", 1, "It is not allowed to set the expiry date (1970-01-01 04:00:01+00:00) in the past"),
    ],
)
def test_refused_values(api: Api, field: str, value: Any, message: str) -> None:
    """What a field may not have is 400, and makes nothing."""
    status, text = api.refused("POST", "/collaborations/v1", {**NEW, field: value})
    assert status == 400
    assert message in text
    assert api.listed() == []


@pytest.mark.parametrize(
    ("field", "sent", "kept"),
    [
        ("website_url", "  https://x.test/Path ", "https://x.test/Path"),
        ("disable_join_requests", 1, True),
        ("disclose_member_information", 0, False),
        ("expiry_date", "1907712000", 1_907_712_000),
        ("expiry_date", 1_907_712_000.9, 1_907_712_000),
        ("expiry_date", 0, None),
        ("tags", "abc", ["a", "b", "c"]),
        ("tags", ["t", "t-2_x", "a" * 32], ["t", "t-2_x", "a" * 32]),
        ("units", ["Research", "Research"], ["Research"]),
    ],
)
def test_values_that_are_normalised(api: Api, field: str, sent: Any, kept: Any) -> None:
    """Blanks around a link go, 1 is true, duplicate units fold, and a bare text of tags is taken as letters."""
    made = api.create(**{field: sent})
    for shown in (made[field], api.read(made)[field]):
        assert (sorted(shown) if field == "tags" else shown) == (sorted(kept) if field == "tags" else kept)


@pytest.mark.parametrize("field", ["expiry_date", "logo", "message"])
def test_harmless_nulls(api: Api, field: str) -> None:
    """Null in these means the same as leaving them out."""
    assert api.ok("POST", "/collaborations/v1", {**NEW, field: None})["expiry_date"] is None


def test_null_booleans_are_false(api: Api) -> None:
    """Null becomes false."""
    made = api.ok("POST", "/collaborations/v1", {**NEW, "disclose_member_information": None})
    assert made["disclose_member_information"] is False


@pytest.mark.parametrize(
    "field",
    [
        "accepted_user_policy",
        "organisation_id",
        "identifier",
        "status",
        "global_urn",
        "created_by",
        "services",
        "groups",
        "colour",
    ],
)
def test_fields_that_say_nothing(api: Api, field: str) -> None:
    """What the server decides itself, and what it does not know, is ignored."""
    made = api.create(**{field: "mine"})
    assert made.get(field) != "mine"


def test_create_with_an_id_is_not_played(api: Api, co: Any) -> None:
    """Sending an id would overwrite that collaboration; the emulator refuses it."""
    assert api.refused("POST", "/collaborations/v1", {**NEW, "id": co["id"], "short_name": "b"})[0] == 400
    assert api.read(co)["name"] == co["name"]


@pytest.mark.parametrize(
    ("name", "short_name"),
    [
        ("Probe 19118", "probe19118"),
        ("Ünïcødé 🚀 project", "ncdproject"),
        ("123 go", "go"),
        ("n" * 40, "n" * 16),
        ("!!!", "short_name"),
    ],
)
def test_short_names_made_from_names(api: Api, name: str, short_name: str) -> None:
    """Without a short name one is made from the name."""
    assert api.create(name=name, short_name=None)["short_name"] == short_name


def test_made_short_names_are_numbered(harbour: Api, lighthouse: Api) -> None:
    """A made short name that any organisation has gets a number at its end, within 16 characters."""
    lighthouse.create(name="n" * 16, short_name=None)
    made = [harbour.create(name="n" * length, short_name=None)["short_name"] for length in (17, 18)]
    assert made == ["nnnnnnnnnnnnnnn2", "nnnnnnnnnnnnnnn3"]
    assert [harbour.create(name=name, short_name=None)["short_name"] for name in "!?"] == ["short_name", "short_name2"]


@pytest.mark.parametrize("name", ["Full One", "full one", "Full One  "])
def test_duplicate_names(harbour: Api, name: str) -> None:
    """Names are unique in the organisation, whatever the case and blanks at the end."""
    harbour.create(name="Full One", short_name="full_one")
    wanted = f"Collaboration with name '{name}' already exists within organisation 'Harbour Institute'."
    assert harbour.refused("POST", "/collaborations/v1", {**NEW, "name": name}) == (400, wanted)


def test_duplicate_short_names(harbour: Api, lighthouse: Api) -> None:
    """Short names are unique in the organisation; another one may have the same."""
    harbour.create(short_name="full_one")
    wanted = "Collaboration with short_name 'full_one' already exists within organisation 'Harbour Institute'."
    body = {**NEW, "name": "Other", "short_name": "full_one"}
    assert harbour.refused("POST", "/collaborations/v1", body) == (400, wanted)
    assert lighthouse.create(short_name="full_one")["global_urn"] == "lighthouse:full_one"


def test_default_tags_are_added(lighthouse: Api) -> None:
    """The organisation's default tags are added to those sent."""
    made = lighthouse.create(tags=["mine"])
    assert made["tags"] == ["mine", "lighthouse_all"]
    assert set(lighthouse.read(made)["tags"]) == {"mine", "lighthouse_all"}
    assert lighthouse.create(name="B", short_name="b")["tags"] == ["lighthouse_all"]


def test_tags_and_units_are_sets(harbour: Api) -> None:
    """What is read has another order than what was sent."""
    for number, (tags, units) in enumerate([(["ab", "ba"], ["Support", "Research"]), (["ba", "ab"], ["Research"])]):
        made = harbour.create(name=str(number), short_name=f"c{number}", tags=tags, units=units)
        read = harbour.read(made)
        assert read["tags"] == ["ba", "ab"]
        assert read["units"] == sorted(units)


def test_administrators_are_invited(harbour: Api) -> None:
    """Each administrator gets an invitation as admin, duplicates too, but not the organisation's own."""
    sent = ["a@b@c", "a@x.test", "a@x.test", "boss@harbour.test", "Boss@harbour.test"]
    made = harbour.create(administrators=sent, message="Please")
    invited = harbour.open(made)
    assert [each["invitation"]["email"] for each in invited] == ["a@b@c", "a@x.test", "a@x.test", "Boss@harbour.test"]
    assert {each["intended_role"] for each in invited} == {"admin"}
    assert harbour.mails() == [(each["invitation"]["email"], "administrator") for each in invited]
    assert harbour.read(made)["invitations_count"] == 4
    assert "Please" not in str([made, invited])


@pytest.mark.parametrize("uid", ["urn:nobody", "ann@people.test", "", None, 5])
def test_unknown_administrators_are_ignored(harbour: Api, uid: Any) -> None:
    """An administrator who is no known uid is silently ignored."""
    made = harbour.ok("POST", "/collaborations/v1", {**NEW, "administrator": uid})
    assert harbour.read(made)["collaboration_memberships"] == []


def test_a_known_administrator_is_a_member_at_once(harbour: Api) -> None:
    """A known uid becomes an administrator without an invitation."""
    made = harbour.create(administrator="urn:ann")
    [membership] = harbour.read(made)["collaboration_memberships"]
    assert (membership["role"], membership["user"]["uid"]) == ("admin", "urn:ann")
    assert membership["invitation_id"] is None


@pytest.mark.parametrize("logo", [PICTURE, f"data:image/png;base64,{PICTURE}", "", None])
def test_logos_are_read_as_links(api: Api, logo: str | None) -> None:
    """A picture comes back as a link that needs no key, and where none is sent it is the organisation's."""
    made = api.create(logo=logo)
    assert made["logo"] == f"{api.base}/api/images/collaborations/{made['uuid4']}"
    picture = requests.get(made["logo"], timeout=30)
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.content.startswith(b"\x89PNG")
    assert requests.get(f"{made['logo']}x", timeout=30).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"tags": ["dup", "dup"]},
        {"administrators": ["a@x.test", f"{'a' * 255}@x.test"], "tags": ["new"]},
    ],
)
def test_half_made_collaborations(lighthouse: Api, fields: dict[str, Any]) -> None:
    """After these `Database error`s the collaboration is there, without tags or without invitations."""
    assert lighthouse.refused("POST", "/collaborations/v1", {**NEW, **fields}) == (400, "Database error")
    half = lighthouse.listed()[-1]
    assert (half["short_name"], half["tags"]) == (NEW["short_name"], [])
    assert lighthouse.open(half) == []
    assert lighthouse.refused("POST", "/collaborations/v1", {**NEW, **fields})[1].startswith("Collaboration with name")


def test_the_race_for_a_new_tag(api: Api) -> None:
    """Who loses a race for a new tag is told `Database error`, and is there without tags; the tag exists then."""
    api.emulator.variants(sram={"database_error": "on-shared-new-tag"})
    assert api.refused("POST", "/collaborations/v1", {**NEW, "tags": ["new"]}) == (400, "Database error")
    [half] = api.listed()
    assert half["tags"] == []
    api.ok("DELETE", f"/collaborations/v1/{half['identifier']}", status=204)
    assert api.create(tags=["new"])["tags"] == ["new"]
    assert api.create(name="B", short_name="b")["tags"] == []
