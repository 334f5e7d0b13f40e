"""Settings of the store."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from streams.settings.section import Section, TimeOfDay


class Store(Section):
    """Где хранится история."""

    backend: Literal["chdb", "clickhouse"] = "chdb"
    """`chdb` — ClickHouse внутри процесса store; `clickhouse` — отдельный сервер по HTTP."""
    folder: Path = Path("var/chdb")
    """Папка данных chDB; с ней работает один процесс."""
    url: str = "http://127.0.0.1:8123"
    """Адрес сервера ClickHouse."""
    database: str = "leadpulse"
    """База на сервере."""
    username: str = "default"
    """Имя пользователя ClickHouse."""
    password: SecretStr = SecretStr("")
    """Пароль ClickHouse."""
    timeout: float = Field(30.0, gt=0)
    """Секунд на один запрос."""
    api_host: str = "127.0.0.1"
    """Адрес, на котором слушает API чтения."""
    api_port: int = Field(8081, ge=0, le=65535)
    """Порт API чтения."""
    api_token: SecretStr = SecretStr("")
    """Токен API чтения; если пусто, создаётся при первом запуске и хранится в `api_token_file`."""
    api_token_file: Path = Path("var/api-token")
    """Где хранится созданный токен; файл доступен только владельцу."""
    tick_seconds: int = Field(3600, ge=1, le=86_400)
    """Сколько секунд между отметками времени; не меняйте, другое значение только для проверок."""
    baseline_seconds: float = Field(5.0, gt=0)
    """Сколько секунд тишины после последней строки истории клиента ждать, прежде чем пересчитать его норму."""
    baseline_at: TimeOfDay = "03:00"
    """Московское время ночного пересчёта норм всех клиентов."""
    report_at: TimeOfDay = "20:00"
    """Московское время ежедневного отчёта."""
