"""Helix TeamHub's API: one method per documented call."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel
from requests import PreparedRequest
from requests.auth import AuthBase

from ..errors import (
    BadResponse,
    Forbidden,
    NotFound,
    Rejected,
    RequestError,
    ServerError,
    TooManyRequests,
    Unauthenticated,
)
from ..http import Session
from ..responses import Response, error_text
from ..settings import Settings
from . import wire
from .wire import NAME

M = TypeVar("M", bound=BaseModel)


class NotInItsWords(NotFound):
    """A 404 without the `api_status` of the API's own: perhaps a proxy's, or a wrong base URL's."""


class Keys(AuthBase):
    """The header that holds both keys."""

    def __init__(self, company_key: str, account_key: str) -> None:
        self._value = f"hth.company_key='{company_key}',account_key='{account_key}'"

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Sign one attempt."""
        request.headers["Authorization"] = self._value
        return request


class Client:
    """Calls Helix TeamHub as one account. Every method raises a `RequestError` when the call fails."""

    def __init__(self, settings: Settings) -> None:
        self.origin = settings.origin
        self._keys = settings.where("company_key", "account_key")
        self._account_key = settings.place("account_key")
        host = settings["base_url"].rstrip("/").removesuffix("/api").rstrip("/")
        self._session = Session(
            NAME,
            f"{host}/api",
            auth=Keys(settings["company_key"], settings["account_key"]),
            secrets=[settings["company_key"], settings["account_key"]],
            headers={"Accept": wire.ACCEPT},
            credentials=self._keys,
        )

    def collaborators(self, project: str, offset: int = 0) -> wire.Page[wire.Collaborator]:
        """A page of a project's collaborators, perhaps with those who are there through a group."""
        with self._rights_told(project):
            return self._page(wire.Collaborator, wire.collaborators_path(project), offset)

    def get(self, project: str, collaborator: str) -> wire.Collaborator:
        """One person in the project. `NotFound` does not tell whether the project is there."""
        return self._about("GET", project, collaborator)

    def create(self, project: str, collaborator: str, role: wire.Role) -> wire.Collaborator:
        """Add somebody to the project."""
        with self._rights_told(project):
            body = wire.create_body(collaborator, role)
            made = self._call(wire.Collaborator, "POST", wire.collaborators_path(project), json=body)
        _same_person(made, collaborator)
        return _same_role(made, role)

    def update(self, project: str, collaborator: str, role: wire.Role) -> wire.Collaborator:
        """Change somebody's direct role."""
        return _same_role(self._about("PUT", project, collaborator, json=wire.update_body(role)), role)

    def delete(self, project: str, collaborator: str) -> None:
        """Take somebody's direct role away."""
        with self._rights_told(project):
            response = self._session.request("DELETE", wire.collaborator_path(project, collaborator))
            if response.text.strip():  # the removed object by the documents; nothing would do as well
                _same_person(self._read(wire.Collaborator, response), collaborator)

    def project(self, project: str) -> wire.Project:
        """A project. `NotInItsWords` is a 404 that need not be the service's own."""
        with self._rights_told(project):
            response = self._session.request("GET", wire.project_path(project), accept=(404,))
            if response.status == 404 and not (isinstance(response.json, dict) and "api_status" in response.json):
                raise NotInItsWords(f"something at {NAME}'s address answered HTTP 404; check the base URL", status=404)
            return self._read(wire.Project, response)

    def accounts(self, offset: int = 0, limit: int = wire.PAGE_LIMIT) -> wire.Page[wire.Account]:
        """A page of the company's collaborator accounts."""
        return self._page(wire.Account, "collaborators", offset, limit)

    def account(self, collaborator: str) -> wire.Account:
        """A collaborator's account."""
        return self._call(wire.Account, "GET", wire.account_path(collaborator))

    def check_rights(self, project: str) -> str:
        """What to do next where the project is there, and something in it is refused."""
        return f"check the rights on project {project!r} of the account whose key {self._account_key} is"

    def _page(self, model: type[M], path: str, offset: int, limit: int = wire.PAGE_LIMIT) -> wire.Page[M]:
        params = {"limit": limit} | ({"offset": offset} if offset else {})
        return self._call(wire.Page[model], "GET", path, params=params)  # type: ignore[valid-type]  # known at run time

    def _about(self, method: str, project: str, collaborator: str, *, json: Any = None) -> wire.Collaborator:
        with self._rights_told(project):
            found = self._call(wire.Collaborator, method, wire.collaborator_path(project, collaborator), json=json)
        _same_person(found, collaborator)
        return found

    def _call(self, model: type[M], method: str, path: str, *, json: Any = None, params: Any = None) -> M:
        return self._read(model, self._session.request(method, path, json=json, params=params))

    def _read(self, model: type[M], raw: Response) -> M:
        """The body as a model; its own `api_status` counts where it tells of a failure."""
        told = raw.json.get("api_status") if isinstance(raw.json, dict) else None
        if isinstance(told, int) and told >= 400:
            said = self._session.explain(error_text(raw.json))
            if told == 401:
                raise self._session.refuse(
                    Unauthenticated(
                        f"{NAME} does not accept the credentials (api_status 401); check {self._keys}, they may have "
                        f"expired{f': {said}' if said else ''}",
                        status=401,
                    )
                )
            kind = _KINDS.get(told, ServerError if told >= 500 else Rejected)
            text = f"{NAME} refused (api_status {told}){raw.asked}: {said or 'no reason was given'}"
            raise kind(text, status=told, retry_after=raw.retry_after)
        return self._session.read(model, raw)

    @contextlib.contextmanager
    def _rights_told(self, project: str) -> Iterator[None]:
        """Let a missing right's error say what to do next."""
        try:
            yield
        except Forbidden as error:
            raise error.plus(f"; {self.check_rights(project)}") from None


_KINDS: dict[int, type[RequestError]] = {
    403: Forbidden,
    404: NotFound,
    429: TooManyRequests,
}


def _same_person(found: wire.Collaborator, collaborator: str) -> None:
    if found.collaborator.casefold() != collaborator.casefold():
        raise BadResponse(f"{NAME} was asked about {collaborator!r} and answered about {found.collaborator!r}")


def _same_role(found: wire.Collaborator, role: wire.Role) -> wire.Collaborator:
    if found.role != role:
        raise BadResponse(f"{NAME} accepted the role {role}, but answers with {found.role or 'none'}; run it again")
    return found
