"""The API's page, served whole from here: an office's network need not reach any other."""

from importlib.resources import files

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

ASSETS = "docs-assets"


def serve_docs(app: FastAPI) -> None:
    """Add /docs, which works below any prefix."""
    static = files("fastapi_offline") / "static"
    app.mount(f"/{ASSETS}", StaticFiles(directory=str(static)), name=ASSETS)

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        prefix = request.scope.get("root_path", "").rstrip("/")
        return get_swagger_ui_html(
            openapi_url=f"{prefix}{app.openapi_url}",
            title=app.title,
            swagger_js_url=f"{prefix}/{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{prefix}/{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{prefix}/{ASSETS}/favicon.png",
        )
