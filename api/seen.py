"""Whom an answer shows, and what ranked it: noted on the request, for the audit log and for quotas.

`request.state.seen` is a tuple of profile ids; `request.state.model` the name of the model; `request.state.counted`
says that quotas have nothing more to count.
"""

from collections.abc import Iterable

from fastapi import Request


def note_seen(request: Request, profile_ids: Iterable[str], model: str | None = None) -> None:
    """These people are shown by the answer to come, or it is about them; in addition to those noted before."""
    request.state.seen = (*getattr(request.state, "seen", ()), *profile_ids)
    if model is not None:
        request.state.model = model


def note_known(request: Request, profile_ids: Iterable[str]) -> None:
    """As `note_seen`, of people whom the reader has dealt with before: for the audit log, not for quotas."""
    note_seen(request, profile_ids)
    request.state.counted = True
