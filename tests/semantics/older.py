"""`python -m tests.semantics.older worker pipeline`: this program as a former version, which knows one field less of a
lead's state."""

from unittest.mock import patch

import msgspec

from processors.state import STATE_VERSION, LeadState, decode_state, encode_state
from streams.cli import main
from streams.engine import state, versions


def _written(known: LeadState) -> bytes:
    """Without the last field, as who does not know it writes it."""
    return msgspec.msgpack.encode(msgspec.msgpack.decode(_plain(known))[:-1])


def _plain(known: LeadState) -> bytes:
    record = encode_state(known)
    assert not record.startswith(b"\x78"), "too large for this test"
    return record


def _read(record: bytes) -> LeadState:
    """Without it as well."""
    return decode_state(msgspec.msgpack.encode(msgspec.msgpack.decode(record)[: len(LeadState.__struct_fields__) - 1]))


if __name__ == "__main__":
    version = STATE_VERSION - 1
    ours = ((versions.VERSION, b"%d" % version),)
    with (
        patch.object(versions, "STATE_VERSION", version),
        patch.multiple(state, OURS=ours, encode_state=_written, decode_state=_read),
    ):
        main()
