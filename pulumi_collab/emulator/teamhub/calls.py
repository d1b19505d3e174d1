"""TeamHub's operations: JSON objects that repeat the HTTP status and tell the time, refusals as well."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any

from pulumi_collab.emulator.platform import Answer, Call, Handler
from pulumi_collab.emulator.teamhub.model import MANAGERS, Account, Collaborator, Project, World

ACCEPT = "application/vnd.hth.v1"
CREATED = 1_412_697_599.0  # of every account and project
ROLES = ("guest", "developer", "master")

Fields = dict[str, Any]
Act = Callable[[Call[World], Account], tuple[int, Fields]]

_AUTHORIZATION = re.compile(r"hth\.company_key='([^']*)',account_key='([^']*)'")
_PAGE = "<!DOCTYPE html><html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>"


class Refused(Exception):  # the service says no: an answer, not an error of the emulator
    """Answers `status` with a text, and what is wrong with single fields."""

    def __init__(self, status: int, text: str, **fields: str) -> None:
        super().__init__(text)
        self.status = status
        self.fields = fields


def signed(act: Act) -> Handler[World]:
    """`act` behind the check of both keys, and then of the version."""

    def handle(call: Call[World]) -> Answer:
        try:
            caller = _caller(call)
            if call.headers.get("accept") != ACCEPT:
                raise Refused(406, f"Name the version: Accept: {ACCEPT}.")
            status, body = act(call, caller)
            return Answer.json(body, status)
        except Refused as error:
            return failure(call, error)

    return handle


def failure(call: Call[World], error: Refused) -> Answer:
    """A refusal, in one of the shapes that clients know or expect."""
    text = str(error)
    if error.status == 404 and call.variants["not_found_body"] == "empty":
        return Answer(404)
    if error.status == 404 and call.variants["not_found_body"] == "html":
        return Answer.html(_PAGE, 404)
    shape = call.variants["error_shape"]
    if shape == "text":
        return Answer(error.status, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})
    shapes: dict[str, Fields] = {
        "object": {"error": {"message": text, **({"fields": error.fields} if error.fields else {})}},
        "message": {"message": text},
        "errors": {"errors": [text, *(f"{name}: {why}" for name, why in error.fields.items())]},
    }
    return Answer.json({**_noise(call, error.status), **shapes[shape]}, error.status)


def unknown(call: Call[World], methods: list[str]) -> Answer:
    """A path that is none of the operations, or a method that it does not take."""
    if methods:
        return Answer(405, headers={"Allow": ", ".join(methods)})
    return failure(call, Refused(404, "There is no such resource."))


def listing(call: Call[World], caller: Account) -> tuple[int, Fields]:
    """A page of a project's collaborators."""
    _query(call, "limit", "offset", "expand")
    project = _visible(call, caller)
    named = [each.collaborator for each in project.collaborators]
    if call.variants["group_members"] != "hidden":
        accounts = map(call.section.account, project.accounts())
        named += [
            account.id
            for account in accounts
            if account and account.type == "collaborator" and not project.direct(account.id)
        ]
    order = call.variants["list_order"]
    if order != "added":
        named.sort(reverse=order == "reversed")
    return 200, _page(call, named, lambda id_: _entry(call, project, id_))


def get(call: Call[World], caller: Account) -> tuple[int, Fields]:
    """One collaborator of a project."""
    _query(call, "expand")
    project = _visible(call, caller)
    account = _named(call)
    through_group = call.variants["group_members"] != "hidden" and project.highest(account.id) is not None
    if not project.direct(account.id) and not through_group:
        raise Refused(404, "The project collaborator was not found.")
    return 200, _entry(call, project, account.id)


def create(call: Call[World], caller: Account) -> tuple[int, Fields]:
    """Adds a collaborator to a project."""
    project = _managed(call, caller)
    body = _body(call, "id", "role")
    account = call.section.account(body["id"], fold=_folds(call))
    if account is None or account.type != "collaborator":
        raise Refused(422, "Validation failed.", id="is no collaborator of the company")
    present = project.direct(account.id)
    if present and call.variants["duplicate_post"] == "error":
        raise Refused(409, "Validation failed.", id="is a collaborator of the project already")
    if present:
        present.role = body["role"]
    else:
        project.collaborators.append(Collaborator(collaborator=account.id, role=body["role"]))
    return 201, _entry(call, project, account.id, 201)


def update(call: Call[World], caller: Account) -> tuple[int, Fields]:
    """Changes a collaborator's direct role."""
    project = _managed(call, caller)
    present = _present(call, project)
    present.role = _body(call, "role")["role"]
    return 200, _entry(call, project, present.collaborator)


def delete(call: Call[World], caller: Account) -> tuple[int, Fields]:
    """Takes a collaborator's direct role away; answers with what was there."""
    project = _managed(call, caller)
    present = _present(call, project)
    entry = _entry(call, project, present.collaborator)
    project.collaborators.remove(present)
    return 200, entry


def project(call: Call[World], caller: Account) -> tuple[int, Fields]:
    """One project."""
    return 200, _project(call, _visible(call, caller))


def accounts(call: Call[World], caller: Account) -> tuple[int, Fields]:
    """A page of the company's collaborator accounts."""
    _query(call, "limit", "offset")
    _of_the_company(caller)
    found = [account.id for account in call.section.everybody() if account.type == "collaborator"]
    return 200, _page(call, found, lambda id_: _account(call, id_))


def account(call: Call[World], caller: Account) -> tuple[int, Fields]:
    """One collaborator account."""
    _of_the_company(caller)
    found = _named(call)
    if found.type != "collaborator":
        raise Refused(404, "The collaborator was not found.")
    return 200, _account(call, found.id)


def _caller(call: Call[World]) -> Account:
    """Whose keys these are: the company's and the account's, both always."""
    found = _AUTHORIZATION.fullmatch(call.headers.get("authorization", ""))
    if found:
        company_key, account_key = (part.encode() for part in found.groups())
        for account in call.section.accounts:
            if (
                account.key
                and compare_digest(call.section.company_key.encode(), company_key)
                and compare_digest(account.key.encode(), account_key)
            ):
                return account
    raise Refused(401, "The company key or the account key is wrong.")


def _visible(call: Call[World], caller: Account) -> Project:
    found = call.section.project(call.parameters["project"])
    if found is None:
        raise Refused(404, "The project was not found.")
    open_to_caller = found.visibility == "company" and caller.type == "user"
    if not (caller.company_admin or open_to_caller or found.highest(caller.id)):
        raise _forbidden(call, "The project was not found.")
    return found


def _managed(call: Call[World], caller: Account) -> Project:
    found = _visible(call, caller)
    if not caller.company_admin and found.highest(caller.id) not in MANAGERS:
        raise _forbidden(call, "The project collaborator was not found.")
    return found


def _forbidden(call: Call[World], hidden: str) -> Refused:
    if call.variants["forbidden_as"] == "404":
        return Refused(404, hidden)
    return Refused(403, "You are not allowed to do this.")


def _of_the_company(caller: Account) -> None:
    if caller.type != "user":
        raise Refused(403, "You are not allowed to do this.")


def _folds(call: Call[World]) -> bool:
    return call.variants["id_case"] == "fold"


def _named(call: Call[World]) -> Account:
    """The account that the path names."""
    found = call.section.account(call.parameters["collaborator"], fold=_folds(call))
    if found is None:
        raise Refused(404, "The collaborator was not found.")
    return found


def _present(call: Call[World], project: Project) -> Collaborator:
    found = project.direct(_named(call).id)
    if found is None:
        raise Refused(404, "The project collaborator was not found.")
    return found


def _body(call: Call[World], *wanted: str) -> Fields:
    """The body's fields: just those that are wanted, all strings, and a role that collaborators can have."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, f"The body must be JSON (Content-Type: application/json), not {kind or 'without a type'}.")
    try:
        body = json.loads(call.body)
        json.dumps(body, ensure_ascii=False).encode()  # an escape can hold half a character
    except ValueError:
        raise Refused(400, "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Refused(400, "The body must be a JSON object.")
    wrong = {name: "there is no such field" for name in body if name not in wanted}
    wrong |= {name: "is needed, as a string" for name in wanted if not isinstance(body.get(name), str)}
    if not wrong and body["role"] not in ROLES:
        wrong = {"role": f"is not one of {', '.join(ROLES)}"}
    if wrong:
        raise Refused(422, "Validation failed.", **wrong)
    return body


def _query(call: Call[World], *known: str) -> None:
    for name in call.query:
        if name not in known:
            raise Refused(400, f"{name}: there is no such parameter.")


def _number(call: Call[World], name: str, default: int, lowest: int) -> int:
    value = call.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", value) or int(value) < lowest:
        raise Refused(400, f"{name}: a whole number from {lowest} on is needed.")
    return int(value)


def _page(call: Call[World], ids: list[str], show: Callable[[str], Fields]) -> Fields:
    most = int(call.variants["page_size"])
    limit, offset = min(_number(call, "limit", most, 1), most), _number(call, "offset", 0, 0)
    shown = ids[offset : offset + limit]
    end = offset + len(shown)
    if call.endless:
        shown += [f"endless-{number}" for number in range(end, offset + limit)]
        end = offset + limit
    more = end < len(ids) or call.endless
    metadata: Fields = {
        "more_results": more,
        "next_offset": end,
        "count": len(ids) if call.variants["count"] == "total" else len(shown),
    }
    if not more and call.variants["last_next_offset"] == "absent":
        del metadata["next_offset"]
    elif not more and call.variants["last_next_offset"] != "count":
        metadata["next_offset"] = {"null": None, "zero": 0}[call.variants["last_next_offset"]]
    return {"metadata": metadata, "results": [show(id_) for id_ in shown]}


def _entry(call: Call[World], project: Project, account: str, status: int = 200) -> Fields:
    """Somebody's access; of somebody without an account, who is made up for an endless listing, a guest's."""
    expanded = set(filter(None, call.query.get("expand", "").split(",")))
    if expanded - {"collaborator", "project"}:
        raise Refused(400, "expand: only collaborator and project can be expanded.")
    short: Any = account if call.variants["collaborator_shape"] == "string" else {"id": account}
    if call.section.account(account) is None:
        project = Project(id=project.id, collaborators=[Collaborator(collaborator=account, role="guest")])
    direct = project.direct(account)
    entry = {
        **_noise(call, status),
        "project": _project(call, project) if "project" in expanded else {"id": project.id},
        "collaborator": _account(call, account) if "collaborator" in expanded else short,
        "role": direct.role if direct else None,
        "highest_role": project.highest(account),
    }
    if direct is None and call.variants["group_members"] == "without-role":
        del entry["role"]
    return entry


def _project(call: Call[World], project: Project) -> Fields:
    return {
        **_noise(call, 200),
        "id": project.id,
        "created_at": _time(CREATED),
        "updated_at": _time(call.now),
        "name": project.name or project.id,
        "description": "",
        "color": "blue",
        "visibility": project.visibility,
        "labels": [],
        "properties": {},
        "hook_events": ["repository"],
    }


def _account(call: Call[World], id_: str) -> Fields:
    account = call.section.account(id_) or Account(id=id_)
    return {
        **_noise(call, 200),
        "id": account.id,
        "created_at": _time(CREATED),
        "updated_at": _time(call.now),
        "type": account.type,
        "email": account.email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "display_name": f"{account.first_name} {account.last_name}".strip(),
        "company_admin": account.company_admin,
        "instance_admin": False,
        "description": "",
        "phone": "",
        "title": "",
        "avatar": {"large": "", "medium": "", "small": ""},
        "synchronized_fields": [],
        "locale": "en",
        "source": "",
    }


def _noise(call: Call[World], status: int) -> Mapping[str, Any]:
    return {"api_status": status, "api_timestamp": _time(call.now)}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
