"""Tasks of the fake portal, as b24restdocs has them (`tasks-task-add.md`, `-update.md`, `-get.md`, `-list.md`).

Fields are asked for in capitals and answered in camelCase, ids as texts, a list inside of `tasks`; errors of the core
end in `<br>`. Open in the docs, so a switch: whether a filter by `UF_CRM_TASK` finds what is bound (`filters_crm`), and
whether a change answers with the task or with true (`answers_task`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.bitrix_crm import PAGE, Refusal

Method = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(slots=True)
class FakeTasks:
    """`tasks` by id with their fields in capitals; `people`: users of the portal."""

    tasks: dict[int, dict[str, Any]] = field(default_factory=dict)
    people: set[int] = field(default_factory=lambda: {1, 7})
    filters_crm: bool = True
    answers_task: bool = True

    @property
    def methods(self) -> dict[str, Method]:
        """By their names."""
        return {
            "tasks.task.add": self._add,
            "tasks.task.update": self._update,
            "tasks.task.get": lambda params: {"result": {"task": self._told(self._task(params), params)}},
            "tasks.task.list": self._list,
        }

    def say(self, **fields: Any) -> int:
        """A person adds one."""
        id_ = len(self.tasks) + 71
        self.tasks[id_] = {"ID": id_, "TITLE": "", "DESCRIPTION": "", "UF_CRM_TASK": []} | fields
        return id_

    def _add(self, params: dict[str, Any]) -> dict[str, Any]:
        fields = self._fields(params)
        if not str(fields.get("TITLE", "")).strip():
            raise Refusal("ERROR_CORE", "Не указано название задачи<br>")
        if not fields.get("RESPONSIBLE_ID"):
            raise Refusal("ERROR_CORE", "Не указан исполнитель<br>")
        self._mind_people(fields)
        return {"result": {"task": self._told(self.tasks[self.say(**fields)], {})}}

    def _update(self, params: dict[str, Any]) -> dict[str, Any]:
        task, fields = self._task(params), self._fields(params)
        self._mind_people(fields)
        task |= fields
        return {"result": {"task": self._told(task, {}) if self.answers_task else True}}

    def _task(self, params: dict[str, Any]) -> dict[str, Any]:
        if "taskId" not in params:
            raise Refusal(
                "100", "CTaskItem All parameters in the constructor must have real class type (internal error)"
            )
        task = self.tasks.get(int(params["taskId"]))
        if task is None:
            raise Refusal("0", "Действие над задачей не разрешено (internal error)")
        return task

    def _list(self, params: dict[str, Any]) -> dict[str, Any]:
        bound = (params.get("filter") or {}).get("UF_CRM_TASK")
        rows = [t for t in self.tasks.values() if not bound or not self.filters_crm or bound in t["UF_CRM_TASK"]]
        rows.sort(key=lambda task: -int(task["ID"]))
        start = int(params.get("start", 0))
        page = [self._told(task, params) for task in rows[start : start + PAGE]]
        more = {"next": start + PAGE} if start + PAGE < len(rows) else {}
        return {"result": {"tasks": page}, "total": len(rows)} | more

    def _told(self, task: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        names = [str(name).upper() for name in params.get("select") or task]
        return {_camel(name): _text(task[name]) for name in names if name in task}

    def _fields(self, params: dict[str, Any]) -> dict[str, Any]:
        fields = params.get("fields")
        if not isinstance(fields, dict) or not fields:
            raise Refusal("100", "Could not find value for parameter {fields} (internal error)")
        return fields

    def _mind_people(self, fields: dict[str, Any]) -> None:
        if "RESPONSIBLE_ID" in fields and int(fields["RESPONSIBLE_ID"]) not in self.people:
            raise Refusal("ERROR_CORE", "Пользователь, указанный в поле «Исполнитель», не найден<br>")


def _camel(name: str) -> str:
    head, *rest = name.lower().split("_")
    return head + "".join(part.title() for part in rest)


def _text(value: Any) -> Any:
    return value if isinstance(value, list) else str(value)
