"""What comes before and after every operation: the API key, the JSON body, and the error answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from pulumi_collab.emulator.platform import Answer, Call, Handler
from pulumi_collab.emulator.sram.errors import Broken, NoRow, Refused
from pulumi_collab.emulator.sram.model import World
from pulumi_collab.emulator.sram.records import ApiKey, Collaboration, Organisation

PREFIX = "/sram"

_HEADERS = {"Content-Type": "application/json", "x-session-alive": "true", "Vary": "Cookie"}
_CLASSES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    415: "UnsupportedMediaType",
}
_ADDRESS = "127.0.0.1"  # callers are on loopback
_PAGE = (
    "<!doctype html>\n<html lang=en>\n<title>405 Method Not Allowed</title>\n<h1>Method Not Allowed</h1>\n"
    "<p>The method is not allowed for the requested URL.</p>\n"
)


@dataclass(frozen=True)
class Visit:
    """An operation's call with its key accepted."""

    call: Call[World]
    key: ApiKey
    organisation: Organisation

    @property
    def world(self) -> World:
        """SRAM's section."""
        return self.call.section

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.call.now

    def parameter(self, name: str) -> str:
        """A part of the path."""
        return self.call.parameters[name]

    def body(self) -> Any:
        """The body's JSON."""
        if not is_json(self.call):
            text = "Did not attempt to load JSON data because the request Content-Type was not 'application/json'."
            raise Refused(415, text)
        try:
            body = json.loads(self.call.body)
        except ValueError:
            raise Refused(400, "The browser (or proxy) sent a request that this server could not understand.") from None
        try:
            json.dumps(body, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:  # half a character, which no database keeps
            raise Broken(str(error)) from None
        return body

    def fields(self) -> dict[str, Any]:
        """The body, where only an object will do."""
        body = self.body()
        if not isinstance(body, dict):
            raise Broken(f"{type(body).__name__!r} object has no attribute 'get'")
        return body

    def collaboration(self, identifier: str) -> Collaboration:
        """A collaboration that the key reaches."""
        found = self.world.collaboration(identifier)
        if found is None:
            raise NoRow
        self.check(found)
        return found

    def check(self, collaboration: Collaboration) -> None:
        """Refuses a collaboration of another organisation, or of other units than the key's."""
        if collaboration.organisation != self.organisation.short_name:
            theirs = self.world.organisation(collaboration.organisation).name
            raise Refused(
                403,
                f"ApiKey Organisation({self.organisation.name}) does not equals the Organisation({theirs}) "
                f"of the Collaboration({collaboration.name})",
            )
        if not self.reaches(collaboration):
            raise Refused(
                403, f"ApiKey with units ({self.key.units}) has no access to collaboration {collaboration.name}"
            )

    def reaches(self, collaboration: Collaboration) -> bool:
        """Whether the collaboration's units are among those that the key is limited to."""
        if not self.key.units:
            return True
        return bool(collaboration.units) and set(collaboration.units) <= set(self.key.units)


def keyed(act: Callable[[Visit], Answer]) -> Handler[World]:
    """`act` behind the check of the API key, its refusals as answers."""

    def handle(call: Call[World]) -> Answer:
        try:
            return act(_enter(call))
        except Refused as error:
            return refusal(call, error)

    return handle


def answer(data: Any, status: int = 200) -> Answer:
    """JSON with the headers of every answer."""
    return Answer(status, json.dumps(data).encode(), _HEADERS)


def nothing() -> Answer:
    """What a deletion answers."""
    return Answer(204, b"", _HEADERS)


def refusal(call: Call[World], error: Refused) -> Answer:
    """An error as the server words it."""
    text = str(error)
    if not error.bare:
        text = f"{_CLASSES[error.status]}: {_url(call)}. IP: {_ADDRESS}. {text}"
    return answer({"error": True, "message": text}, error.status)


def unknown(call: Call[World], methods: list[str]) -> Answer:
    """A path that does not exist, or a method that it does not take: neither asks for a key."""
    if methods:
        page = Answer.html(_PAGE, 405)
        return Answer(page.status, page.body, {**page.headers, "Allow": ", ".join(sorted({*methods, "OPTIONS"}))})
    return answer({"message": f"{_url(call)} not found"}, 404)


def foreign(call: Call[World]) -> Answer:
    """A path of the web interface's: an API key is no key there."""
    return refusal(call, _stranger())


def is_json(call: Call[World]) -> bool:
    """Whether the body is announced as JSON."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


def _enter(call: Call[World]) -> Visit:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise _stranger()
    for organisation in call.section.organisations:
        for key in organisation.keys:
            if compare_digest(key.token.encode(), token.encode()):
                return Visit(call, key, organisation)
    raise Refused(401, "Invalid API key")


def _stranger() -> Refused:
    return Refused(401, "Invalid username or password")


def _url(call: Call[World]) -> str:
    query = f"?{call.query}" if call.query else ""
    return f"{call.origin}{PREFIX}{call.path}{query}"
