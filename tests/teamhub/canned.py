"""Answers in place of a service, and the requests that asked for them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

import pytest
import requests
from urllib3 import HTTPResponse

from pulumi_collab.settings import Settings
from pulumi_collab.teamhub.client import Client
from pulumi_collab.teamhub.directory import Directory

COMPANY_KEY = "our-company-key"
ACCOUNT_KEY = "our-account-key"
NOISE = {"api_status": 200, "api_timestamp": "2014-11-25T14:18:07Z"}


class Canned:
    """Sends nothing; answers each request with the next of `answers`: a body, or a status and a body."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: Iterable[Any]) -> None:
        self.requests: list[requests.PreparedRequest] = []
        self._answers = list(answers)
        monkeypatch.setattr(requests.Session, "send", lambda session, request, **_: self._send(request))

    def _send(self, request: requests.PreparedRequest) -> requests.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        response = requests.Response()
        response.status_code = status
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        response.raw = HTTPResponse(io.BytesIO(data), preload_content=False)
        return response

    @property
    def sent(self) -> list[tuple[str | None, str | None]]:
        """Method and address of each request."""
        return [(request.method, request.url) for request in self.requests]


def settings(base_url: str, company_key: str = COMPANY_KEY, account_key: str = ACCOUNT_KEY) -> Settings:
    """Settings as the environment gives them."""
    values = {"base_url": base_url, "company_key": company_key, "account_key": account_key}
    return Settings(values, {name: f"TEAMHUB_{name.upper()}" for name in values})


def client(base_url: str = "https://helixteamhub.cloud") -> Client:
    """A client with two keys of its own."""
    return Client(settings(base_url))


def directory(base_url: str = "https://helixteamhub.cloud") -> Directory:
    """A directory over a client of its own."""
    return Directory(client(base_url))


def entry(person: str, role: str | None = "guest", **more: Any) -> dict[str, Any]:
    """An object as the service shows one person of the project `platform`."""
    return {
        **NOISE,
        "project": {"id": "platform"},
        "collaborator": {"id": person},
        "role": role,
        "highest_role": role,
        **more,
    }


def page(*people: Any, more: bool = False, following: Any = 0) -> dict[str, Any]:
    """A page of a listing."""
    return {
        "metadata": {"more_results": more, "next_offset": following, "count": len(people)},
        "results": list(people),
    }
