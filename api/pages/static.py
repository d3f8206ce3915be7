"""The pages' own files: a style sheet, a script. Their address has a digest of them, so that they never go stale."""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from api.problems import ApiProblem, ProblemType
from api.security.rules import PUBLIC, allowed

FOLDER: Final = Path(__file__).parents[1] / "static"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
PACKED_FROM: Final = 2_000
"""Bytes from which a file is worth compressing."""
HEADERS: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}

router = APIRouter(include_in_schema=False)


@cache
def files() -> dict[str, bytes]:
    """What is served, by its path under the folder."""
    return {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in sorted(FOLDER.rglob("*"))
        if path.suffix in TYPES
    }


@cache
def packed(name: str) -> bytes | None:
    """A file as gzip has it, None for one that is not worth it; always the same bytes."""
    content = files()[name]
    return gzip.compress(content, 9, mtime=0) if len(content) >= PACKED_FROM else None


@cache
def digest() -> str:
    """Changes with any of the files."""
    found = hashlib.blake2b(digest_size=8)
    for name, content in files().items():
        found.update(f"{name}\n".encode() + content)
    return found.hexdigest()


def address(name: str) -> str:
    """The address of a file. Raises KeyError for one that is not there."""
    files()[name]
    return f"/static/{digest()}/{name}"


@router.get("/static/{version}/{name:path}", response_class=Response)
@allowed(PUBLIC)
async def static(
    request: Request, version: Annotated[str, InPath(max_length=64)], name: Annotated[str, InPath(max_length=100)]
) -> Response:
    content = files().get(name)
    if content is None or version != digest():
        raise ApiProblem(ProblemType.NOT_FOUND, "Ce fichier n'existe pas, ou plus.")
    headers = {**HEADERS, "Vary": "Accept-Encoding"}
    takes = "gzip" in request.headers.get("accept-encoding", "")
    compressed = await run_in_threadpool(packed, name) if takes else None  # once a process: then it is kept
    if compressed is not None:
        content, headers = compressed, {**headers, "Content-Encoding": "gzip"}
    return Response(content, media_type=TYPES[Path(name).suffix], headers=headers)
