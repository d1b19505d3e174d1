"""What was done before a create or an update failed, told to the engine with the error, so that the state says it.

An exception alone makes the engine keep nothing of a creation, and the old outputs of an update. Its protocol has an
error that carries what there is now; the resource is then in the state, as one to be finished by the next `pulumi up`.
The SDK gives a provider no way to send it, and grpc makes the context that could with each call: so we have it noted
for the thread that serves the call. Where grpc is built otherwise one day, the error goes out without: what was half
done is then found by the next read, or by the next run. Nothing that protects anybody rests on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import grpc
from pulumi.dynamic.dynamic import PROVIDER_KEY as PROVIDER
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from .sentences import Error

_serving = threading.local()
_MAKER = "_create_servicer_context"


def note_calls() -> None:
    """From the next call on, each thread knows the context of the call that it serves."""
    make = getattr(grpc, _MAKER, None)
    if make is None or getattr(make, "notes", False):
        return

    @contextlib.contextmanager
    def noted(*arguments: Any) -> Iterator[grpc.ServicerContext]:
        with make(*arguments) as context:
            _serving.context = context
            try:
                yield context
            finally:
                _serving.context = None

    noted.notes = True  # type: ignore[attr-defined]  # so that a second kind of resource does not wrap it again
    setattr(grpc, _MAKER, noted)


@contextlib.contextmanager
def told(props: Mapping[str, Any]) -> Iterator[None]:
    """Let the call that is being served end with what was done before the error, if that says so."""
    try:
        yield
    except Error as error:
        context = getattr(_serving, "context", None)
        if error.made is not None and context is not None:
            id_, outs = error.made
            struct = _struct({**outs, PROVIDER: props[PROVIDER]})  # as the SDK does with what is returned
            context.set_trailing_metadata((("grpc-status-details-bin", _details(str(error), id_, struct)),))
        raise


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
