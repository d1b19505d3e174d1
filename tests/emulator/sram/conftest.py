"""Callers of the SRAM emulator."""

from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_collab.emulator import Emulator

from .client import Api

TWO_ORGANISATIONS: dict[str, Any] = {
    "sram": {
        "organisations": [
            {
                "name": "Harbour Institute",
                "short_name": "harbour",
                "units": ["Research", "Support"],
                "admin_email": "boss@harbour.test",
                "keys": [{"token": "key-of-harbour"}, {"token": "key-of-research", "units": ["Research"]}],
            },
            {
                "name": "Lighthouse University",
                "short_name": "lighthouse",
                "default_tags": ["lighthouse_all"],
                "keys": [{"token": "key-of-lighthouse"}],
            },
        ],
        "users": [{"uid": "urn:ann", "email": "ann@people.test", "name": "Ann"}],
        "services": [
            {"entity_id": "https://Open.Service.test", "name": "Open", "abbreviation": "open"},
            {"entity_id": "https://all.service.test", "connection": "everyone"},
            {
                "entity_id": "https://groups.service.test",
                "abbreviation": "grp",
                "groups": [{"name": "Admins", "short_name": "admins", "auto_provision_members": True}],
            },
        ],
        "collaborations": [{"organisation": "lighthouse", "name": "Beacon", "short_name": "beacon"}],
    }
}


@pytest.fixture
def api(emulator: Emulator) -> Iterator[Api]:
    """The default world's organisation."""
    with Api(emulator) as caller:
        yield caller


@pytest.fixture
def co(api: Api) -> Any:
    """A collaboration of the default world's organisation."""
    return api.create()


@pytest.fixture
def harbour(emulator: Emulator) -> Iterator[Api]:
    """One of two organisations."""
    emulator.seed(TWO_ORGANISATIONS)
    with Api(emulator, "key-of-harbour") as caller:
        yield caller


@pytest.fixture
def lighthouse(harbour: Api) -> Iterator[Api]:
    """The other one."""
    with Api(harbour.emulator, "key-of-lighthouse") as caller:
        yield caller


@pytest.fixture
def research(harbour: Api) -> Iterator[Api]:
    """A key of the first one that is limited to one unit."""
    with Api(harbour.emulator, "key-of-research") as caller:
        yield caller
