"""What people have to do in APS's developer portal, so that an app's people are as declared. No I/O.

The service can only be read, so a decision is a line for each thing to do, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..decisions import Action, Decision, refuse
from ..errors import Differences, Problem
from . import wire

UNSEEN = "(not listed: an invitation that is still open does not show either)"


def verify(declared: Mapping[str, str], live: Iterable[wire.Collaborator], user_ids: Mapping[str, str]) -> Decision:
    """Whether the app's people are as declared; a problem for each thing to do, by address.

    `user_ids` tells whose the declared addresses were when that was last seen to be so, as `user_ids_of` gives it.
    """
    people = _People(declared, live, user_ids)
    lines = [line for person in people.live for line in people.about_listed(person)]
    lines += [line for key in people.wanted for line in people.about_declared(key)]
    if lines:
        return refuse(*(Problem("collaborators", line) for _, line in sorted(lines)))
    return Decision(Action.NOTHING, warnings=tuple(people.unseen()))


def differences(client_id: str, decision: Decision, then: str = "") -> Differences:
    """What a decision asks people to do, as an error; `then` is what comes of it if they do not."""
    return Differences(
        f"the people on {wire.NAME} app {client_id} are not as declared{then}; in the developer portal (or change the "
        "program):",
        [problem.reason for problem in decision.problems],
    )


def as_declared(
    declared: Mapping[str, str], live: Iterable[wire.Collaborator], user_ids: Mapping[str, str]
) -> dict[str, str]:
    """The app's people as a declaration: spelled as in `declared`, and without an owner if it names none.

    It differs from `declared` exactly where `verify` finds something to do: an address that is another user's now
    comes with that user's id.
    """
    people = _People(declared, live, user_ids)
    owner = next((email for email, level in declared.items() if level == "OWNER"), None)
    found: dict[str, str] = {}
    for person in people.live:
        if person.access_level == "OWNER" and owner is None and person.key not in people.wanted:
            continue
        shown = f"{person.email} (user {person.user_id})" if people.is_another(person) else person.email
        email, level = people.wanted.get(shown.casefold(), (shown, None))
        if email not in found or person.access_level != level:  # two accounts may have one address
            found[email] = person.access_level
    if owner is not None and people.owner is None and people.now_called(owner.casefold()) is None:
        found.setdefault(owner, "OWNER")  # the list may leave the owner out
    return found


def user_ids_of(
    declared: Mapping[str, str], live: Iterable[wire.Collaborator], before: Mapping[str, str]
) -> dict[str, str]:
    """Whose the declared addresses are, by address in small letters: as known before, else as they are now."""
    now = {person.key: person.user_id for person in live}
    keys = {email.casefold() for email in declared}
    return {key: before.get(key) or now[key] for key in sorted(keys) if key in before or key in now}


def followed(user_ids: Mapping[str, str], live: Iterable[wire.Collaborator]) -> dict[str, str]:
    """Those user ids by the addresses that their users have now as well."""
    known = set(user_ids.values())
    return {person.key: person.user_id for person in live if person.user_id in known} | dict(user_ids)


def same(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    """Whether two declarations ask for the same; an owner whom the new one leaves out may be who they are."""
    folded = {email.casefold(): level for email, level in new.items()}
    return folded == {
        email.casefold(): level for email, level in old.items() if level != "OWNER" or email.casefold() in folded
    }


class _People:
    """Who is declared and who is there, side by side."""

    def __init__(
        self, declared: Mapping[str, str], live: Iterable[wire.Collaborator], user_ids: Mapping[str, str]
    ) -> None:
        self.live = list(live)
        self.wanted = {email.casefold(): (email, level) for email, level in declared.items()}
        self.owner = next((person for person in self.live if person.access_level == "OWNER"), None)
        self._user_ids = user_ids
        self._listed = {person.key for person in self.live}
        self._by_id = {person.user_id: person for person in self.live}

    def now_called(self, key: str) -> wire.Collaborator | None:
        """Who had this address and has another one now."""
        person = self._by_id.get(self._user_ids.get(key, ""))
        return person if person is not None and person.key != key else None

    def is_another(self, person: wire.Collaborator) -> bool:
        """Whether this address was somebody else's before, who does not have it now."""
        before = self._user_ids.get(person.key, person.user_id)
        holder = self._by_id.get(before)
        return before != person.user_id and (holder is None or holder.key != person.key)

    def about_declared(self, key: str) -> Iterable[tuple[str, str]]:
        """What to do about a declared address that nobody on the app has, or that its owner has left."""
        email, level = self.wanted[key]
        if (person := self.now_called(key)) is not None:
            yield key, f"correct the program: {email} (user {person.user_id}) changed the address to {person.email}"
        elif key in self._listed:
            return
        elif level != "OWNER":
            yield key, f"invite {email} as {level} {UNSEEN}"
        elif self.owner is not None:
            yield key, f"make {email} the OWNER, or correct the program: the OWNER is {self.owner.email}"

    def about_listed(self, person: wire.Collaborator) -> Iterable[tuple[str, str]]:
        """What to do about somebody on the app."""
        email, level = self.wanted.get(person.key) or self._declared_before(person)
        if person.key in self.wanted and self.is_another(person):
            yield (
                person.key,
                (
                    f"find out who has {person.email} now: it is user {person.user_id}'s address, and was user "
                    f"{self._user_ids[person.key]}'s; if that is right, replace this resource"
                ),
            )
        elif level and person.access_level != level:
            yield person.key, f"change {person.email} from {person.access_level} to {level}"
        elif not email and person.access_level != "OWNER":
            is_ = f"{person.name}, {person.access_level}" if person.name else person.access_level
            yield person.key, f"remove {person.email} ({is_}; not declared)"

    def unseen(self) -> Iterable[str]:
        """Whose level cannot be seen, though nothing speaks against it."""
        for key, (email, level) in self.wanted.items():
            if level == "OWNER" and key not in self._listed:
                yield f"whether {email} is its OWNER could not be seen: {wire.NAME} lists none"

    def _declared_before(self, person: wire.Collaborator) -> tuple[str, str]:
        """What is declared for somebody under an address that they had."""
        former = (key for key, user_id in self._user_ids.items() if user_id == person.user_id and key in self.wanted)
        return next((self.wanted[key] for key in former), ("", ""))
