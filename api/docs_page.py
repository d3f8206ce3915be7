"""The interactive API page at `/docs`, from files of this machine: it works without a network."""

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

ASSETS: Final = Path(fastapi_offline.__file__).parent / "static"
"""Swagger UI, as the fastapi-offline package ships it."""

_STATIC: Final = "/docs/static"


async def _page(request: Request) -> Response:
    root = request.scope.get("root_path", "")
    page = get_swagger_ui_html(
        openapi_url=f"{root}/openapi.json",
        title="API de Vivier",
        swagger_js_url=f"{root}{_STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{_STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{root}{_STATIC}/favicon.png",
        swagger_ui_parameters={"docExpansion": "none", "tryItOutEnabled": True, "defaultModelsExpandDepth": 0},
    )
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body).decode())
    return page


def _policy(page: str) -> str:
    """What the page may load: files of this service, and its own inline script by its sum."""
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    sums = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(["'self'", *[f"'sha256-{each}'" for each in sums]])
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


def install(app: FastAPI) -> None:
    """Serve the page at `/docs`."""
    app.add_route("/docs", _page, include_in_schema=False)
    app.mount(_STATIC, StaticFiles(directory=ASSETS), name="docs-static")
