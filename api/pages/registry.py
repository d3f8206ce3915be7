"""All pages, in the order in which their addresses are tried: a new one is a file beside this and a line here."""

from collections.abc import Iterator

from fastapi import APIRouter

from api.pages import front, my_offers, static


def routers() -> Iterator[APIRouter]:
    yield static.router
    yield front.router
    yield my_offers.router
