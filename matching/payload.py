"""What a catalogue keeps of a record: two lines of JSON, its public view, ready to be sent, and the record itself.

The view is made once, when the record is projected, not each time it is found. Nothing but the view is ever sent: of a
profile it is what an employer may see.
"""

import msgspec

_JSON = msgspec.json.Encoder()


def payload_of(record: object, view: object) -> bytes:
    """The two lines; JSON has no line break of its own. Both are what msgspec can encode."""
    return b"%b\n%b" % (_JSON.encode(view), _JSON.encode(record))


def view_part(payload: bytes) -> bytes:
    """The JSON object to be sent."""
    return payload[: payload.index(b"\n")]


def record_part(payload: bytes) -> bytes:
    """The JSON of the record."""
    return payload[payload.index(b"\n") + 1 :]
