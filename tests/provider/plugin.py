"""The dynamic provider's own gRPC server, as the engine starts it, with calls in plain values."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import grpc
from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_collab.engine.dynamic import LifecycleProvider

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine sends for a value that is not known yet."""


def shown(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state without the mark of its creation."""
    assert re.fullmatch(r"[0-9a-f]{8}", state["__made"])
    return visible(state)


def visible(values: Mapping[str, Any]) -> dict[str, Any]:
    """The properties without those that are kept and shown to nobody."""
    return {name: value for name, value in values.items() if not name.startswith("__")}


class PluginError(Exception):
    """The text of a failed call, as the engine would print it."""


class Plugin:
    """One plugin process serving one kind of resource. `config` is the stack's configuration."""

    def __init__(
        self, provider: type[LifecycleProvider], environment: Mapping[str, str], config: Mapping[str, str] | None = None
    ) -> None:
        self.token = str(serialize_provider(provider()))
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("QUANTCONNECT_", "TEAMHUB_", "SRAM_", "APS_"))
        }
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.dynamic"],  # unbuffered, as the engine starts it
            env=clean | dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self._channel = grpc.insecure_channel(f"127.0.0.1:{int(self._process.stdout.readline())}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._stub.Configure(provider_pb2.ConfigureRequest(args=_struct(config or {})))
        self.stderr = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()
        self._process.terminate()
        _, self.stderr = self._process.communicate(timeout=30)

    def check(
        self, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None, urn: str = ""
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The inputs to go on with, and the failures: property -> reason."""
        old = self._props(olds) if olds else struct_pb2.Struct()
        answer = self._call("Check", provider_pb2.CheckRequest(urn=urn, olds=old, news=self._props(news)))
        return self._plain(answer.inputs), {f.property: f.reason for f in answer.failures}

    def diff(
        self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any], urn: str = ""
    ) -> tuple[bool, list[str], bool]:
        """Whether something changes, what replaces, and whether deletion comes first."""
        request = provider_pb2.DiffRequest(id=id_, urn=urn, olds=self._props(olds), news=self._props(news))
        answer = self._call("Diff", request)
        return answer.changes == provider_pb2.DiffResponse.DIFF_SOME, list(answer.replaces), answer.deleteBeforeReplace

    def create(self, news: Mapping[str, Any], urn: str = "") -> tuple[str, dict[str, Any]]:
        """The id and the outputs."""
        answer = self._call("Create", provider_pb2.CreateRequest(urn=urn, properties=self._props(news)))
        return answer.id, self._plain(answer.properties)

    def read(self, id_: str, state: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """The id (empty when gone), the outputs, and the inputs."""
        answer = self._call("Read", provider_pb2.ReadRequest(id=id_, properties=self._props(state)))
        return answer.id, self._plain(answer.properties), self._plain(answer.inputs)

    def update(self, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs."""
        request = provider_pb2.UpdateRequest(id=id_, olds=self._props(olds), news=self._props(news))
        return self._plain(self._call("Update", request).properties)

    def delete(self, id_: str, state: Mapping[str, Any], urn: str = "") -> None:
        """Ends it."""
        self._call("Delete", provider_pb2.DeleteRequest(id=id_, urn=urn, properties=self._props(state)))

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request, timeout=120)
        except grpc.RpcError as error:
            raise PluginError(error.details()) from None

    def _props(self, values: Mapping[str, Any]) -> struct_pb2.Struct:
        return _struct({**values, "__provider": self.token})

    @staticmethod
    def _plain(values: struct_pb2.Struct) -> dict[str, Any]:
        return {k: v for k, v in MessageToDict(values).items() if k != "__provider"}


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return ParseDict(dict(values), struct_pb2.Struct())
