"""Review: a preview in, what it means for people out."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from pulumi_collab.reports import preview
from pulumi_collab.reports.preview import Failed
from pulumi_collab.reports.render.markdown import LIMITS, markdown
from pulumi_collab.reports.render.page import page
from pulumi_collab.reports.resources import UNKNOWN, Unreadable
from pulumi_collab.reports.review import Review, review
from pulumi_collab.reports.review_report import review_report

from .people import invite, previewed, quantconnect, state, step, strategy, teamhub
from .previews import make

TITLES = {"teamhub": "TeamHub", "quantconnect": "QuantConnect", "sram": "SRAM"}


def _review(*steps: dict[str, Any], messages: tuple[str, ...] = (), **more: Any) -> Review:
    return review(preview.of(previewed(*steps, messages=messages)), **more)


def _kinds(found: Review) -> list[tuple[str, str]]:
    return [(each.kind, each.grant.principal.key) for each in found.findings]


MIA = quantconnect("mia", "mia-ai", "write")
ABOUT_JO = "jo on Helix TeamHub project web"


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ([step("delete", old=MIA)], "loses"),
        ([step("create", new=MIA)], "gains"),
        ([step("update", MIA, quantconnect("mia", "mia-ai", "write", live_control=True))], "raised"),
        ([step("update", MIA, quantconnect("mia", "mia-ai", "read"))], "lowered"),
        ([step("update", MIA, quantconnect("mia", "mia-ai", "read", live_control=True))], "raised"),
        ([step("update", MIA, quantconnect("mia", "mia-ai", "commander"))], "raised"),
        ([step("same", MIA, MIA)], None),
        ([step("update", MIA, quantconnect("mia", "mia-ai", "write", account="trading"))], None),
        ([step("delete", old=MIA), step("create", new=quantconnect("other", "Mia-AI", "write"))], "moved"),
        ([step("create-replacement", MIA, MIA), step("delete-replaced", MIA), step("replace", MIA, MIA)], "moved"),
        ([step("delete", old={**MIA, "retainOnDelete": True})], None),
        ([step("create", new=invite("b", "b@x.org"))], "invited"),
        ([step("update", invite("b", "b@x.org", status="expired"), invite("b", "b@x.org"))], "invited"),
        ([step("delete", old=invite("b", "b@x.org", status="accepted"))], "loses"),
        ([step("delete", old=invite("b", "b@x.org", status="accepted", on_delete="keep"))], None),
        ([step("delete", old=invite("b", "b@x.org", status="ended"))], None),
        ([step("read", new={**MIA, "external": True})], None),
        ([step("refresh", MIA, quantconnect("mia", "mia-ai", "read"))], None),
    ],
)
def test_each_kind_of_change(steps: list[dict[str, Any]], kind: str | None) -> None:
    """Each change of one person's access is the finding that it should be, or none."""
    assert [each.kind for each in _review(*steps).findings] == ([kind] if kind else [])


def test_ends_that_move() -> None:
    """Access for longer is raised, for shorter lowered."""
    until = [invite("b", "b@x.org", status="accepted", membership_expiry_date=f"{year}-01-01") for year in (2027, 2028)]
    assert _kinds(_review(step("update", *until))) == [("raised", "b@x.org")]
    assert _kinds(_review(step("update", *reversed(until)))) == [("lowered", "b@x.org")]


def test_access_that_is_there_is_adopted() -> None:
    """What a preview says of access that is taken over is told as such, and is no gain."""
    create = step("create", new=teamhub("jo", "jo", "guest"))
    found = _review(create, messages=(f"{ABOUT_JO} has this access already, nothing is sent",))
    assert _kinds(found) == [("adopted", "jo")]
    found = _review(create, messages=("jo-other on Helix TeamHub project web has this access already",))
    assert _kinds(found) == [("gains", "jo")]
    found = _review(create, messages=(f"{ABOUT_JO}: master -> guest, as this access is taken over",))
    assert _kinds(found) == [("lowered", "jo")]


def test_what_is_only_verified_changes_nobody() -> None:
    """Declared access that people have to give by hand is taken over as it is."""
    app = {"client_id": "demo", "collaborators": {"a@x.org": "EDITOR"}}
    assert _kinds(_review(step("create", new=state("app", "aps:ClientCollaborators", app)))) == [("adopted", "a@x.org")]
    assert _kinds(_review(step("delete", old=state("app", "aps:ClientCollaborators", app)))) == []


def test_another_way_in() -> None:
    """Who keeps access by another way does not lose it, and the rule of losses is not broken."""
    found = _review(step("delete", old=teamhub("jo", "jo", "guest", highest_role="developer")), fail_on=["lose-access"])
    (only,) = found.findings
    assert (only.kind, only.keeps, only.rules, found.blocked) == ("loses", "access through a group", (), ())


def test_a_collaboration_that_goes() -> None:
    """Everybody's access ends with the collaboration, which is said beside the people whom the state knows."""
    made = state("ai", "sram:Collaboration", {"short_name": "ai", "administrators": ["a@x.org"]}, {"identifier": "c1"})
    found = _review(step("delete", old=made), step("delete", old=invite("b", "b@x.org", status="accepted")))
    assert _kinds(found) == [("loses", "b@x.org"), ("loses", "everybody in it")]
    assert _kinds(_review(step("create", new=made))) == [("invited", "a@x.org")]


def test_a_scope_that_is_made_in_the_same_run() -> None:
    """An invitation to what does not exist yet is told by the name of what will."""
    made = state("ai", "sram:Collaboration", {"short_name": "ai_computing", "administrators": []})
    asked = invite("b", "b@x.org", collaboration=UNKNOWN, propertyDependencies=1)
    asked["propertyDependencies"] = {"collaboration": [made["urn"]]}
    (only,) = _review(step("create", new=made), step("create", new=asked)).findings
    assert (only.kind, only.grant.scope.id) == ("invited", "ai_computing")


def test_what_is_not_known_yet_is_no_loss() -> None:
    """People of a resource whose values are known only when it runs are not said to lose access."""
    later = quantconnect("mia", UNKNOWN, "write")
    found = _review(step("update", MIA, later))
    assert [each.kind for each in found.findings] == ["gains"]
    assert found.notes == ("mia: user is known only when it runs",)


def test_rules() -> None:
    """Each rule is broken by what it names, and blocks where it was asked for."""
    steps = [
        step("delete", old=MIA),
        step("create", new=quantconnect("jo", "jo", "write", live_control=True)),
        step("create", new=invite("b", "b@x.org", membership_expiry_date="2027-01-01")),
        step("replace", teamhub("jane", "jane", "guest"), teamhub("jane", "jane", "guest")),
    ]
    found = _review(*steps, internal=["lab.eu"])
    assert found.blocked == ()
    assert {each.grant.principal.key: set(each.rules) for each in found.findings} == {
        "mia-ai": {"lose-access"},
        "jo": {"privileged", "no-reason", "no-end"},
        "b@x.org": {"external", "no-reason"},
        "jane": {"replace"},
    }
    assert _review(*steps, fail_on=["repointed"]).blocked == ()
    assert _review(*steps, fail_on=["replace", "lose-access"]).blocked == ("lose-access", "replace")


@pytest.mark.parametrize(
    ("email", "external"),
    [("a@lab.eu", False), ("a@sub.LAB.eu", False), ("a@notlab.eu", True), ("a@lab.eu.evil.com", True), ("x", False)],
)
def test_external_addresses(email: str, external: bool) -> None:
    """A domain and those below it are internal, and nothing that merely looks like them."""
    (only,) = _review(step("create", new=invite("b", email)), internal=["lab.eu"]).findings
    assert ("external" in only.rules) is external


def test_the_digest_is_of_access_alone() -> None:
    """It is the same for the same change, whatever the resources are called and whatever moves, and no other."""
    one = _review(step("delete", old=MIA), step("create", new=invite("b", "b@x.org")))
    jane = teamhub("jane", "jane", "guest"), teamhub("jane2", "jane", "guest")
    other = _review(
        step("create", new=invite("c", "B@x.org")),
        step("delete", old=quantconnect("x", "mia-ai", "write")),
        step("delete", old=jane[0]),
        step("create", new=jane[1]),
    )
    assert one.digest == other.digest
    assert one.digest != _review(step("delete", old=MIA)).digest
    assert one.digest != _review(step("delete", old=MIA), step("create", new=invite("b", "b@x.org", "admin"))).digest


def test_a_preview_that_failed_is_no_review() -> None:
    """A preview with an error among its diagnostics shows only a part, so nothing is made of it."""
    with pytest.raises(Failed, match="the preview failed, so this is not all: error: no"):
        preview.of(previewed(step("create", new=MIA), error="error: no"))


@pytest.mark.parametrize("text", ["", "Previewing update (prod):", "{}", "[]", '{"steps": {}}', '{"steps": [}'])
def test_what_is_no_preview(text: str) -> None:
    """Whatever else comes in is one line of an error."""
    with pytest.raises(Unreadable, match="this is no `pulumi preview --json`"):
        preview.read(text)


def test_words_before_the_json() -> None:
    """A warning that the engine prints first is in nobody's way."""
    text = "warning: a new version is available\n" + json.dumps(previewed(step("create", new=MIA)))
    assert len(preview.read(text).after) == 1


@cache
def _many(count: int) -> Review:
    steps = [step("delete", old=teamhub(f"r{n}", f"gone-{n:04}", "developer")) for n in range(count // 2)]
    steps += [step("create", new=teamhub(f"c{n}", f"new-{n:04}", "guest")) for n in range(count - count // 2)]
    return _review(*steps)


@pytest.mark.parametrize("limit", [*LIMITS.values(), 1000])
def test_five_thousand_changes_fit(limit: int) -> None:
    """The text is never longer than the limit, is cut at whole lines, and says how many of which kind are left out."""
    text = markdown(review_report(_many(5000), TITLES), limit)
    assert len(text.encode()) <= limit
    shown = {kind: text.count(f"- **{kind}-") for kind in ("gone", "new")}
    for kind, word in (("gone", "loses"), ("new", "gains")):
        left = 2500 - shown[kind]
        assert (f"{left} {word}" in text) is (left > 0)
    assert shown["new"] == 0 or shown["gone"] == 2500


def test_losses_come_first() -> None:
    """In every rendering, who loses access comes before anything else; the renamed are moves."""
    steps = [step("create", new=invite(f"i{n}", f"new{n}@x.org")) for n in range(3)]
    steps += [step("update", MIA, quantconnect("mia", "mia-ai", "write", live_control=True))]
    steps += [step("update", teamhub("jo", "jo", "developer"), teamhub("jo", "jo", "guest"))]
    for n in range(14):
        steps += [step("create", new=teamhub(f"new{n}", f"same{n}", "guest"))]
        steps += [step("delete", old=teamhub(f"old{n}", f"same{n}", "guest"))]
    steps += [step("delete", old=teamhub(f"g{n}", f"gone{n}", "developer")) for n in range(2)]
    found = _review(*steps)
    assert {kind: count for kind, count in found.counts.items() if count} == {
        "loses": 2,
        "raised": 1,
        "invited": 3,
        "lowered": 1,
        "moved": 14,
    }
    report = review_report(found, TITLES)
    assert report.headline == "Access: 2 people lose access, 1 gains a privilege, 3 are invited, 1 changes"
    order = ["gone0", "mia-ai", "new0@x.org", "jo", "same0"]
    for text in (markdown(report), page(report)):
        places = [text.index(f"{name}</strong>" if "<html" in text else f"**{name}**") for name in order]
        assert places == sorted(places)


@pytest.mark.parametrize("name", make.NAMES)
def test_real_previews(name: str) -> None:
    """What the engine said of programs like people's is reviewed as a person has read and approved."""
    assert make.reviewed(name) == (make.HERE / f"{name}.md").read_text()


def test_a_real_preview_that_failed() -> None:
    """It says what failed, and nothing is made of the steps that it has all the same."""
    with pytest.raises(Failed, match="must be one of 'guest', 'developer', 'master'"):
        preview.read((make.HERE / "failed.json").read_text())


READ, WRITE = {"permission": "read"}, {"permission": "write", "live_control": False}


def test_a_set_person_by_person() -> None:
    """A set that loses two of five hundred is two losses, and nothing is said of those who stay."""
    people = {f"p{n}": READ for n in range(500)}
    less = {name: access for name, access in people.items() if name not in ("p7", "p8")}
    found = _review(step("update", strategy(people), strategy({**less, "p9": WRITE})))
    assert _kinds(found) == [("loses", "p7"), ("loses", "p8"), ("raised", "p9")]


def test_a_set_removes_whom_a_refresh_found() -> None:
    """Strangers are in the state's map after a refresh, and the set removes them, but for those whom it keeps."""
    old = strategy({"jo": READ, "eve": WRITE, "auditor": READ}, members={"jo": READ}, keep=["auditor"])
    new = strategy({"jo": READ}, there={"jo": READ}, keep=["auditor"])
    assert _kinds(_review(step("update", old, new))) == [("loses", "eve")]


def test_a_set_that_is_new() -> None:
    """Who is there with just this access is taken over, and who is there and not listed is said to lose it."""
    told = (
        "the collaborators of QuantConnect project 23456789: 2 people lose access: "
        "max (write + live control), jo (read)"
    )
    new = strategy({"mia": WRITE, "eva": READ, "kim": READ}, there={"mia": WRITE, "eva": WRITE})
    found = _review(step("create", new=new), messages=(told,))
    assert [(*each, finding.privileged) for each, finding in zip(_kinds(found), found.findings, strict=True)] == [
        ("loses", "max", False),
        ("loses", "jo", False),
        ("gains", "kim", False),
        ("lowered", "eva", False),
        ("adopted", "mia", False),
    ]
    assert found.findings[0].before is not None
    assert found.findings[0].before.privileges == ("live_control",)


def test_from_singles_to_a_set() -> None:
    """Access that moves from one kind of resource into another is a move."""
    moves = [step("create", new=strategy({"mia-ai": WRITE}, there={"mia-ai": WRITE})), step("delete", old=MIA)]
    assert _kinds(_review(*moves)) == [("moved", "mia-ai")]


def test_a_set_whose_people_are_not_known_yet() -> None:
    """Nobody is said to lose access by a map that is known only when it runs."""
    new = strategy({})
    new["inputs"]["collaborators"] = UNKNOWN
    found = _review(step("update", strategy({"jo": READ}), new))
    assert (found.findings, found.notes) == ((), ("strategy: collaborators is known only when it runs",))
