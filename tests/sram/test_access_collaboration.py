"""What may be done about a collaboration: tables of what is declared, what is there and what is ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from pulumi_collab.decisions import Action, Decision
from pulumi_collab.errors import Hint
from pulumi_collab.sram import wire
from pulumi_collab.sram.access.collaboration import (
    changing,
    deleting,
    let_go,
    making,
    not_in_force,
    refused_units,
    unchangeable,
)
from pulumi_collab.sram.access.collaboration_model import CollaborationState, differing, state_of, values_of

from .conftest import declared
from .whole import PICTURE

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOB = wire.Member(uid="urn:bob", email="bob@x.org", name="Bob", role="member")
IN_IT: dict[str, Any] = {"members": [BOB]}


def there(**more: Any) -> wire.Collaboration:
    """The declared collaboration as the service shows it, made through the API and empty, with changes."""
    values = {
        "identifier": "one",
        "short_name": "ai",
        "name": "AI computing",
        "description": "For all",
        "disable_join_requests": False,
        "disclose_member_information": True,
        "disclose_email_information": True,
        "status": "active",
        "created_by": "ext_api",
        "groups": [],
    }
    return wire.Collaboration(**(values | more))


def organisation(*found: wire.Collaboration) -> wire.Organisation:
    """An organisation with two units and these collaborations."""
    return wire.Organisation(name="Demo", short_name="demo", units=["Research", "Teaching"], collaborations=list(found))


def told(decision: Decision) -> tuple[Action, dict[str, str], list[str]]:
    """What is done, what is refused, and what is said."""
    return decision.action, {each.property: each.reason for each in decision.problems}, list(decision.warnings)


OTHER = there(identifier="two", short_name="other", name="Other")
TAKEN_OVER = "SRAM collaboration ai exists already and is taken over"
LEFT = (
    "SRAM collaboration ai exists already without its tags and with nothing in it: what a failed create leaves. It is "
    "deleted and made again"
)
EXPIRED = (
    "SRAM collaboration ai has expired (2026-01-01), so it is not in force: set a later expiry date in the web "
    "interface and declare that, or take it out of the program"
)

# declared beside name, short_name and description, what there is, what is done, and what is said
MADE: list[tuple[dict[str, Any], list[wire.Collaboration], Action, list[str]]] = [
    ({}, [], Action.ADD, []),
    ({"tags": ["new"], "units": ["research"], "expiry_date": "2027-01-01"}, [OTHER], Action.ADD, []),
    ({}, [there()], Action.NOTHING, [TAKEN_OVER]),
    ({"units": ["research"]}, [there(units=["Research"])], Action.NOTHING, [TAKEN_OVER]),
    ({"description": "For all "}, [], Action.ADD, []),
    # what is left out may be as it likes
    (
        {},
        [there(website_url="https://x.org", units=["Research"], support_email="a@x.org", expiry_date=1907712000)],
        Action.NOTHING,
        [TAKEN_OVER],
    ),
    # one that has expired and is declared as it is
    (
        {"expiry_date": "2026-01-01"},
        [there(expiry_date=1767225600, status="expired")],
        Action.NOTHING,
        [
            TAKEN_OVER,
            EXPIRED,
        ],
    ),
    (
        {"administrators": ["BOB@x.org", "ann@x.org"]},
        [there(**IN_IT)],
        Action.NOTHING,
        [f"{TAKEN_OVER}; as administrators, unless they are already, are invited: ann@x.org"],
    ),
    # units are what can be changed
    (
        {"units": ["Teaching"], "adopt": True},
        [there(units=["Research"])],
        Action.CHANGE,
        [f"{TAKEN_OVER}; its units change: [Research] -> [Teaching]"],
    ),
    (
        {"units": [], "adopt": True},
        [there(units=["Research"])],
        Action.CHANGE,
        [f"{TAKEN_OVER}; its units change: [Research] -> []"],
    ),
    # the organisation's own tags
    (
        {"tags": ["mine"]},
        [there(tags=["mine", "all"], **IN_IT), there(identifier="two", short_name="b", name="B", tags=["all"])],
        Action.NOTHING,
        [f"{TAKEN_OVER}; its tags all are not declared, and count as the organisation's own"],
    ),
    (
        {"tags": ["mine"]},
        [there(tags=["mine", "more"])],
        Action.NOTHING,
        [f"{TAKEN_OVER}; its tags more are not declared, and count as the organisation's own"],
    ),
    # what a failed create leaves
    ({"tags": ["mine"]}, [there()], Action.ADD, [LEFT]),
    ({"tags": ["mine"], "units": ["research"]}, [there(units=["Research"])], Action.ADD, [LEFT]),
]


@pytest.mark.parametrize(("more", "found", "action", "warnings"), MADE)
def test_making(more: dict[str, Any], found: list[wire.Collaboration], action: Action, warnings: list[str]) -> None:
    """What is declared and in no state is made, or taken over, and the preview says which."""
    decision = making(values_of(declared(**more)), organisation(*found), NOW)
    assert told(decision) == (action, {}, warnings)


EXISTS = "on SRAM, where the collaboration ai exists already, and the program asks for"
FIXED = "; the API cannot change it: declare what is there, change it in the web interface, or take another short_name"
PAST = "must be in the future: the day that SRAM keeps of it is past or today"
UNKNOWN = "'Nope' is no unit of the organisation demo; there is Research, Teaching"

NOT_MADE: list[tuple[dict[str, Any], list[wire.Collaboration], dict[str, str]]] = [
    ({"units": ["Nope"]}, [], {"units": UNKNOWN}),
    ({"name": "OTHER "}, [OTHER], {"name": "is that of the collaboration other already; names are unique"}),
    *(
        (
            {"expiry_date": day},
            [],
            {"expiry_date": PAST},
        )
        for day in ("2026-11-21", "2026-11-22", "2026-11-22T23:00:00+04:00")
    ),
    ({"name": "Mine"}, [there()], {"name": f"is 'AI computing' {EXISTS} 'Mine'{FIXED}"}),
    ({"description": ""}, [there()], {"description": f"is 'For all' {EXISTS} empty{FIXED}"}),
    (
        {"disable_join_requests": True, "disclose_email_information": False},
        [there()],
        {
            "disable_join_requests": f"is False {EXISTS} True{FIXED}",
            "disclose_email_information": f"is True {EXISTS} False{FIXED}",
        },
    ),
    ({"website_url": ""}, [there(website_url="https://x")], {"website_url": f"is 'https://x' {EXISTS} empty{FIXED}"}),
    (
        {"expiry_date": "2030-06-15"},
        [there(expiry_date=1907798400)],
        {"expiry_date": f"is '2030-06-16' {EXISTS} '2030-06-15'{FIXED}"},
    ),
    ({"tags": ["a"]}, [there(tags=["b"])], {"tags": f"is [b] {EXISTS} [a]{FIXED}"}),
    ({"tags": ["a"]}, [there(tags=["a", "b"], **IN_IT)], {"tags": f"is [a, b] {EXISTS} [a]{FIXED}"}),
    # no left-over: somebody or something is in it, others made it, or its units are others
    *(
        ({"tags": ["a"]}, [there(**more)], {"tags": f"is [] {EXISTS} [a]{FIXED}"})
        for more in (
            IN_IT,
            {"invitations_count": 1},
            {"services": ["https://mail"]},
            {"groups": [wire.Group(identifier="g")]},
            {"created_by": "urn:ann"},
            {"units": ["Research"]},
        )
    ),
    ({"units": ["Teaching"]}, [there(units=["Research"])], {"units": f"is [Research] {EXISTS} [Teaching]"}),
]


@pytest.mark.parametrize(("more", "found", "problems"), NOT_MADE)
def test_not_making(more: dict[str, Any], found: list[wire.Collaboration], problems: dict[str, str]) -> None:
    """What the service would refuse, or could not be as declared, is refused on its property, naming both values."""
    decision = making(values_of(declared(**more)), organisation(*found), NOW)
    assert told(decision)[1:] == (problems, [])
    assert [each.hint for each in decision.problems if each.property == "units" and found] == (
        [Hint.ADOPT] if "units" in problems and found else []
    )


def test_what_is_not_known_yet() -> None:
    """At preview, what another resource will produce stands against nothing."""
    known = values_of(declared())
    assert told(making({"units": ["Nope"]}, organisation(there()), NOW))[1].keys() == {"units"}
    without = {name: value for name, value in known.items() if name not in ("description", "units", "adopt")}
    assert told(making(without, organisation(there(description="Other")), NOW)) == (Action.NOTHING, {}, [TAKEN_OVER])


def test_the_one_that_gives_way() -> None:
    """What is replaced stands in its successor's way neither by short name nor by name; others do."""
    known = values_of(declared())
    assert making(known, organisation(there(description="Old"), OTHER), NOW, instead_of="ai").action is Action.ADD
    named = values_of(declared(name="Other"))
    assert told(making(named, organisation(there(), OTHER), NOW, instead_of="ai"))[1].keys() == {"name"}
    short = values_of(declared(name="New", short_name="other"))
    assert told(making(short, organisation(there(), OTHER), NOW, instead_of="ai"))[1].keys() == {"name"}


LOSES = "cannot be changed through the API, and a replacement would lose 1 member and 2 open invitations"
OWN_TAG = "; a tag that the organisation adds by itself stays declared once it was"
KEPT = {"tags": ["a", "b"], "website_url": "https://x.org"}
LIVE = {**KEPT, **IN_IT}

# what the program changes, what is there beside LIVE, what is done, and what is refused
CHANGED: list[tuple[dict[str, Any], dict[str, Any], Action, dict[str, str]]] = [
    ({}, {}, Action.NOTHING, {}),
    ({"units": ["Research"]}, {}, Action.CHANGE, {}),
    ({"units": []}, {}, Action.CHANGE, {}),
    (
        {"units": ["Nope"]},
        {},
        Action.CHANGE,
        {"units": UNKNOWN},
    ),
    ({"force_destroy": True, "adopt": True, "message": "x"}, {}, Action.NOTHING, {}),
    *(
        ({name: value}, {}, Action.END, {name: LOSES})
        for name, value in (
            ("name", "Other"),
            ("short_name", "other"),
            ("description", ""),
            ("website_url", ""),
            ("expiry_date", "2030-06-15"),
            ("logo", PICTURE),
            ("disable_join_requests", True),
            ("disclose_member_information", False),
            ("disclose_email_information", False),
            ("tags", ["a", "b", "c"]),
            ("support_email", "o@x.org"),
        )
    ),
    ({"support_email": ""}, {}, Action.NOTHING, {}),
    ({"website_url": None}, {}, Action.NOTHING, {}),
    ({"tags": ["a"]}, {}, Action.END, {"tags": LOSES + OWN_TAG}),
    # what is there already is only remembered
    ({"tags": ["a", "c"]}, {"tags": ["a", "c"]}, Action.NOTHING, {}),
    ({"tags": ["a", "b", "own"]}, {"tags": ["a", "b", "own", "more"]}, Action.NOTHING, {}),
    ({"website_url": "https://y.org "}, {"website_url": "https://y.org"}, Action.NOTHING, {}),
    ({"expiry_date": "2030-06-14T23:00:00Z"}, {"expiry_date": 1907712000}, Action.NOTHING, {}),
    # permission, and members
    ({"description": "", "allow_replacement": True}, {"members": []}, Action.END, {}),
    (
        {"description": "", "allow_replacement": True, "force_destroy": True},
        {},
        Action.END,
        {
            "force_destroy": "is needed to replace a collaboration with members (Bob <bob@x.org>), and has to be in "
            "the state before: leave description as it was"
        },
    ),
]


@pytest.mark.parametrize(("changes", "live", "action", "problems"), CHANGED)
def test_changing(changes: dict[str, Any], live: dict[str, Any], action: Action, problems: dict[str, str]) -> None:
    """Units change in place, what is there already is remembered, and the rest is refused or replaced by permission."""
    known, found = values_of(declared(**(KEPT | changes))), there(**(LIVE | live))
    decision = changing(known, declared(**KEPT), found, organisation(found), 2)
    assert told(decision) == (action, problems, [])
    for each in decision.problems:
        assert each.hint is {"units": None, "force_destroy": Hint.FORCE}.get(each.property, Hint.REPLACE)


def test_changing_by_earlier_permission() -> None:
    """What was allowed by an earlier run to go with its members may be replaced."""
    old = declared(force_destroy=True)
    known = values_of(declared(description="", allow_replacement=True))
    assert told(changing(known, old, there(**IN_IT), organisation(), 0)) == (Action.END, {}, [])


def test_changing_what_no_listing_shows() -> None:
    """Where it is gone, or has another short name by now, nothing can be judged but the units."""
    known = values_of(declared(description="", units=["Nope"]))
    assert told(changing(known, declared(), None, organisation(), 0))[1].keys() == {"units"}


def test_the_organisations_own_tag_replaces_nothing() -> None:
    """Declaring a tag that is there already is no replacement, allowed or not: it may be the organisation's own."""
    known, found = values_of(declared(tags=["a", "own"], allow_replacement=True)), there(tags=["a", "own"], **IN_IT)
    assert told(changing(known, declared(tags=["a"]), found, organisation(found), 0)) == (Action.NOTHING, {}, [])


def test_a_replacement_that_nothing_needs() -> None:
    """Where replacing is allowed, it happens also for what somebody has set already, as the preview says."""
    known, found = (
        values_of(declared(website_url="https://x.org", allow_replacement=True)),
        there(website_url="https://x.org"),
    )
    action, problems, warnings = told(changing(known, declared(), found, organisation(found), 0))
    assert (action, problems) == (Action.END, {})
    assert "is replaced though website_url would only have to be remembered" in warnings[0]
    members = there(website_url="https://x.org", **IN_IT)
    assert told(changing(known, declared(), members, organisation(found), 0))[1].keys() == {"force_destroy"}


def test_what_a_change_says() -> None:
    """Other administrators are not invited, and units that somebody added meanwhile are lost: both are said."""
    known = values_of(declared(administrators=["ann@x.org"], units=["Research"]))
    found = there(units=["Research", "Teaching"])
    warnings = changing(known, declared(units=[]), found, organisation(found), 0).warnings
    assert warnings[0].endswith("this change does nothing; invite later ones with CollaborationInvite")
    assert warnings[1] == "SRAM collaboration ai also loses the units Teaching, which somebody added"


@pytest.mark.parametrize(
    ("live", "force", "refused"),
    [
        (None, False, False),
        ({}, False, False),
        (IN_IT, True, False),
        (IN_IT, False, True),
        ({"status": "expired", **IN_IT}, False, True),
    ],
)
def test_deleting(live: dict[str, Any] | None, force: bool, refused: bool) -> None:
    """One with members goes by permission alone; one that some look does not show is asked for all the same."""
    state = CollaborationState(**values_of(declared(force_destroy=force)))
    decision = deleting(state, [there(), None if live is None else there(**live)])
    assert decision.action is (Action.NOTHING if refused else Action.END)
    assert [each.hint for each in decision.problems] == [Hint.FORCE] * refused
    assert all("has members: Bob <bob@x.org>, and deleting it ends their access" in p.reason for p in decision.problems)


@pytest.mark.parametrize(
    ("live", "said"),
    [
        ({}, None),
        ({"expiry_date": 1907712000}, None),
        ({"expiry_date": 1795305600}, "has expired (2026-11-22)"),  # its date is past, though no job has seen to it
        ({"expiry_date": 1767225600, "status": "expired"}, "has expired (2026-01-01)"),
        ({"status": "expired"}, "has expired, so"),
        ({"status": "suspended"}, "is suspended, so it is not in force: somebody has to activate it"),
        ({"status": "something new"}, None),
    ],
)
def test_what_is_not_in_force(live: dict[str, Any], said: str | None) -> None:
    """A collaboration that is there and of no use is told, with what to do."""
    texts = list(not_in_force(there(**live), NOW))
    assert len(texts) == (said is not None)
    assert all(said is not None and said in text for text in texts)


LAST = 253402300799  # 9999-12-31 23:59:59


@pytest.mark.parametrize("date", [LAST, 10**12, 10**30, -(10**12), "soon", None])
def test_dates_beyond_all_calendars(date: Any) -> None:
    """Whatever date somebody has set can be read, kept and compared."""
    live = there(expiry_date=date)
    state = CollaborationState(**values_of(declared(expiry_date="9999-12-31")))
    seen = state_of(state, live)
    assert CollaborationState.model_validate(seen.model_dump()) == seen
    list(not_in_force(live, NOW))
    making(values_of(declared(expiry_date="9999-12-31")), organisation(live), NOW)
    unchangeable(values_of(declared(expiry_date="2030-01-01")), declared(expiry_date="9999-12-31"), live)
    assert differing(seen, values_of(declared(expiry_date="9999-12-31"))) <= {"expiry_date"}


def test_what_is_let_go() -> None:
    """What the program leaves out from now on is told once, and only what it declared before."""
    old = CollaborationState(**values_of(declared(website_url="https://x.org", units=[])))
    assert list(let_go(old, values_of(declared()))) == [
        "units, website_url of SRAM collaboration ai: not managed any more; what is there stays"
    ]
    assert list(let_go(old, values_of(declared(website_url="", units=[])))) == []


def test_units_of_a_key() -> None:
    """Units that a key may not give are refused with what it gives."""
    (problem,) = refused_units(["Teaching"], ["Research"]).problems
    assert problem.property == "units"
    assert problem.reason.startswith("cannot be [Teaching]: this API key is for some units alone, which every")
    assert "gets ([Research]); declare these, leave units out" in problem.reason
