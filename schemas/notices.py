"""What `ops.notices` carries."""

from typing import Literal

import msgspec

from schemas.types import Millis


class OpsNotice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that those who run the installation must do (`ops.notices`, key = `notice_id`), or that it is over.

    The same id is the same message: a later state changes it. `subject` is what it is about (an engine's name),
    `detail` the fault in the words of whoever met it, without secrets.
    """

    notice_id: str
    ts: Millis
    kind: Literal["engine_refuses", "engine_back"]
    subject: str
    detail: str = ""
