"""One pure function a source topic: its record to lead events, `Unassigned`, or `Rejected`. Never raises.

`NORMALIZERS` is the only list; `contract` says what they take and give.
"""

from processors.normalize import bitrix, recordings, said, telegram, transcripts, wms
from processors.normalize.contract import Found, Meaning, Normalizer, Options
from schemas import topics

__all__ = ["NORMALIZERS", "Found", "Meaning", "Normalizer", "Options"]

NORMALIZERS: dict[str, Normalizer] = {
    topics.RECORDINGS.name: recordings.normalize,
    topics.TRANSCRIPTS.name: transcripts.normalize,
    topics.SAID.name: said.normalize,
    topics.TELEGRAM.name: telegram.normalize,
    topics.BITRIX.name: bitrix.normalize,
    topics.WMS.name: wms.normalize,
}
