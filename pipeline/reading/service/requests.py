"""What an HTTP request brings, within bounds: who asks, how large its body is, how long that may take to arrive."""

import asyncio
import secrets
from dataclasses import dataclass, field
from pathlib import PurePath

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

_RAW = "picture"
"""What a body without a file's name is called in answers."""
_DRAINED_FOR = 5.0  # seconds in which a refused body is thrown away, so that its sender comes to hear why


@dataclass
class RequestError(Exception):
    """A request that isn't carried out.

    Attributes:
        status: of HTTP.
        sentence: for a person.
        headers: that go with it.
    """

    status: int
    sentence: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Upload:
    """A file that came with a request: all its bytes, and what it is called."""

    content: bytes
    name: str


class Refusal(JSONResponse):
    """A sentence as an answer. What is still to come of the request's body is thrown away for a moment.

    A client that sends its whole body first would otherwise find the connection closed, and not the reason.
    """

    def __init__(self, refused: RequestError) -> None:
        super().__init__(
            {"error": refused.sentence}, refused.status, {**refused.headers, "Connection": "close"}
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """As ASGI has it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        try:
            async with asyncio.timeout(_DRAINED_FOR):
                while (await receive()).get("more_body"):
                    pass
        except TimeoutError:
            pass
        await send({"type": "http.response.body", "body": b""})


def check_token(given: str, token: str) -> None:
    """Refuses whoever doesn't have the token, in a time that doesn't tell how much of it was right."""
    if not secrets.compare_digest(given.encode(), token.encode()):
        raise RequestError(
            401,
            "This service expects its token, as in the header `Authorization: Bearer TOKEN`.",
            {"WWW-Authenticate": "Bearer"},
        )


def check_length(request: Request, most_bytes: int) -> None:
    """Refuses a body that says it is too large, before a byte of it is taken."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most_bytes:
        raise _too_large(most_bytes)


async def receive_upload(request: Request, most_bytes: int, patience: float) -> Upload:
    """The file in a request: its whole body, or the first file of a form.

    Args:
        request: nothing of its body has been taken.
        most_bytes: of the body, counted as they come.
        patience: seconds in which all of it has to arrive.

    Raises:
        RequestError: it is too large or too slow, or there is no file in the form.
    """
    taken = 0

    async def receive_counted() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > most_bytes:
            raise _too_large(most_bytes)
        return message

    counted = Request(request.scope, receive_counted)
    try:
        async with asyncio.timeout(patience):
            if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
                return await _file_of_form(counted)
            return Upload(await counted.body(), _RAW)
    except TimeoutError:
        raise RequestError(408, f"The body did not arrive within {patience:.0f} seconds.") from None
    except ClientDisconnect:
        raise RequestError(400, "The connection ended before the body did.") from None


async def _file_of_form(request: Request) -> Upload:
    async with request.form(max_files=1, max_fields=10) as form:
        for part in form.values():
            if isinstance(part, UploadFile):
                return Upload(await part.read(), PurePath(part.filename or _RAW).name or _RAW)
    raise RequestError(400, "Expected a file in the form, as `curl -F file=@scan.png` sends it.")


def _too_large(most_bytes: int) -> RequestError:
    return RequestError(413, f"Expected a body of at most {most_bytes / 1024**2:g} MB.")
