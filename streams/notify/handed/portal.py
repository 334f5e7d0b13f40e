"""`out.portal`: tasks and comments in Bitrix24 that a person signed. Methods: b24restdocs, `tasks-task-add.md`,
`tasks-task-update.md`, `tasks-task-list.md`, `crm-timeline-comment-add.md`.

The portal takes no key to add by. What we add bears the command's mark in its last line, by which it is found after a
crash in mid-call. Of a change of a task it is looked up whether the task reads so.
"""

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import msgspec

from processors.commands.loading import METHODS
from schemas.commands import Handed
from schemas.comments import mark_line, read_mark
from schemas.errors import Refused, Transient
from schemas.types import Millis
from streams.engine.remote import Uncertain
from streams.engine.retry import WORLD, Policy, World
from streams.notify.outlets.bitrix_client import BitrixApi, BitrixRefused

ADD_TASK, UPDATE_TASK, ADD_COMMENT = "tasks.task.add", "tasks.task.update", "crm.timeline.comment.add"
MARKED: Final = {ADD_TASK: "DESCRIPTION", ADD_COMMENT: "COMMENT"}
"""Methods that add something, and the field that bears the mark."""

LEAD = 1
"""`entityTypeId` of leads."""
DOUBT_SECONDS = 5.0
"""After a call without an answer the portal may still be at it: it gets time to end before we look."""
PAGE, MOST_PAGES = 50, 10
"""Tasks of a page, which is the portal's own size, and how many pages are looked through, the newest first."""

NO_PORTAL = "портал не настроен: нет bitrix.webhook"


class Portal:
    """An `Outlet`. `link`: the page of a task, by its id; empty where it is not known."""

    patience = Policy(first=1.0, longest=60.0, total=600.0)

    def __init__(self, api: BitrixApi, link: Callable[[str], str] = lambda _: "", world: World = WORLD) -> None:
        self._api, self._link, self._world = api, link, world

    def objection(self, handed: Handed) -> str:
        """As `Outlet.objection`."""
        if not self._api.has_webhook:
            return NO_PORTAL
        if handed.method not in METHODS:  # whatever a definition says
            return f"метод {handed.method} командам не разрешён"
        if handed.method == UPDATE_TASK and not _task_id(_fields(handed)):
            return "не сказано, какую задачу изменить"
        return ""

    async def call(self, handed: Handed) -> str:
        """As `Outlet.call`."""
        fields = _fields(handed)
        params: dict[str, Any] = {"fields": fields}
        if handed.method == UPDATE_TASK:
            task = _task_id(fields)
            params = {"taskId": int(task), "fields": _changes(fields)}
        else:
            name = MARKED[handed.method]
            fields[name] = _marked(str(fields.get(name, "")), handed.command_id)
        try:
            if handed.method == ADD_TASK and not fields.get("RESPONSIBLE_ID"):
                fields["RESPONSIBLE_ID"] = await self._responsible(handed.lead_id)
            result = await self._api.call(handed.method, params)
        except BitrixRefused as refusal:
            raise Refused(f"портал отказал: {refusal}".replace("<br>", "")) from refusal
        made = _id_of(result) or _task_id(fields)
        if not made:
            raise Uncertain(f"{handed.method}: answer without an id")
        return self._where(handed, made)

    async def find(self, handed: Handed, began: Millis) -> str | None:
        """As `Outlet.find`."""
        await self._world.sleep(DOUBT_SECONDS)
        try:
            match handed.method:
                case method if method == ADD_TASK:
                    found = await self._task(handed)
                case method if method == ADD_COMMENT:
                    found = await self._comment(handed)
                case method if method == UPDATE_TASK:
                    found = await self._changed(handed)
                case _:
                    return None
        except Refused:
            return None
        return self._where(handed, found) if found else ""

    async def _responsible(self, lead_id: str) -> int:
        """Who is responsible for the lead: his is the task where nobody is named. Raises `Refused`, `Transient`."""
        if lead_id:
            try:
                result = await self._api.call("crm.item.get", {"entityTypeId": LEAD, "id": int(lead_id)})
            except Uncertain as fault:  # it was a look only
                raise Transient(str(fault)) from fault
            match result:
                case {"item": {"assignedById": int() | str() as user}} if str(user).isdecimal() and int(user) > 0:
                    return int(user)
        raise Refused("не сказано, кому поручить задачу, а у лида на портале нет ответственного")

    async def _task(self, handed: Handed) -> str:
        async for task in self._tasks(handed.lead_id):
            if _is_of(str(task.get("description") or ""), handed.command_id):
                return str(task.get("id", ""))
        return ""

    async def _tasks(self, lead_id: str) -> AsyncIterator[dict[str, Any]]:
        """The newest tasks, of the lead where there is one. `result` holds `tasks`, whose fields are in camelCase."""
        query: dict[str, Any] = {"order": {"ID": "desc"}, "select": ["ID", "DESCRIPTION"]}
        if lead_id:
            query["filter"] = {"UF_CRM_TASK": f"L_{lead_id}"}
        for number in range(MOST_PAGES):
            result = await self._api.call("tasks.task.list", query | {"start": number * PAGE})
            tasks = result.get("tasks") if isinstance(result, dict) else None
            if not isinstance(tasks, list):  # an empty one of PHP, or none
                return
            for task in tasks:
                if isinstance(task, dict):
                    yield task
            if len(tasks) < PAGE:
                return

    async def _comment(self, handed: Handed) -> str:
        fields = _fields(handed)
        query: dict[str, Any] = {
            "filter": {"ENTITY_ID": fields.get("ENTITY_ID"), "ENTITY_TYPE": fields.get("ENTITY_TYPE")},
            "select": ["ID", "COMMENT"],
            "order": {"ID": "DESC"},
        }
        async for row in self._api.rows("crm.timeline.comment.list", query):
            match row:
                case {"ID": str() | int() as id_, "COMMENT": str() as text} if _is_of(text, handed.command_id):
                    return str(id_)
        return ""

    async def _changed(self, handed: Handed) -> str:
        """The task's id where it reads as the command wants it."""
        fields = _fields(handed)
        task, changes = _task_id(fields), _changes(fields)
        result = await self._api.call("tasks.task.get", {"taskId": int(task), "select": ["ID", *changes]})
        reads = result.get("task") if isinstance(result, dict) else None
        if not isinstance(reads, dict):
            return ""
        same = all(str(reads.get(_camel(name))) == str(value) for name, value in changes.items())
        return task if same else ""

    def _where(self, handed: Handed, id_: str) -> str:
        if handed.method == ADD_COMMENT:
            return f"комментарий {id_} в карточке лида"
        link = self._link(id_) if id_ else ""
        return f"задача {id_}" + (f", {link}" if link else "")


def mark_of(command_id: str) -> str:
    """As other comments of ours are marked: by it those who read the portal leave it out."""
    return mark_line(f"command-{command_id}", 1)


def _marked(text: str, command_id: str) -> str:
    mark = mark_of(command_id)
    return text if text.rstrip().endswith(mark) else f"{text.rstrip()}\n\n{mark}".lstrip("\n")


def _is_of(text: str, command_id: str) -> bool:
    mark = read_mark(text)
    return mark is not None and mark.recording_id == f"command-{command_id}"


def _fields(handed: Handed) -> dict[str, Any]:
    """Texts without signs outside the basic plane: a database in MySQL's 3-byte utf8 cuts a text at the first of them,
    and our mark with it."""
    fields = {name: msgspec.json.decode(raw) for name, raw in handed.fields.items()}
    return {name: _basic(value) if isinstance(value, str) else value for name, value in fields.items()}


def _basic(text: str) -> str:
    return "".join(sign for sign in text if ord(sign) <= 0xFFFF)


def _task_id(fields: dict[str, Any]) -> str:
    """Which task is to be changed; empty where none is said."""
    said = str(fields.get("taskId", fields.get("ID", "")))
    return said if said.isascii() and said.isdigit() else ""


def _changes(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in ("taskId", "ID")}


def _id_of(result: Any) -> str:
    """Of the answer: a comment's number, or a task."""
    match result:
        case {"task": {"id": str() | int() as id_}}:
            return str(id_)
        case bool():
            return ""
        case int() | str():
            return str(result)
    return ""


def _camel(name: str) -> str:
    """RESPONSIBLE_ID → responsibleId, as answers spell the fields."""
    first, *rest = name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)
