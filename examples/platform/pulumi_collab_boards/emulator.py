"""Boards, emulated. It shares no code with the client, so that a misreading is not made twice."""

from pulumi_collab.sdk import Answer, Call, EmulatedPlatform, Route, Strict

TOKEN = "demo-boards-token"  # noqa: S105  # opens nothing real


class World(Strict):
    """Boards' section of a seed: by board the role of each user."""

    boards: dict[str, dict[str, str]]


def handle(call: Call[World]) -> Answer:
    """Token and board are looked at first, then what is asked for."""
    people = call.section.boards.get(call.parameters["board"])
    user, role = call.parameters.get("user", ""), call.query.get("role", "")
    if call.headers.get("authorization") != f"Bearer {TOKEN}":
        return Answer.json({"message": "Unknown token."}, 401)
    if people is None:
        return Answer.json({"message": "No such board."}, 404)
    if call.method == "GET":
        return Answer.json({"members": dict(sorted(people.items())) if call.variants["order"] == "name" else people})
    if call.method == "PUT" and role not in ("viewer", "editor"):
        return Answer.json({"message": "The role must be viewer or editor."}, 422)
    if call.method == "PUT":
        people[user] = role
    elif people.pop(user, None) is None and call.variants["delete_absent"] == "error":
        return Answer.json({"message": "No such member."}, 404)
    return Answer(204)


MEMBERS, MEMBER = "/boards/{board}/members", "/boards/{board}/members/{user}"
PLATFORM = EmulatedPlatform(
    name="boards",
    prefix="/boards/api",
    section=World,
    default=lambda: World(boards={"plans": {}}),
    routes=tuple(Route(m.lower(), m, MEMBERS if m == "GET" else MEMBER, handle) for m in ("GET", "PUT", "DELETE")),
    variants={"order": ("added", "name"), "delete_absent": ("error", "ok")},  # the first is the default
    fallback=lambda _call, methods: Answer.json({"message": "Nothing is here."}, 405 if methods else 404),
    refuse=lambda _call: Answer.json({"message": "That is refused."}, 422),
    environment=lambda _world, origin: {"BOARDS_BASE_URL": f"{origin}/boards/api", "BOARDS_API_TOKEN": TOKEN},
    secrets=lambda _world: [TOKEN],
)
