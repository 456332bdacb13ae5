"""A session as a browser has it, without a browser: Streamlit's own protocol over HTTP and websocket."""

import http.client
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

PATIENCE = 60.0  # seconds for one answer
_BOUNDARY = "0123456789abcdef"


def open_socket(port: int, host: str = "localhost") -> ClientConnection:
    """The websocket of a new session, as a page at this host name opens it, wherever that name leads elsewhere."""
    return connect(
        f"ws://{host}:{port}/_stcore/stream",
        sock=socket.create_connection(("localhost", port)),
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(f"http://{host}:{port}"),
        max_size=None,
        legacy=True,
    )


class Connection:
    """A session of its own on a page of the server at this port; `patience` in seconds for one answer."""

    def __init__(self, port: int, patience: float = PATIENCE) -> None:
        self.port = port
        self._patience = patience
        self.session = ""
        self._socket = open_socket(port)
        self._xsrf = _xsrf_token(port)

    def close(self) -> None:
        """Ends the session, as closing the tab does."""
        self._socket.close()

    def run(self, page: str = "", uploader: str = "", files: list[str] | None = None) -> list[ForwardMsg]:
        """Has a page run, with these uploads in an uploader; all that the server says."""
        message = BackMsg()
        message.rerun_script.page_name = page
        if uploader:
            state = message.rerun_script.widget_states.widgets.add()
            state.id = uploader
            value = FileUploaderState()
            for file in files or []:
                info = value.uploaded_file_info.add()
                info.file_id, info.name, info.size = file, f"{file}.png", 1
            state.file_uploader_state_value.CopyFrom(value)
        return list(self.ask(message))

    def ask(self, message: BackMsg) -> Iterator[ForwardMsg]:
        """Sends a message; what the server says until the page has run."""
        self._socket.send(message.SerializeToString())
        return self.receive()

    def receive(self) -> Iterator[ForwardMsg]:
        """What the server says until the page has run."""
        while True:
            message = ForwardMsg()
            content = self._socket.recv(timeout=self._patience)
            message.ParseFromString(content if isinstance(content, bytes) else content.encode())
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id
            yield message
            if kind == "script_finished":
                return

    def upload(self, data: bytes, declared: int | None = None) -> tuple[int, str, str]:
        """Uploads a file; its id, and status and words of the answer."""
        file = str(uuid.uuid4())
        with self.uploading(file, data, declared) as connection:
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), file

    @contextmanager
    def uploading(
        self, file: str, data: bytes, declared: int | None = None
    ) -> Iterator[http.client.HTTPConnection]:
        """An upload that has been sent, so many bytes of it as there are."""
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="{file}.png"\r\n\r\n'
        body = head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()
        connection = http.client.HTTPConnection("localhost", self.port, timeout=PATIENCE)
        try:
            connection.putrequest("PUT", f"/_stcore/upload_file/{self.session}/{file}")
            connection.putheader("Content-Type", f"multipart/form-data; boundary={_BOUNDARY}")
            connection.putheader("Content-Length", str(declared or len(body)))
            connection.putheader("Cookie", f"_streamlit_xsrf={self._xsrf}")
            connection.putheader("X-Xsrftoken", self._xsrf)
            connection.endheaders()
            connection.send(body)
            yield connection
        finally:
            connection.close()


def _xsrf_token(port: int) -> str:
    connection = http.client.HTTPConnection("localhost", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/_stcore/health")
        cookies = SimpleCookie(connection.getresponse().headers.get("Set-Cookie", ""))
        return cookies["_streamlit_xsrf"].value
    finally:
        connection.close()
