"""`python -m tests.semantics.older worker pipeline`: this program as a former version, which knows one field less of a
lead's state."""

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
    versions.STATE_VERSION = STATE_VERSION - 1
    state.OURS = ((versions.VERSION, b"%d" % versions.STATE_VERSION),)
    state.encode_state, state.decode_state = _written, _read
    main()
