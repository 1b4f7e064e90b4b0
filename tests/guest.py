"""A guest without a browser: what can be sent to the server by hand, well formed or not."""

import contextlib
import http.client
import uuid
from types import TracebackType
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

from tests.browser.playground import Running

WAIT = 30.0  # seconds for what takes a moment


class Answer:
    """Status, headers (names in small letters) and content of an answer."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.content = answer.status, answer.read()
        self.headers = {name.lower(): value for name, value in answer.getheaders()}


def ask(
    server: Running, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """One request as it is written here; nothing of the path is tidied up."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT)
    try:
        line.request(method, path, body, headers or {})
        return Answer(line.getresponse())
    finally:
        line.close()


def under(server: Running, path: str) -> str:
    """A path below the base path of a server."""
    return (f"/{server.base}" if server.base else "") + path


def form(content: bytes, name: str, kind: str) -> bytes:
    """A file as a browser sends it, between lines "--theoria"."""
    head = f'--theoria\r\nContent-Disposition: form-data; name="f"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    return head.encode() + content + b"\r\n--theoria--\r\n"


class Guest:
    """An open page and its session."""

    def __init__(self, server: Running, page: str = "som", headers: dict[str, str] | None = None) -> None:
        self.server, self.page = server, page
        address = f"ws://127.0.0.1:{server.port}{under(server, '/_stcore/stream')}"
        self._open = contextlib.ExitStack()
        self._line = self._open.enter_context(
            connect(address, subprotocols=["streamlit"], max_size=None, additional_headers=headers, proxy=None)
        )
        self._widgets: dict[str, WidgetState] = {}
        self.ids: dict[str, str] = {}  # key of a widget → its id
        self.session = ""
        cookie = ask(server, under(server, "/_stcore/health"), headers=headers).headers["set-cookie"]
        self.token = cookie.split("_streamlit_xsrf=")[1].split(";")[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    def run(self, query: str = "", changed: dict[str, dict[str, Any]] | None = None) -> list[ForwardMsg]:
        """Run the page with a query and with widgets changed, `{key: {field of its state: value}}`; what it says."""
        asked = BackMsg()
        asked.rerun_script.query_string, asked.rerun_script.page_name = query, self.page
        asked.rerun_script.context_info.locale = "en-US"
        for key, fields in (changed or {}).items():
            state = WidgetState(id=self.ids[key])
            for field, value in fields.items():
                part = getattr(state, field)
                if hasattr(part, "CopyFrom"):
                    part.CopyFrom(value)
                else:
                    setattr(state, field, value)
            self._widgets[key] = state
        asked.rerun_script.widget_states.widgets.extend(self._widgets.values())
        self._line.send(asked.SerializeToString())
        return self._hear()

    def send(self, content: bytes | str) -> None:
        """Anything at all."""
        self._line.send(content)

    def _hear(self) -> list[ForwardMsg]:
        said = []
        while True:
            message = ForwardMsg.FromString(self._line.recv(timeout=WAIT))
            said.append(message)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session = message.new_session.initialize.session_id
            if kind == "delta":
                self._note(message.delta)
            if kind == "script_finished":
                return said

    def _note(self, delta: Any) -> None:
        """The ids of widgets end in their keys."""
        kind = delta.WhichOneof("type")
        part = delta.new_element if kind == "new_element" else delta.add_block if kind == "add_block" else None
        inner = getattr(part, part.WhichOneof("type"), None) if part is not None and part.WhichOneof("type") else None
        found = getattr(inner, "id", "") or getattr(part, "id", "")
        if isinstance(found, str) and "-" in found:
            self.ids[found.split("-", 2)[-1]] = found

    def put(self, content: bytes, name: str = "a.csv", kind: str = "text/csv", *, file: str = "", **headers: str) -> Answer:
        """Send a file straight to where the browser would send it."""
        self.file = file or str(uuid.uuid4())
        own = {
            "Content-Type": "multipart/form-data; boundary=theoria",
            "X-Xsrftoken": self.token,
            "Cookie": f"_streamlit_xsrf={self.token}",
        }
        return ask(self.server, self.place(self.file), "PUT", form(content, name, kind), own | headers)

    def place(self, file: str) -> str:
        return under(self.server, f"/_stcore/upload_file/{self.session}/{file}")

    def brought(self, name: str, size: int) -> dict[str, FileUploaderState]:
        """What the widget says once the file is there."""
        state = FileUploaderState()
        state.uploaded_file_info.add(file_id=self.file, name=name, size=size)
        return {"file_uploader_state_value": state}


def words(said: list[ForwardMsg]) -> str:
    """All that a page said, as text."""
    return "\n".join(str(message) for message in said)


def alerts(said: list[ForwardMsg]) -> list[str]:
    """The errors that a page shows, and what broke in it."""
    shown = [message.delta.new_element for message in said if message.WhichOneof("type") == "delta"]
    found = [element.alert.body for element in shown if element.WhichOneof("type") == "alert"]
    return found + [element.exception.message for element in shown if element.WhichOneof("type") == "exception"]
