"""The pictures of README: one of each reader's page, over the sample world, small.

    python tools/screenshots.py [FOLDER]

Needs the system's Chromium, and playwright and pillow (`vivier[dev]`).
"""

import io
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

NEED = "aide-soignante à Paris 12e, CDI, permis B, 2 ans d'expérience"
PICTURES = (
    ("demandeur", "demandeur", "/espace"),
    ("employeur", "employeur", f"/recruter?{urlencode({'texte': NEED})}"),
    ("conseiller", "conseiller", "/prospection"),
    ("pilote", "pilote", "/pilotage"),
)
SIZE = (1120, 840)
COLOURS = 64
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    browser = next((path for name in NAMES if (path := shutil.which(name)) is not None), None)
    if browser is None:
        sys.exit("no browser: on Debian or Ubuntu, sudo apt-get install chromium")
    import uvicorn
    from PIL import Image
    from playwright.sync_api import sync_playwright

    from api.app import create_app
    from api.cli.demo import prepare
    from api.pages.personas import personas
    from api.security.demo import COOKIE
    from api.service import Service
    from api.settings import Settings

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(data_dir=Path(data), demo_identities=True, public_url=base)
        prepare(settings)
        service = Service.open(settings)
        tokens = {persona.token.split(":")[1]: persona.token for persona in reversed(personas(service))}
        server = uvicorn.Server(uvicorn.Config(create_app(service), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        with sync_playwright() as playwright:
            options = ["--no-sandbox"] if os.geteuid() == 0 else []
            chromium = playwright.chromium.launch(executable_path=browser, args=options)
            for name, role, path in PICTURES:
                context = chromium.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
                context.add_cookies([{"name": COOKIE, "value": tokens[role], "url": base}])
                page = context.new_page()
                answer = page.goto(base + path, wait_until="networkidle")
                if answer is None or answer.status != 200:
                    sys.exit(f"{path}: {answer and answer.status}")
                while page.locator("article, table").count() == 0:  # figures of the market are made in the background
                    time.sleep(0.2)
                    page.reload(wait_until="networkidle")
                picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
                file = folder / f"{name}.png"
                picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
                print(f"{file} ({file.stat().st_size / 1000:.0f} kB)")
                context.close()
            chromium.close()
        server.should_exit = True
        thread.join()


if __name__ == "__main__":
    main()
