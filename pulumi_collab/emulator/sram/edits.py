"""What people change in the web interface: a collaboration, a membership of it, or a person's own data."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, model_validator

from pulumi_collab.emulator.documents import ControlError, checked
from pulumi_collab.emulator.platform import Moment, Strict, Text
from pulumi_collab.emulator.sram import checks, dates
from pulumi_collab.emulator.sram.collaborations import unit_named
from pulumi_collab.emulator.sram.controls import Impossible, named
from pulumi_collab.emulator.sram.model import World
from pulumi_collab.emulator.sram.records import Collaboration, Role, fold, new_identifier


def _fitting(name: str) -> str:
    if len(name) > checks.NAME_LENGTH:
        raise ValueError(f"at most {checks.NAME_LENGTH} characters")
    return name


class Fields(Strict):
    """What an administrator can change. expiry_date: seconds since the epoch. logo: any text is another picture."""

    name: Annotated[Text, AfterValidator(_fitting)] | None = None
    short_name: Annotated[Text, AfterValidator(checks.cleaned)] | None = None
    description: str | None = None
    website_url: str | None = None
    expiry_date: float | None = None
    logo: str | None = None
    disable_join_requests: bool | None = None
    disclose_member_information: bool | None = None
    disclose_email_information: bool | None = None
    tags: list[str] | None = None
    units: list[str] | None = None
    support_email: str | None = None


class MembershipFields(Strict):
    """What an administrator can change of a membership. expiry_date: seconds since the epoch; null is never."""

    role: Role | None = None
    expiry_date: Moment | None = None


class PersonFields(Strict):
    """What a person brings along from home at the next login, and whether SRAM lets them in."""

    email: str | None = None
    name: str | None = None
    suspended: bool | None = None


class Edit(Strict):
    """A change of a collaboration, of somebody's membership of it (with `uid`), or of a person (`uid` alone)."""

    collaboration: Text | None = None
    uid: Text | None = None
    fields: dict[str, Any]

    @model_validator(mode="after")
    def _about_something(self) -> Self:
        if self.collaboration is None and self.uid is None:
            raise ValueError("a collaboration or a uid is needed, or both")
        return self


def edit(world: World, now: float, wanted: Edit) -> Any:
    """Other values; nothing changes where one of them is refused."""
    if wanted.collaboration is None:
        return _edit_person(world, str(wanted.uid), _sent(PersonFields, wanted.fields))
    co = named(world, wanted.collaboration)
    if wanted.uid is not None:
        return _edit_membership(co, wanted.uid, now, _sent(MembershipFields, wanted.fields, "expiry_date"))
    nullable = ("expiry_date", "website_url", "support_email")
    return _edit_collaboration(world, co, now, _sent(Fields, wanted.fields, *nullable))


def _edit_collaboration(world: World, co: Collaboration, now: float, sent: dict[str, Any]) -> Any:
    _check_names(world, co, sent)
    if "website_url" in sent:
        sent["website_url"] = checks.website(sent["website_url"])
    if "tags" in sent:
        sent["tags"] = [*dict.fromkeys(checks.tags(sent["tags"]))]
    if "units" in sent:
        of = world.organisation(co.organisation)
        sent["units"] = [*dict.fromkeys(unit_named(of, each) for each in sent["units"])]
    if "expiry_date" in sent:
        sent["expiry_date"] = dates.any_expiry_day(sent["expiry_date"])
    if co.status == "suspended" or (co.status == "expired" and "expiry_date" in sent and _ahead(sent, now)):
        sent["status"] = "active"
    if sent.pop("logo", None) is not None:
        sent["uuid4"] = new_identifier()
    for name, value in sent.items():
        setattr(co, name, value)
    co.touch(now)
    return {"collaboration": co.identifier}


def _check_names(world: World, co: Collaboration, sent: dict[str, Any]) -> None:
    for other in world.of(world.organisation(co.organisation)):
        same_name = "name" in sent and fold(sent["name"]) == fold(other.name)
        if other is not co and (same_name or sent.get("short_name") == other.short_name):
            raise Impossible(409, f"{other.name} ({other.short_name}) has that name already")


def _edit_membership(co: Collaboration, uid: str, now: float, sent: dict[str, Any]) -> Any:
    member = co.member(uid)
    if member is None:
        raise Impossible(404, f"{uid} is no member of {co.name}")
    member.role = sent.get("role", member.role)
    if "expiry_date" in sent:
        member.expiry_date = sent["expiry_date"]
        member.status = "active" if _ahead(sent, now) else member.status
    co.touch(now)
    return {"collaboration": co.identifier, "uid": uid}


def _edit_person(world: World, uid: str, sent: dict[str, Any]) -> Any:
    person = world.user(uid)
    if person is None:
        raise Impossible(404, f"there is no user {uid}")
    for name, value in sent.items():
        setattr(person, name, value)
    return {"uid": uid}


def _ahead(sent: dict[str, Any], now: float) -> bool:
    """Whether the date sent is none, or still to come."""
    return sent["expiry_date"] is None or sent["expiry_date"] > now


def _sent(model: type[Strict], fields: dict[str, Any], *nullable: str) -> dict[str, Any]:
    sent = checked(model, fields, "fields").model_dump(exclude_unset=True)
    for name, value in sent.items():
        if value is None and name not in nullable:
            raise ControlError(f"fields.{name}: null is no value for it")
    return sent
