"""What is wrong with a canonical event, in Russian: its faults are told to the sender's programmers in English."""

from typing import Final

from processors import wms_event
from processors.wms_event import Fault

_WORDS: Final = {
    wms_event.EMPTY: "не должно быть пустым",
    wms_event.NO_LEAD: "нужен номер лида в Битрикс24, от 1 до 12 цифр (при client.kind: lead)",
    wms_event.TOO_OLD: "событие старше трёх лет: такие не хранятся",
    wms_event.NO_TIME: "нужно время ISO 8601 с часовым поясом или миллисекунды UTC",
    wms_event.NO_ZONE: "нет часового пояса",
    wms_event.NO_YEAR: "время должно быть между 1970 и 2100 годами",
    wms_event.TOO_MANY: "всего не больше 10 000 000 штук",
}
_OF_A_TYPE: Final = {
    wms_event.NO_PIECES: "нет ни штук, ни артикулов, а событию {} они нужны",
    wms_event.NEGATIVE: "меньше нуля, а у события {} так не бывает; знак задаёт sign",
}


def words(fault: Fault) -> str:
    """`ts: событие старше трёх лет`. What has no translation is Russian already, or msgspec's own words."""
    told = _WORDS.get(fault.reason)
    for beginning, form in _OF_A_TYPE.items():
        if fault.reason.startswith(beginning):
            told = form.format(fault.reason.removeprefix(beginning).strip())
    told = told or fault.reason
    return f"{fault.field}: {told}" if fault.field else told
