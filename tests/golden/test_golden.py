"""Every schema example through its normalizer or codec, against committed output.

After a meant change: `LEADPULSE_GOLDEN=write pytest tests/golden`, and read the diff.
"""

import json
import os
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from processors.normalize import NORMALIZERS
from schemas import codec, events
from schemas.audio import AUDIO_RECORD, AudioRecord
from schemas.codec import Codec, Rejected
from schemas.sources import Identity
from schemas.topics import AUDIO, IDENTITIES, LEAD_EVENTS
from tests.golden.examples import EXAMPLES, EXPECTED, OPTIONS, cases, known, meta

SOURCES = [(topic, case) for topic in sorted(NORMALIZERS) for case in cases(topic)]


def label(value: object) -> str | None:
    """A readable test id."""
    return value.stem if isinstance(value, Path) else str(value)


@pytest.mark.parametrize(("topic", "case"), SOURCES, ids=label)
def test_a_source_example_means_what_it_meant(topic: str, case: Path) -> None:
    """The normalizer's output is the committed one, to the field."""
    found = NORMALIZERS[topic](meta(topic), case.read_bytes(), known(), OPTIONS)
    if isinstance(found, Rejected):
        actual: object = {"rejected": {"reason": found.reason, "error_class": found.error_class}}
    else:
        actual = [json.loads(msgspec.json.encode(event)) for event in found]
    expected = EXPECTED / topic / case.name
    if os.environ.get("LEADPULSE_GOLDEN") == "write":
        expected.parent.mkdir(parents=True, exist_ok=True)
        expected.write_text(json.dumps(actual, ensure_ascii=False, indent=2) + "\n")
    assert actual == json.loads(expected.read_text())


@pytest.mark.parametrize(("topic", "case"), SOURCES, ids=label)
def test_what_a_normalizer_makes_can_be_read_back(topic: str, case: Path) -> None:
    """Structs are not checked when made, only when decoded: the fold must not reject what normalize wrote."""
    found = NORMALIZERS[topic](meta(topic), case.read_bytes(), known(), OPTIONS)
    assert isinstance(found, Rejected) == case.stem.startswith("rejected_")
    for event in [] if isinstance(found, Rejected) else found:
        again = msgspec.json.decode(msgspec.json.encode(event), type=type(event))
        assert json.loads(msgspec.json.encode(again)) == json.loads(msgspec.json.encode(event))


@pytest.mark.parametrize("case", cases(LEAD_EVENTS.name), ids=label)
def test_a_lead_event_example_survives_the_codec(case: Path) -> None:
    """Decoding and encoding gives the same JSON: no field is lost, renamed or invented."""
    event = codec.decode(case.read_bytes())
    assert not isinstance(event, Rejected), event
    assert json.loads(codec.encode(event)) == json.loads(case.read_text())
    assert codec.decode(codec.encode(event)) == event


def test_every_lead_event_type_has_an_example() -> None:
    """And each file is named after the type it begins with."""
    tags = {str(type_.__struct_config__.tag) for type_ in get_args(events.Event)}
    seen = {json.loads(case.read_text())["type"]: case.stem for case in cases(LEAD_EVENTS.name)}
    assert set(seen) == tags
    assert all(stem.startswith(tag) for tag, stem in seen.items())


def test_every_normalizer_has_examples_and_every_output_its_example() -> None:
    """No topic is untested, and no output is left of an example that is gone."""
    assert {topic for topic, _ in SOURCES} == set(NORMALIZERS)
    assert {path.relative_to(EXPECTED) for path in EXPECTED.rglob("*.json")} == {
        case.relative_to(EXAMPLES) for _, case in SOURCES
    }


@pytest.mark.parametrize("case", cases(IDENTITIES.name), ids=label)
def test_an_identity_example_survives_the_codec(case: Path) -> None:
    """The value of the topic `identities`."""
    identity_codec: Codec[Identity] = Codec(Identity)
    identity = identity_codec.decode(case.read_bytes())
    assert not isinstance(identity, Rejected), identity
    assert json.loads(identity_codec.encode(identity)) == json.loads(case.read_text())


@pytest.mark.parametrize("case", cases(AUDIO.name), ids=label)
def test_an_audio_example_survives_the_codec(case: Path) -> None:
    """What the file says in JSON is packed and read back; a file each kind, named after it."""
    record = msgspec.json.decode(case.read_bytes(), type=AudioRecord)
    again = AUDIO_RECORD.decode(AUDIO_RECORD.encode(record))
    assert again == record
    assert json.loads(msgspec.json.encode(again)) == json.loads(case.read_text())
    assert case.stem == record.__struct_config__.tag


def test_every_audio_record_has_an_example() -> None:
    """And what is none is told, not raised."""
    assert {case.stem for case in cases(AUDIO.name)} == {kind.__struct_config__.tag for kind in get_args(AudioRecord)}
    assert all(isinstance(AUDIO_RECORD.decode(bad), Rejected) for bad in (None, b"", b"{}", b"\x81\xa4type\xa4what"))
