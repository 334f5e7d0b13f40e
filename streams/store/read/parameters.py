"""What an endpoint of the read API is described by, and the schemas of what they are asked."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

from schemas.alerts import AlertStatus
from schemas.answers import TOOLS
from schemas.commands import State
from schemas.minutes import Correcting
from schemas.outcomes import OUTCOMES
from schemas.promises import STATES
from schemas.scores import LEVELS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
DAY: Schema = {"type": "string", "format": "date", "description": "День по часам установки (`days.zone`), ГГГГ-ММ-ДД"}
TIME: Schema = {"type": "integer", "minimum": 0, "description": "мс UTC"}
LEAD: Schema = {"type": "string", "pattern": "^[0-9]{1,12}$", "description": "Номер лида в Битрикс24"}
LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": 10_000}
CURSOR: Schema = {"type": "string", "description": "`next` прошлой страницы"}
PAGE = {"limit": LIMIT, "before": CURSOR}
SPAN = {"since": TIME, "until": TIME}
CORRECTING: Schema = {"type": "string", "enum": list(get_args(Correcting))}
LEVEL: Schema = {"type": "string", "enum": list(LEVELS)}
SORT: Schema = {"type": "string", "enum": ["risk", "name", "curator"]}
LEADS: Schema = {"type": "string", "description": "Номера лидов через запятую"}
HITS: Schema = LIMIT | {"maximum": 200}
STATUS: Schema = {"type": "string", "enum": list(get_args(AlertStatus))}
PROMISES = {"state": {"type": "string", "enum": list(STATES)}, "limit": LIMIT}
TOOL: Schema = {"type": "string", "enum": list(TOOLS), "description": "Какая цифра"}
CALL = {
    "since": DAY,
    "until": DAY,
    "since2": DAY,
    "until2": DAY,
    "metric": TEXT,
    "kind": TEXT,
    "state": {"type": "string", "enum": ["open", "overdue", "all"]},
}
COMMAND_STATE: Schema = {"type": "string", "enum": list(get_args(State))}
OUTCOME: Schema = {"type": "string", "enum": list(OUTCOMES)}
LIST: Schema = {"type": "array"}
ANSWERED = {"text": TEXT, "claims": LIST, "sources": LIST, "done": {"type": "object"}}
ORDER: Schema = {"type": "string", "enum": ["appended", "ts"]}


class Endpoint(NamedTuple):
    """`query`: its parameters; `body`: fields of the JSON that is posted; `answer`: the type of what comes back, or
    `Plain`."""

    method: str
    path: str
    summary: str
    query: Mapping[str, Schema] = MappingProxyType({})
    body: Mapping[str, Schema] = MappingProxyType({})
    needs: tuple[str, ...] = ()
    answer: Any = None


class Plain(NamedTuple):
    """An answer that no type of ours describes."""

    media: str
    schema: Schema


DOCUMENT = Plain("application/json", {"type": "object"})
PIECES = Plain("application/octet-stream", {"type": "string", "format": "binary"})
