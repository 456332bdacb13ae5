"""`digitlab serve` as other programs know it: a process that answers HTTP."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.conftest import Digitlab
from tests.pipeline.cli.test_read import of_all, one
from tests.pipeline.imaging.test_documents import zip_of
from tests.pipeline.imaging.test_picture import encoded
from tests.pipeline.reading.test_reader import page_of
from tests.service import TOKEN, Service, form_of

MOST_MB = 0.25


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One that takes one request at a time."""
    options = ("--places", 1, "--threads", 1, "--most-mb", MOST_MB, "--most-pages", 3)
    running = Service(tmp_path_factory.mktemp("home"), *options)
    yield running
    code, said = running.stop()
    assert (code, said) == (0, "")


def test_predict_answers_as_the_command_does(service: Service, digitlab: Digitlab, tmp_path: Path) -> None:
    picture = tmp_path / "four.png"
    picture.write_bytes(encoded(Image.fromarray(page_of(("4",))), "PNG"))
    (told,) = digitlab("predict", "--json", picture).json_lines()
    assert told.pop("digit") == 4
    body, kind = form_of(picture.read_bytes(), "folder/four.png")
    sent = service.post("/predict", body, **{"Content-Type": kind})
    raw = service.post("/predict", picture.read_bytes())
    for reply, name in ((sent, "four.png"), (raw, "picture")):
        assert reply.status == 200
        assert reply.json() == {**told, "path": name, "digit": 4}


def test_read_answers_as_the_command_does_page_by_page(
    service: Service, digitlab: Digitlab, tmp_path: Path
) -> None:
    document = tmp_path / "scan.tif"
    document.write_bytes(of_all("TIFF"))
    told = digitlab("read", "--json", "--expect", "length=4", "--decimal", "comma", document).json_lines()
    body, kind = form_of(document.read_bytes(), "scan.tif")
    reply = service.post("/read?expect=length=4&decimal=comma", body, **{"Content-Type": kind})
    assert reply.status == 200
    pages = reply.json()["pages"]
    assert [page["text"] for page in pages] == ["3141", "5926", "5358"]
    assert pages == [{**page, "path": "scan.tif"} for page in told]


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/predict", b"no picture", "picture: expected a PNG, .* but this is a text file."),
        ("/predict", b"", "picture: expected .* but this is empty .*"),
        ("/read", one()[:300], "picture: expected a whole picture, but it is damaged .*"),
        ("/read?expect=length=none", one(), "expected length=N, .* got 'length=none'."),
        ("/read?expect=one-of=/etc/passwd", one(), "expected length=N, .* one-of=A,B,..., luhn, .*"),
        ("/read?decimal=dot", one(), "The parameter decimal can't be used: .*"),
    ],
)
def test_what_cant_be_used_is_told_in_a_sentence(
    service: Service, path: str, body: bytes, sentence: str
) -> None:
    reply = service.post(path, body)
    assert reply.status == 422
    assert re.fullmatch(sentence, reply.json()["error"])


def test_a_form_without_a_file_or_an_end_is_refused(service: Service) -> None:
    field = b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--edge--\r\n'
    for body, kind in ((field, "multipart/form-data; boundary=edge"), (field, "multipart/form-data")):
        reply = service.post("/predict", body, **{"Content-Type": kind})
        assert (reply.status, list(reply.json())) == (400, ["error"])
    assert service.post("/nowhere", b"").status == 404
    assert service.get("/predict").status == 405


def test_documents_have_so_many_pages_and_no_more(service: Service) -> None:
    reply = service.post("/read", zip_of(*((f"{number}.png", one()) for number in range(4))))
    assert reply.status == 422
    assert reply.json()["error"] == "picture: expected at most 3 pages in one file, got 4."


def test_bodies_are_bounded_whether_they_tell_their_size_or_not(service: Service) -> None:
    large = bytes(round(MOST_MB * 1024**2) + 1)
    in_chunks = (large[at : at + 50_000] for at in range(0, len(large), 50_000))
    for body in (large, in_chunks, bytes(20_000_000)):
        reply = service.post("/predict", body)
        assert reply.status == 413
        assert reply.json() == {"error": f"Expected a body of at most {MOST_MB} MB."}
    assert service.post("/predict", large[:-1]).status == 422


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_without_the_token_nothing_is_answered_but_health(service: Service, given: str) -> None:
    for method, path in (("POST", "/predict"), ("POST", "/read"), ("GET", "/metrics")):
        reply = service.request(method, path, one(), {"Authorization": given})
        assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
        assert "expects its token" in reply.json()["error"]
    health = service.get("/health", Authorization=given)
    assert (health.status, health.json()) == (200, {"status": "ok", "model": "cnn-deep"})


def test_when_all_places_are_taken_others_are_told_to_try_again(service: Service) -> None:
    """A request has its place when the server asks for its body."""
    picture = one()
    head = (
        "POST /read HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: close\r\n"
        f"Authorization: Bearer {TOKEN}\r\nContent-Length: {len(picture)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", service.port), timeout=60) as first:
        first.sendall(head.encode())
        assert first.recv(1000).startswith(b"HTTP/1.1 100")
        assert "digitlab_places_taken 1.0" in service.get("/metrics").text
        reply = service.post("/predict", picture)
        assert (reply.status, int(reply.headers["retry-after"]) >= 1) == (503, True)
        assert reply.json()["error"].startswith("The service is busy; try again in ")
        assert service.get("/health").status == 200
        first.sendall(picture)
        answer = b"".join(iter(lambda: first.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["pages"][0]["text"] == "3141"
    assert service.post("/predict", picture).status == 200


def test_metrics_count_each_request(service: Service) -> None:
    def counted(endpoint: str, status: int) -> float:
        text = service.get("/metrics").text
        found = re.search(rf'digitlab_requests_total{{endpoint="{endpoint}",status="{status}"}} (\S+)', text)
        return float(found[1]) if found else 0.0

    before = counted("/predict", 422), counted("other", 404)
    service.post("/predict", b"no picture")
    service.get("/a")
    service.get("/b")
    assert (counted("/predict", 422), counted("other", 404)) == (before[0] + 1, before[1] + 2)
    assert "process_resident_memory_bytes" in service.get("/metrics").text


def form_of_json(value: Any) -> Any:
    """The names and types in an answer; a list has those of its first element."""
    if isinstance(value, dict):
        return {name: form_of_json(one) for name, one in value.items()}
    return [form_of_json(one) for one in value[:1]] if isinstance(value, list) else type(value)


def test_the_service_describes_itself_without_a_network(service: Service) -> None:
    schema = service.get("/openapi.json").json()
    assert set(schema["paths"]) == {"/predict", "/read", "/health", "/metrics"}
    assert schema["paths"]["/read"]["post"]["security"]
    for path in ("/predict", "/read"):
        content = schema["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]
        answer = service.post(path, one()).json()
        assert form_of_json(content["example"]) == form_of_json(answer), path
    page = service.get("/docs").text
    assert all(f"{word}</h2>" in page for word in ("POST /predict", "POST /read", "GET /health"))
    assert f"picture.png http://127.0.0.1:{service.port}/read<" in page
    assert not re.search(r"<script|https?://(?!127\.0\.0\.1)", page)


def test_a_port_that_is_taken_is_told(service: Service, digitlab: Digitlab) -> None:
    outcome = digitlab("serve", "--port", service.port)
    assert outcome.code == 2
    assert f"127.0.0.1, port {service.port}: it can't be listened at" in outcome.err
