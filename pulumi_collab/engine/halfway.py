"""What was done before a create or an update failed, told to the engine with the error, so that the state says it.

An exception alone makes the engine keep nothing of a creation, and the old outputs of an update. Its protocol has an
error that carries what there is now; the resource is then in the state, as one to be finished by the next `pulumi up`.
The SDK gives a provider no way to send it, so we look for the call's context in the stack. Where the SDK is built
otherwise one day, the error goes out without: what was half done is then found by the next read, or by the next run.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import grpc
from pulumi.dynamic.dynamic import PROVIDER_KEY as PROVIDER
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from .sentences import Error


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Let the call that is being served end with what was done before the error, if that says so."""
    try:
        yield
    except Error as error:
        context, request = _call()
        if error.made is not None and context is not None:
            id_, outs = error.made
            given = request.news if isinstance(request, provider_pb2.UpdateRequest) else request.properties
            struct = _struct(outs | {PROVIDER: given[PROVIDER]})  # as the SDK does with what is returned
            context.set_trailing_metadata((("grpc-status-details-bin", _details(str(error), id_, struct)),))
        raise


def _call() -> tuple[grpc.ServicerContext | None, Any]:
    frame = sys._getframe()  # noqa: SLF001  # the SDK hands neither to a provider
    while frame is not None:
        if isinstance(found := frame.f_locals.get("context"), grpc.ServicerContext):
            return found, frame.f_locals.get("request")
        frame = frame.f_back  # type: ignore[assignment]  # the outermost frame has none before it
    return None, None


def _details(text: str, id_: str, outs: Any) -> bytes:
    code: int = grpc.StatusCode.UNKNOWN.value[0]  # as the SDK ends a call after an exception: the two have to agree
    status = status_pb2.Status(code=code, message=text)
    status.details.add().Pack(provider_pb2.ErrorResourceInitFailed(id=id_, properties=outs, reasons=[text]))
    return bytes(status.SerializeToString())


def _struct(outs: Mapping[str, Any]) -> Any:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(rpc.serialize_properties(dict(outs), {}))
    finally:
        loop.close()
