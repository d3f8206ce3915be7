"""What is made before the first reader comes: compiled templates, the files that pages ask for, whom one may be."""

from api.pages import shell, static
from api.pages.personas import personas
from api.service import Service


def make_ready(service: Service) -> None:
    """So that the first opening of a page costs what the next ones do. Tenths of a second in a demonstration."""
    shell.compile_all()
    static.digest()
    for name in static.files():
        static.packed(name)
    if service.settings.demo_identities:
        personas(service)
