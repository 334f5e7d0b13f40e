"""Settings of the assistant and of commands."""

from pathlib import Path

from pydantic import Field, SecretStr

from streams.settings.section import Section


class Commands(Section):
    """Помощник и команды: он предлагает, люди подписывают. Что за команды есть, см. assistant.md."""

    enabled: bool = True
    """Нужен ли помощник. Если нет, `leadpulse up` не запускает процессы `agent` и `actions`."""
    keys: Path = Path("var/keys")
    """Папка закрытых ключей, которыми процессы подписывают предложения, ответы людей и выполнение команд. Её делает
    `leadpulse keys`."""
    hosts: list[str] = Field([])
    """Узлы, куда могут обращаться команды, которые вы добавили сами: `crm.example.ru`, `10.0.0.5:8080`. Узел в частной
    сети доступен, только если он назван здесь с портом."""
    secrets: dict[str, SecretStr] = Field({})
    """Ключи для таких обращений; в описании команды стоит только имя."""
    workflows: dict[str, str] = Field({})
    """Потоки n8n, которые может запустить команда: имя и адрес его Webhook."""
    asks_per_day: int = Field(10, ge=1, le=100)
    """Сколько раз в день можно спросить одного куратора о командах; остальное ждёт его на странице."""
    model_calls_per_lead_day: int = Field(6, ge=0, le=1000)
    """Сколько раз в день помощник может спросить модель об одном клиенте."""
    clock_seconds: float = Field(20.0, gt=0, le=600)
    """Как часто проверять сроки команд."""
    timeout: float = Field(10.0, gt=0, le=120)
    """Секунд на одно обращение команды к чужому узлу."""
