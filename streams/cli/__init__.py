"""The command `leadpulse`: one small module a group of commands, imported only when one of them is called.

Exit codes: 0 done, 1 a fault (one line on stderr), 2 wrong usage.
"""

import gc
import logging
import os
from importlib import import_module
from typing import IO, Any

import click

from schemas.errors import LeadpulseError
from streams.cli.russian import speak_russian

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "Составить leadpulse.toml по вопросам; каждый ответ проверяется."),
    "up": ("run", "Запустить всё на этой машине: Kafka и все процессы."),
    "broker": ("run", "Запустить только встроенную Kafka."),
    "worker": (
        "run",
        "Запустить один процесс: gateway, pipeline, transcribe, tracks, live, minutes, store, notify или web.",
    ),
    "topics": ("topics", "Темы Kafka: создать и привести в порядок."),
    "migrate": ("migrate", "Создать или обновить таблицы в ClickHouse."),
    "backup": ("backup", "Сохранить хранилище в один файл, не останавливая работу."),
    "restore": ("restore", "Восстановить хранилище из копии."),
    "dlq": ("dlq", "Негодные записи: посмотреть, вернуть в работу, закрыть."),
    "check": ("check", "Проверить настройки и всё, что нужно для работы."),
    "transcribe": ("transcribe", "Распознать один файл: текст, субтитры или JSON."),
    "speech-model": ("speech_model", "Модели Vosk: какие есть, скачать."),
    "minutes": ("minutes", "Составить протокол встречи по расшифровке."),
    "ask": ("ask", "Ответить на вопрос о клиенте по его истории."),
    "questions": ("questions", "Что спрашивали о клиентах и помог ли ответ; оценки — случаями для проверки."),
    "history": ("reads", "Показать историю клиента."),
    "signals": ("reads", "Показать сигналы риска по клиенту."),
    "search": ("look", "Найти слова в переписке, письмах, звонках и встречах."),
    "trace": ("trace", "Показать путь события: от записи источника до сообщения, и где оно сейчас."),
    "alerts": ("look", "Показать тревоги по всем клиентам."),
    "figures": ("look", "Показать, сколько чего было по дням."),
    "score": ("score", "Показать риск ухода клиента и из чего он сложился."),
    "profile": ("minutes", "Показать или исправить карточку клиента."),
    "promise": ("promise", "Обещания: что обещано, чей срок прошёл; отметить, выполнено ли."),
    "client": ("client", "Клиенты: как зовут, кто ведёт, как связаться, кто ушёл и вернулся."),
    "backtest": ("backtest", "Проиграть файл событий: о чём предупредили бы сигналы с этими порогами."),
    "replay": ("replay", "Проиграть прошлые дни заново: о чём оповестили бы с другими порогами."),
    "identity": ("identity", "Кто есть кто: привязать чат, телефон, комнату или клиента склада к лиду."),
    "erase": ("erase", "Удалить всё о клиенте: план, заявка, второй человек, акт."),
    "hold": ("hold", "Запретить удалять клиента до дня: спор, суд, проверка."),
    "consent": ("consent", "Основания и согласия людей: отметить, отозвать, показать."),
    "web": ("web", "Страница: кому она открыта, роли, разовые ссылки для входа."),
    "commands": ("commands", "Команды помощника: что ждёт подписи, какие бывают, проверить свою."),
    "keys": ("keys", "Ключи, которыми процессы подписывают предложения и ответы людей."),
    "mcp": ("mcp", "Вход для Claude, n8n и других программ сотрудников; токены для них."),
    "audit": ("audit", "Кто что открывал: показать, проверить, что журнал цел."),
    "curator": ("curator", "Кураторы: пригласить в бота, показать, убрать."),
    "wms": ("wms", "Склад: проверить разметку системы на образце."),
    "import": ("imports", "Загрузить историю: чаты Telegram из выгрузки, склад из CSV или XLSX."),
    "export": ("export", "Выгрузить переписку за день, всё о клиенте или о человеке."),
    "sources": ("sources", "Показать источники: что приходит, кто молчит или не читается."),
    "sql": ("reads", "Выполнить запрос SQL на чтение к хранилищу."),
    "report": ("reads", "Показать или отправить ежедневный отчёт."),
}
"""Module of `streams.cli` and help text. `--help` reads only this table: importing every command takes a second."""

speak_russian()
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's: we multiply no matrices, and idle threads of it spin

GC_ALLOCATIONS = 20_000
"""Young objects before a collection, as in a worker (`streams.engine.worker`): what a command imports stays, and nearly
all that it makes dies by itself."""


class Fault(click.ClickException):
    """A fault of ours, in Russian: click's own word for it is English."""

    def show(self, file: IO[Any] | None = None) -> None:
        """On stderr."""
        click.echo(f"Ошибка: {self.format_message()}", file=file, err=file is None)


class Lazy(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The function `<name>_command` of the command's module."""
        if cmd_name not in COMMANDS:
            return None
        gc.set_threshold(GC_ALLOCATIONS, 20, 20)
        module = import_module(f"streams.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`."""
        with formatter.section("Команды"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a fault of ours is one clear line, without a traceback."""
        try:
            return super().invoke(ctx)
        except LeadpulseError as error:
            raise Fault(str(error)) from error


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="leadpulse")
def main() -> None:
    """Leadpulse собирает встречи, чаты и склад клиента в одну историю и предупреждает куратора,
    когда клиент начинает уходить.

    Настройки: файл leadpulse.toml и переменные LEADPULSE_РАЗДЕЛ__ИМЯ.
    """
    os.umask(0o077)  # whatever is written holds words of clients: for its owner only
    # without a handler Python prints libraries' warnings to stderr, beside our one line; a worker sets its own handler
    logging.getLogger().addHandler(logging.NullHandler())
