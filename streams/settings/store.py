"""Settings of the store."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from streams.settings.section import Section, Shaped, TimeOfDay

OF_THE_ENGINE = frozenset({"default", "system", "information_schema"})
"""Databases that chDB has already; in `default` every file of the machine is a table."""

HolderName = Annotated[str, Shaped(r"(?!оператор\Z)[^\W_][\w .-]{0,63}", "имя до 64 знаков, не «оператор»")]
HolderToken = Annotated[SecretStr, Shaped(r"[!-~]{16,256}", "от 16 до 256 латинских букв, цифр и знаков без пробелов")]
ClusterName = Annotated[str, Shaped(r"[A-Za-z0-9_.-]{0,64}", "до 64 латинских букв, цифр и знаков _ . -")]
HttpPassword = Annotated[SecretStr, Shaped(r"([!-~]{8,256})?", "от 8 до 256 латинских букв, цифр и знаков")]


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
    cluster: ClusterName = ""
    """Имя кластера ClickHouse (`system.clusters`), если реплик несколько: таблицы создаются на всех (`ON CLUSTER`) и
    копируются между ними (`Replicated…MergeTree`). Задайте до первого запуска; для `backend = "clickhouse"`."""
    username: str = "default"
    """Имя пользователя ClickHouse."""
    password: SecretStr = SecretStr("")
    """Пароль ClickHouse."""
    reader_username: str = ""
    """Пользователь сервера ClickHouse для ручных запросов SQL (`leadpulse sql`); права и пределы ему даёт
    `deploy/clickhouse/reader.sql`. Если пусто, запросы идут от `username` с пределами самой программы."""
    reader_password: SecretStr = SecretStr("")
    """Пароль этого пользователя."""
    timeout: float = Field(30.0, gt=0)
    """Секунд на один запрос."""
    sql_seconds: float = Field(10.0, gt=0, le=300)
    """Сколько секунд может выполняться ручной запрос (`leadpulse sql`)."""
    api_host: str = "127.0.0.1"
    """Адрес, на котором слушает API чтения."""
    api_port: int = Field(8081, ge=0, le=65535)
    """Порт API чтения."""
    api_token: SecretStr = SecretStr("")
    """Токен API чтения; если пусто, создаётся при первом запуске и хранится в `api_token_file`."""
    api_token_file: Path = Path("var/api-token")
    """Где хранится созданный токен; файл доступен только владельцу."""
    api_tokens: dict[HolderName, HolderToken] = Field({})
    """Ещё токены API чтения, по одному на человека: имя — токен от 16 знаков. Имя подписывает правки карточки клиента;
    владелец общего токена подписан как «оператор»."""
    web_token: Annotated[SecretStr, Shaped(r"([!-~]{16,256})?", "от 16 до 256 латинских букв, цифр и знаков")] = (
        SecretStr("")
    )
    """Токен, с которым хранилище спрашивает страница; ей открыто только то, что она показывает. Если пусто, создаётся
    при первом запуске и хранится рядом с `api_token_file`, с `-web` на конце имени."""
    http_port: int = Field(8123, ge=0, le=65535)
    """Порт, на котором встроенное хранилище отвечает по протоколу HTTP ClickHouse (только чтение; для Grafana, DBeaver
    и других программ). Открыт, только если задан пароль хотя бы одному пользователю и `backend = "chdb"`."""
    http_host: str = "127.0.0.1"
    """Адрес, на котором слушает этот порт."""
    http_ops_password: HttpPassword = SecretStr("")
    """Пароль пользователя `ops`: ему видны цифры, времена и виды событий, но не слова, имена и номера клиентов."""
    http_analyst_password: HttpPassword = SecretStr("")
    """Пароль пользователя `analyst`: ему видно всё."""
    confined: bool = True
    """Ограничивает процесс store средствами ядра (Landlock): только его папки и порты. Выключайте, только если иначе не
    работает."""
    connect_ports: tuple[int, ...] = ()
    """Какие ещё порты нужны ограниченному процессу, кроме портов из `kafka.bootstrap` и `store.url`: например, если
    брокеры Kafka сообщают о себе другие."""
    tick_seconds: int = Field(3600, ge=1, le=86_400)
    """Сколько секунд между отметками времени; не меняйте, другое значение только для проверок."""
    baseline_seconds: float = Field(5.0, gt=0)
    """Сколько секунд тишины после последней строки истории клиента ждать, прежде чем пересчитать его норму."""
    baseline_at: TimeOfDay = "03:00"
    """Местное время (`days.zone`) ночного пересчёта норм всех клиентов."""
    report_at: TimeOfDay = "20:00"
    """Местное время (`days.zone`) ежедневного отчёта."""

    @property
    def http_open(self) -> bool:
        """Whether the store listens on `http_port`."""
        passwords = (self.http_ops_password, self.http_analyst_password)
        return self.backend == "chdb" and any(password.get_secret_value() for password in passwords)

    @model_validator(mode="after")
    def _own_database(self) -> "Store":
        if self.backend == "chdb" and self.database.lower() in OF_THE_ENGINE:
            raise ValueError(
                f"database: имя {self.database} занято самим ClickHouse (через базу default он читает любой файл)"
            )
        if self.cluster and self.backend == "chdb":
            raise ValueError('cluster: у встроенного хранилища кластера нет, нужен backend = "clickhouse"')
        return self


def web_token_file(store: Store) -> Path:
    """Where the page's token is kept when the settings give none: beside the other, so that one folder is closed."""
    return store.api_token_file.with_name(store.api_token_file.name + "-web")
