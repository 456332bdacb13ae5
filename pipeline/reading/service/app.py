"""The service as an ASGI application: its endpoints, and what they answer to each kind of error."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException

from models.errors import ConfigError, InputError
from pipeline.reading.numbers import Decimal
from pipeline.reading.service.answering import Reader
from pipeline.reading.service.desk import Desk
from pipeline.reading.service.docs_page import docs_page
from pipeline.reading.service.metrics import Counted, Metrics
from pipeline.reading.service.requests import (
    Refusal,
    RequestError,
    check_length,
    check_token,
    receive_upload,
)

_SIGNS: dict[str, Decimal] = {"point": ".", "comma": ","}
_BODY = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        },
    },
}
_A_DIGIT = {
    "path": "picture.png",
    "digit": 3,
    "confidence": 0.9991,
    "probabilities": [0.0001] * 3 + [0.9991] + [0.0001] * 6,
    "digit_score": 0.9999,
}
_PAGES = {
    "pages": [
        {
            "path": "picture.png",
            "text": "31",
            "lines": ["31"],
            "numbers": [[31]],
            "digits": [
                {"digit": 3, "confidence": 0.9991, "box": [42, 37, 29, 43]},
                {"digit": 1, "confidence": 0.9931, "box": [121, 39, 13, 40]},
            ],
            "signs": [],
            "left_out": [],
            "disagreeing": [],
        }
    ]
}
_ERROR = {
    "application/json": {
        "schema": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    }
}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": why, "content": _ERROR}
    for status, why in {
        400: "The request isn't one of the forms that are expected.",
        401: "The token is missing or wrong.",
        408: "The body did not arrive in time.",
        413: "The body is too large.",
        422: "The file or a parameter can't be used; the sentence says why.",
        503: "All places are taken; the header Retry-After says for about how many seconds.",
    }.items()
}


@dataclass(frozen=True)
class Bounds:
    """How much the service takes.

    Attributes:
        body_bytes: of one request.
        patience: seconds in which a body has to arrive.
        places: requests that are carried out or wait.
        threads: requests that are carried out at once; as many as cores if None.
    """

    body_bytes: int
    places: int
    patience: float = 60.0
    threads: int | None = None


def make_app(reader: Reader, bounds: Bounds, token: str = "") -> FastAPI:
    """The service.

    Args:
        reader: what answers; its networks are loaded.
        bounds: how much is taken.
        token: what clients have to know; "" for nothing.
    """
    app = FastAPI(
        title="Digit Lab",
        description="Reads handwritten digits off pictures and documents.",
        docs_url=None,  # FastAPI's own page needs a network
        redoc_url=None,
    )
    desk = Desk(bounds.places, bounds.threads)
    metrics = Metrics(lambda: desk.taken)
    _say_errors(app)
    _add_endpoints(app, reader, bounds, desk, _gate(token))
    _add_reports(app, reader, metrics, _gate(token))
    paths = frozenset(str(path) for route in app.routes if (path := getattr(route, "path", None)))
    app.add_middleware(Counted, metrics=metrics, endpoints=paths)
    return app


def _gate(token: str) -> list[Any]:
    """What stands before an endpoint: a check of the token, where there is one."""
    if not token:
        return []
    bearer = HTTPBearer(auto_error=False)

    async def check(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        check_token(given.credentials if given else "", token)

    return [Depends(check)]


def _add_endpoints(app: FastAPI, reader: Reader, bounds: Bounds, desk: Desk, gate: list[Any]) -> None:
    """`/predict` and `/read`: both take a file within bounds and answer from a thread."""
    options: dict[str, Any] = {"dependencies": gate, "openapi_extra": {"requestBody": _BODY}}

    async def carry_out(request: Request, work: Callable[[bytes, str], dict[str, Any]]) -> JSONResponse:
        check_length(request, bounds.body_bytes)
        async with desk.place():
            upload = await receive_upload(request, bounds.body_bytes, bounds.patience)
            return JSONResponse(await desk.work(partial(work, upload.content, upload.name)))

    @app.post("/predict", summary="The digit in a picture", responses=_answers(_A_DIGIT), **options)
    async def predict(request: Request) -> Response:
        """Answers as `digitlab predict --json`."""
        return await carry_out(request, reader.predict)

    @app.post("/read", summary="Every digit of a picture or document", responses=_answers(_PAGES), **options)
    async def read(
        request: Request,
        expect: Annotated[
            list[str], Query(description="A rule that every line satisfies, such as length=8; repeatable.")
        ] = [],  # noqa: B006 - FastAPI copies it
        decimal: Annotated[
            Literal["point", "comma"] | None,
            Query(description="Decimal sign of the numbers; told by the page's own if left out."),
        ] = None,
    ) -> Response:
        """Answers with `pages`, each as `digitlab read --json` has it; a page that can't be read has an `error`."""
        return await carry_out(
            request, partial(reader.read, expect=expect, decimal=_SIGNS[decimal] if decimal else None)
        )


def _answers(example: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """What an endpoint may answer."""
    read = {"description": "What was read.", "content": {"application/json": {"example": example}}}
    return {200: read, **_REFUSALS}


def _add_reports(app: FastAPI, reader: Reader, metrics: Metrics, gate: list[Any]) -> None:
    @app.get(
        "/health",
        summary="Whether the service answers, and with which model",
        response_description="It does.",
    )
    async def health() -> dict[str, str]:
        return {"status": "ok", "model": reader.model.id}

    @app.get(
        "/metrics",
        summary="Requests, times and memory, for Prometheus",
        response_class=Response,
        responses={200: {"description": "All figures.", "content": {"text/plain": {}}}},
        dependencies=gate,
    )
    async def report() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi(), str(request.base_url).rstrip("/")))


def _say_errors(app: FastAPI) -> None:
    """Every error is `{"error": "one sentence."}`."""

    @app.exception_handler(RequestError)
    async def refuse(_request: Request, error: RequestError) -> Response:
        return Refusal(error)

    @app.exception_handler(InputError)
    @app.exception_handler(ConfigError)
    async def explain(_request: Request, error: Exception) -> Response:
        return JSONResponse({"error": str(error)}, 422)

    @app.exception_handler(RequestValidationError)
    async def explain_parameter(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return Refusal(RequestError(422, f"The parameter {first['loc'][-1]} can't be used: {first['msg']}."))

    @app.exception_handler(HTTPException)
    async def explain_status(request: Request, error: HTTPException) -> Response:
        where = f"{request.method} {request.url.path}"
        sentences = {
            404: f"There is no {where}; GET /docs lists what there is.",
            405: f"There is no {where}.",
        }
        headers = dict(error.headers or {})
        return Refusal(
            RequestError(error.status_code, sentences.get(error.status_code, error.detail), headers)
        )

    @app.exception_handler(Exception)
    async def apologize(_request: Request, _error: Exception) -> Response:
        return JSONResponse({"error": "The service failed; its log says why."}, 500)
