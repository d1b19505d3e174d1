"""QuantConnect's operations. A refusal is HTTP 200 with `success: false` and a text that says why."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from pulumi_collab.emulator.platform import Answer, Call, Handler
from pulumi_collab.emulator.quantconnect.model import Collaborator, Project, User, World

TIMESTAMP_TOLERANCE = 7200  # seconds, either way
FIRST_NEW_PROJECT = 30_000_000

Fields = dict[str, Any]
Act = Callable[[Call[World], User, Fields], Fields]

_NONE: Mapping[str, type] = {}
_TYPES = {int: "an integer", str: "a string", bool: "true or false"}


class Refused(Exception):  # the service says no: an answer, not an error of the emulator
    """Answers `success: false` with this text."""


class BadCredentials(Exception):  # as above
    """Nobody is known by these credentials. user, signature: as they were sent."""

    def __init__(self, user: str = "", signature: str = "") -> None:
        super().__init__(user)
        self.user = user
        self.signature = signature


def signed(act: Act) -> Handler[World]:
    """`act` behind the check of the signature and the body."""

    def handle(call: Call[World]) -> Answer:
        try:
            caller = _caller(call)
            return Answer.json({**act(call, caller, _body(call)), "success": True})
        except BadCredentials as error:
            return _unauthorised(call, error)
        except Refused as error:
            return failure(call, str(error))

    return handle


def failure(call: Call[World], text: str) -> Answer:
    """`success: false`, in one of the three shapes that are known."""
    shapes: dict[str, Fields] = {
        "errors": {"errors": [text]},
        "messages": {"messages": [text]},
        "message": {"Message": text},
    }
    return Answer.json({**shapes[call.variants["error_shape"]], "success": False})


def unknown(call: Call[World], methods: list[str]) -> Answer:
    """A path that is none of the operations, or a method that it does not take."""
    if methods:
        return Answer(405, headers={"Allow": ", ".join(methods)})
    return Answer(404)


def authenticate(call: Call[World], caller: User, body: Fields) -> Fields:
    """Whether the credentials are good."""
    _fields(body)
    return {"errors": []}


def create_project(call: Call[World], caller: User, body: Fields) -> Fields:
    """A new project of the caller's."""
    _fields(body, {"name": str, "language": str}, {"organizationId": str})
    world = call.section
    if not body["name"].strip():
        raise Refused("name: a project needs one.")
    if body["language"] not in ("Py", "C#"):
        raise Refused("language: one of 'Py', 'C#'.")
    if not caller.member or body.get("organizationId", world.organisation) != world.organisation:
        raise Refused("organizationId: you are no member of this organization.")
    if any(each.name == body["name"] and each.owner == caller.public_id for each in world.projects):
        raise Refused("name: you have a project of this name already.")
    project_id = FIRST_NEW_PROJECT + call.new_id()
    while world.project(project_id):
        project_id = FIRST_NEW_PROJECT + call.new_id()
    project = Project(
        id=project_id, name=body["name"], owner=caller.public_id, language=body["language"], created=call.now
    )
    world.projects.append(project)
    return {"projects": [_project(call, caller, project)]}


def read_projects(call: Call[World], caller: User, body: Fields) -> Fields:
    """One project, or all that the caller can see."""
    _fields(body, optional={"projectId": int})
    if "projectId" in body:
        found = [_visible(call, caller, body)]
    else:
        found = [project for project in call.section.projects if _sees(caller, project)]
    return {"projects": [_project(call, caller, project) for project in found]}


def delete_project(call: Call[World], caller: User, body: Fields) -> Fields:
    """Ends the project, or where it is somebody else's, the caller's own access to it."""
    _fields(body, {"projectId": int})
    project = _visible(call, caller, body)
    mine = project.collaborator(caller)
    if mine:
        project.collaborators.remove(mine)
    else:
        call.section.projects.remove(project)
    return {}


def create(call: Call[World], caller: User, body: Fields) -> Fields:
    """Gives somebody access."""
    flags = {"collaborationLiveControl": bool, "collaborationWrite": bool}
    _fields(body, {"projectId": int, "collaboratorUserId": str, **flags})
    project = _owned(call, caller, body)
    person = _person(call, project, body["collaboratorUserId"])
    if not person.member:
        raise Refused("The user is no member of the organization.")
    present = project.collaborator(person)
    if present and call.variants["duplicate_create"] == "error":
        raise Refused("The user is a collaborator already.")
    if not present:
        present = Collaborator(user=person.public_id)
        project.collaborators.append(present)
    _set(present, write=body["collaborationWrite"], live_control=body["collaborationLiveControl"])
    return _written(call, project)


def read(call: Call[World], caller: User, body: Fields) -> Fields:
    """Who has access, the owner first, and what the caller may do."""
    _fields(body, {"projectId": int})
    project = _visible(call, caller, body)
    mine = project.collaborator(caller)
    return {
        "collaborators": _entries(call, project),
        "userLiveControl": mine.live_control if mine else True,
        "userPermissions": mine.permission if mine else "write",
    }


def update(call: Call[World], caller: User, body: Fields) -> Fields:
    """Changes what somebody may do."""
    _fields(body, {"projectId": int, "collaboratorUserId": str, "liveControl": bool, "write": bool})
    project = _owned(call, caller, body)
    present = project.collaborator(_person(call, project, body["collaboratorUserId"]))
    if not present:
        raise Refused("The user is no collaborator of the project.")
    _set(present, write=body["write"], live_control=body["liveControl"])
    return _written(call, project)


def delete(call: Call[World], caller: User, body: Fields) -> Fields:
    """Takes somebody's access away."""
    keys = {"collaboratorId": str, "collaboratorUserId": str}
    wanted = call.variants["delete_key"]
    if wanted == "either":
        _fields(body, {"projectId": int}, keys)
        if not body.keys() & keys.keys():
            raise Refused("collaboratorId: this field is needed.")
    else:
        _fields(body, {"projectId": int, wanted: str}, keys)
    named = {body[key] for key in keys if key in body and wanted in ("either", key)}
    if len(named) > 1:
        raise Refused("collaboratorId and collaboratorUserId name different users.")
    project = _owned(call, caller, body)
    present = project.collaborator(_person(call, project, named.pop()))
    if present:
        project.collaborators.remove(present)
    elif call.variants["delete_absent"] == "error":
        raise Refused("The user is no collaborator of the project.")
    return _written(call, project)


def _caller(call: Call[World]) -> User:
    """Whose signature it is: Basic auth of the user id and sha256("<token>:<Timestamp>")."""
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    try:
        user_id, _, signature = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # not base64, or not text
        raise BadCredentials from None
    timestamp = call.headers.get("timestamp", "")
    wrong = BadCredentials(user_id, signature)
    if scheme.lower() != "basic" or not re.fullmatch(r"[0-9]{1,12}", timestamp):
        raise wrong
    user = next((user for user in call.section.users if str(user.id) == user_id and user.token), None)
    if user is None or abs(call.now - int(timestamp)) > TIMESTAMP_TOLERANCE:
        raise wrong
    expected = sha256(f"{user.token}:{timestamp}".encode()).hexdigest()
    if not compare_digest(expected.encode(), signature.encode()):
        raise wrong
    return user


def _unauthorised(call: Call[World], error: BadCredentials) -> Answer:
    guise = call.variants["bad_credentials"]
    if guise == "401":
        return Answer(401, headers={"WWW-Authenticate": 'Basic realm="QuantConnect"'})
    if guise == "500":
        return Answer(500)
    texts = {
        "hash": f"Hash doesn't match. UID: {error.user} Hash: {error.signature} Timestamp: ''",
        "userid": "UserID not valid",
    }
    return Answer.json({"errors": [texts[guise]], "success": False})


def _body(call: Call[World]) -> Fields:
    if not call.body:
        return {}
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(f"The body must be JSON (Content-Type: application/json), not {kind or 'without a type'}.")
    try:
        body = json.loads(call.body)
        json.dumps(body, ensure_ascii=False).encode()  # an escape can hold half a character
    except ValueError:
        raise Refused("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused("The body must be a JSON object.")
    return body


def _fields(body: Fields, required: Mapping[str, type] = _NONE, optional: Mapping[str, type] = _NONE) -> None:
    """Refuses a body with a field that is missing, unknown, or of another type (`true` is no integer)."""
    known = {**optional, **required}
    for name in required:
        if name not in body:
            raise Refused(f"{name}: this field is needed.")
    for name, value in body.items():
        if name not in known:
            raise Refused(f"{name}: there is no such field.")
        if type(value) is not known[name]:
            raise Refused(f"{name}: {_TYPES[known[name]]} is needed.")


def _sees(caller: User, project: Project) -> bool:
    return project.owner == caller.public_id or project.collaborator(caller) is not None


def _visible(call: Call[World], caller: User, body: Fields) -> Project:
    project = call.section.project(body["projectId"])
    if project is None or not _sees(caller, project):
        raise Refused("Project not found.")  # one text: it must not tell "gone" from "not yours"
    return project


def _owned(call: Call[World], caller: User, body: Fields) -> Project:
    project = _visible(call, caller, body)
    if project.owner != caller.public_id:
        raise Refused("Only the project's owner may change its collaborators.")
    return project


def _person(call: Call[World], project: Project, public_id: str) -> User:
    person = call.section.user(public_id, fold=call.variants["slug_case"] == "fold")
    if person is None:
        raise Refused("There is no such user.")
    if person.public_id == project.owner:
        raise Refused("The owner's access cannot be changed.")
    return person


def _set(collaborator: Collaborator, *, write: bool, live_control: bool) -> None:
    collaborator.permission = "write" if write else "read"
    collaborator.live_control = live_control


def _written(call: Call[World], project: Project) -> Fields:
    if call.variants["write_answer"] == "without-list":
        return {}
    return {"collaborators": _entries(call, project)}


def _entries(call: Call[World], project: Project) -> list[Fields]:
    owner = Collaborator(user=project.owner, permission="write", live_control=True)
    return [_entry(call, each, owner=each is owner) for each in (owner, *project.collaborators)]


def _entry(call: Call[World], collaborator: Collaborator, *, owner: bool) -> Fields:
    user = call.section.user(collaborator.user)
    assert user is not None  # the section was checked, and users never go
    entry: Fields = {
        "uid": user.id,
        "liveControl": collaborator.live_control,
        "permission": collaborator.permission,
        "publicId": user.public_id,
        "profileImage": user.profile_image,
        "email": user.email,
        "name": user.name,
        "bio": user.bio,
        "owner": owner,
    }
    if call.variants["uid"] == "null":
        entry["uid"] = None
    elif call.variants["uid"] == "absent":
        del entry["uid"]
    flag = call.variants["owner_flag"]
    if flag == "absent" or (flag == "absent-on-others" and not owner):
        del entry["owner"]
    return entry


def _project(call: Call[World], caller: User, project: Project) -> Fields:
    owner = call.section.user(project.owner)
    assert owner is not None  # as above
    created = datetime.fromtimestamp(project.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "projectId": project.id,
        "organizationId": call.section.organisation,
        "name": project.name,
        "created": created,
        "modified": created,
        "ownerId": owner.id,
        "owner": project.owner == caller.public_id,
        "language": project.language,
        "collaborators": _entries(call, project),
    }
