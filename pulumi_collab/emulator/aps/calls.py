"""APS's operations: all of them read."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any
from urllib.parse import quote, urlencode

from pulumi_collab.emulator.aps.model import SCOPE, App, Collaborator, Token, World
from pulumi_collab.emulator.platform import Answer, Call, Handler

PREFIX = "/aps/applications/v1"
GUIDE = "https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling"

Fields = dict[str, Any]
Act = Callable[[Call[World], str], Fields]


class Refused(Exception):  # the service says no: an answer, not an error of the emulator
    """Answers with this status, text and code."""

    def __init__(self, status: int, text: str, code: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.code = code


def signed(act: Act) -> Handler[World]:
    """`act` behind the check of the bearer token; it gets the address of the person who signed in."""

    def handle(call: Call[World]) -> Answer:
        try:
            token = _token(call)
            if token.user is None:
                raise Refused(403, "User context is required for this request.", "AUTH-010")
            if SCOPE not in token.scopes:
                raise Refused(403, "Token does not have the privilege for this request.", "AUTH-010")
            return Answer.json(act(call, token.user))
        except Refused as error:
            return failure(call, error.status, str(error), error.code)

    return handle


def failure(call: Call[World], status: int, text: str, code: str = "") -> Answer:
    """The gateway's error body, in one of the shapes that it was seen in."""
    shape = call.variants["error_body"]
    if shape == "text":
        return Answer(status, text.encode(), {"Content-Type": "text/plain"})
    body = {"developerMessage": text, **({"errorCode": code} if code else {})}
    return Answer.json(body if shape == "none" else {**body, "userMessage": " ", shape: GUIDE}, status)


def unknown(call: Call[World], methods: list[str]) -> Answer:
    """A path that is none of the operations, or a method that it does not take: nothing can be written."""
    if methods:
        answer = failure(call, 405, "The method is not allowed.")
        return Answer(405, answer.body, {**answer.headers, "Allow": ", ".join(methods)})
    return failure(call, 404, "Not Found")


def clients(call: Call[World], user: str) -> Fields:
    """The apps that the person is on."""
    found = [app for app in call.section.apps if _is_on(app, user)]
    return _page(
        call, "clients", [_client(app) for app in found], lambda number: _client(App(client_id=f"endless-{number}"))
    )


def client(call: Call[World], user: str) -> Fields:
    """One app."""
    return _client(_visible(call, user))


def collaborators(call: Call[World], user: str) -> Fields:
    """Who is on an app, page by page; not who has yet to accept."""
    app = _visible(call, user)
    people = [each for each in app.collaborators if each.accepted is not None]
    if call.variants["owner_listed"] == "no":
        people = [each for each in people if each.access_level != "OWNER"]
    if call.variants["order"] == "sorted":
        people.sort(key=lambda each: each.email.casefold())
    elif call.variants["order"] == "reversed":
        people.reverse()
    return _page(
        call,
        f"clients/{quote(app.client_id, safe='')}/collaborators",
        [_entry(each) for each in people],
        lambda number: _entry(Collaborator(email=f"endless-{number}@example.org")),
    )


def _token(call: Call[World]) -> Token:
    scheme, _, sent = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not sent:
        raise Refused(401, "The Authorization header is missing or invalid.", "AUTH-012")
    known = [each for each in call.section.tokens if compare_digest(each.token.encode(), sent.encode())]
    if not known or (known[0].expires is not None and known[0].expires <= call.now):
        raise Refused(401, "The access token is invalid or has expired.", "AUTH-006")
    return known[0]


def _is_on(app: App, user: str) -> bool:
    person = app.person(user)
    return person is not None and person.accepted is not None


def _visible(call: Call[World], user: str) -> App:
    app = call.section.app(call.parameters["id"])
    if app is None:
        raise Refused(404, "Not Found")
    if not _is_on(app, user):
        raise Refused(403, "You do not have permission to perform this operation.")
    return app


def _page(call: Call[World], path: str, everything: list[Fields], made_up: Callable[[int], Fields]) -> Fields:
    """A page of what there is; `made_up` gives what more there is in an endless listing."""
    most = int(call.variants["page_size"])
    asked = call.query.get("limit")
    if asked is not None and not (asked.isascii() and asked.isdigit() and int(asked) > 0):
        raise Refused(400, "limit: a whole number from 1 on is needed.")
    size = min(int(asked), most) if asked else most
    start = _start(call.query.get("cursor", ""))
    trick = call.variants["next_url"]
    pagination: Fields = {"limit": int(asked) if asked else size}
    following = start + size
    results = everything[start:following]
    if call.endless:
        results += [made_up(number) for number in range(start + len(results), following)]
    if trick == "repeats":
        following = start  # this very page
    if following < len(everything) or call.endless or trick != "same":
        origin = _elsewhere(call.origin) if trick == "other-host" else call.origin
        pagination["nextUrl"] = _link(origin, path, asked, following)
    elif call.variants["next_url_end"] != "absent":
        pagination["nextUrl"] = None if call.variants["next_url_end"] == "null" else ""
    if start:
        pagination["previousUrl"] = _link(call.origin, path, asked, max(0, start - size))
    return {"pagination": pagination, "results": results}


def _link(origin: str, path: str, limit: str | None, start: int) -> str:
    cursor = urlsafe_b64encode(f"from {start}".encode()).decode()
    query = {**({"limit": limit} if limit else {}), "cursor": cursor}
    return f"{origin}{PREFIX}/{path}?{urlencode(query)}"


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = urlsafe_b64decode(cursor).decode().partition(" ")
        if word != "from" or not number.isdigit():
            raise ValueError
        return int(number)
    except ValueError:  # not one of ours
        raise Refused(400, "cursor: this is none.") from None


def _elsewhere(origin: str) -> str:
    """This emulator under another name of loopback: what arrives there all the same is in the journal."""
    there, here = ("localhost", "127.0.0.1") if "127.0.0.1" in origin else ("127.0.0.1", "localhost")
    return origin.replace(here, there)


def _client(app: App) -> Fields:
    return {"clientId": app.client_id, "name": app.name}


def _entry(person: Collaborator) -> Fields:
    assert person.accepted is not None  # the others are not listed
    accepted = datetime.fromtimestamp(person.accepted, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "userId": person.user_id,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "email": person.email,
        "accessLevel": person.access_level,
        "createdAt": accepted,
    }
