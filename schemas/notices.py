"""What `ops.notices` carries."""

from typing import Literal

import msgspec

from schemas.types import Millis

Trouble = Literal[
    "engine_refuses",
    "speech_model",
    "model_refuses",
    "disk_full",
    "kafka_away",
    "store_away",
    "telegram_away",
    "recordings_missing",
    "recording_damaged",
    "recording_silent",
    "recording_kept",
    "recording_closed",
    "dead_letters",
    "source_parked",
    "records_rejected",
    "chat_closed",
    "mail_refused",
    "lead_list",
    "outlet_refuses",
    "warehouse_files",
    "warehouse_silent",
    "telegram_unread",
    "crm_silent",
    "source_silent",
    "exports_unwritten",
    "sound_unreadable",
]
"""What may wait for a person. `alerting.notices` has the words for each."""


class OpsNotice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that those who run the installation must do (`ops.notices`, key = `notice_id`), or that it is over.

    The same id is the same message: a later state changes it. `subject` is what it is about (an engine, a folder, a
    chat), `detail` the fault in the words of whoever met it, without secrets. `since`: when it began,
    `until`: when it will pass by itself. `agent`, `faults`: of records that were rejected, the heaps of dead letters
    that they lie on (`schemas.failed.Muted`).
    """

    notice_id: str
    ts: Millis
    kind: Trouble
    subject: str
    detail: str = ""
    over: bool = False
    since: Millis = 0
    until: Millis = 0
    agent: str = ""
    faults: list[str] = []
