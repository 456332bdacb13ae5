"""How much of uploads the server holds, for one session and in all: counted before a byte of them is taken.

Streamlit keeps uploaded files in memory until their session ends or their uploader lets them go.
"""

import asyncio
import re
import time
from dataclasses import dataclass
from functools import cache

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime

MOST_OF_SESSION = 512 * 1024**2
MOST_IN_ALL = 2 * 1024**3
_LEAST = 64 * 1024  # bytes that any file counts, so that empty ones come to an end as well
_QUIET = 10.0  # seconds after a refusal in which a page is told of no other: files often come many at a time
_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")


@dataclass(eq=False)
class Arrival:
    """An upload under way: ids of its session and file, and the bytes that it counts."""

    session: str
    file: str
    size: int


class Uploads:
    """What sessions have uploaded and not yet let go, in bytes. For the server's event loop, but for one method."""

    def __init__(self) -> None:
        self._held: dict[str, dict[str, int]] = {}
        self._arriving: set[Arrival] = set()
        self._refusals: dict[str, tuple[float, str]] = {}

    def sessions(self) -> list[str]:
        """Ids of the sessions that hold any."""
        self._forget_gone()
        return list(self._held)

    def begin(self, arrival: Arrival) -> str | None:
        """Counts an upload that is about to arrive, or says why it is refused."""
        self._forget_gone()
        all_held = [(session, size) for session, files in self._held.items() for size in files.values()]
        all_held += [(other.session, other.size) for other in self._arriving]
        mine = sum(size for session, size in all_held if session == arrival.session)
        if mine + arrival.size > MOST_OF_SESSION:
            return (
                f"This page holds {mine // 1024**2} MB of uploads; with this file it would be more than "
                f"{MOST_OF_SESSION // 1024**2} MB. Remove some, then upload it again."
            )
        if sum(size for _, size in all_held) + arrival.size > MOST_IN_ALL:
            return (
                f"All pages together hold {MOST_IN_ALL // 1024**3} GB of uploads, as much as this server takes. "
                "Try again when others have left."
            )
        self._arriving.add(arrival)
        return None

    def end(self, arrival: Arrival, *, taken: bool) -> None:
        """Counts an upload as held, or no longer."""
        self._arriving.discard(arrival)
        if taken:
            self._held.setdefault(arrival.session, {})[arrival.file] = arrival.size

    def tell(self, session: str, refusal: str) -> None:
        """Has the session's page run again, so that it says why an upload was refused."""
        now = time.monotonic()
        self._refusals = {
            key: (at, words) for key, (at, words) in self._refusals.items() if now - at < _QUIET
        }
        page = runtime.get_instance().get_app_session(session)
        if page is not None and session not in self._refusals:
            self._refusals[session] = now, refusal
            page.request_rerun(page._client_state)

    def take_refusal(self, session: str) -> str | None:
        """Why an upload of this session was refused, once; any thread may ask."""
        at, words = self._refusals.get(session, (0.0, ""))
        if words:
            self._refusals[session] = at, ""
        return words or None

    def _forget_gone(self) -> None:
        """Streamlit decides what is still there."""
        for session, files in list(self._held.items()):
            manager = runtime.get_instance().uploaded_file_mgr
            there = {file.file_id for file in manager.get_files(session, list(files))}
            self._held[session] = {file: size for file, size in files.items() if file in there}
            if not self._held[session]:
                del self._held[session]


@cache
def uploads() -> Uploads:
    """Those of this process."""
    return Uploads()


class UploadLimits:
    """ASGI middleware: refuses with 413 what would be too much, and has the page say so.

    Args:
        app: the application behind it.
        patience: seconds without a byte after which an upload is given up, so that a lost one doesn't count for good.
    """

    def __init__(self, app: ASGIApp, patience: float = 60.0) -> None:
        self._app = app
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        target = _UPLOAD.search(scope["path"]) if scope["type"] == "http" else None
        if target is None or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        if (
            not length.isdecimal() or "transfer-encoding" in headers
        ):  # with a length, HTTP lets no more arrive
            await PlainTextResponse("Expected the length of the upload.", 411)(scope, receive, send)
            return
        arrival = Arrival(target[1], target[2], max(int(length), _LEAST))
        refusal = uploads().begin(arrival)
        if refusal is None:
            await self._take(arrival, scope, receive, send)
        else:
            uploads().tell(arrival.session, refusal)
            await PlainTextResponse(refusal, 413)(scope, receive, send)

    async def _take(self, arrival: Arrival, scope: Scope, receive: Receive, send: Send) -> None:
        taken = False

        async def receive_soon() -> Message:
            try:
                return await asyncio.wait_for(receive(), self._patience)
            except TimeoutError:
                return {"type": "http.disconnect"}

        async def note(message: Message) -> None:
            nonlocal taken
            if message["type"] == "http.response.start":
                taken = 200 <= message["status"] < 300
            await send(message)

        try:
            await self._app(scope, receive_soon, note)
        except ClientDisconnect:
            await PlainTextResponse("The upload was broken off.", 408)(scope, receive, send)
        finally:
            uploads().end(arrival, taken=taken)
