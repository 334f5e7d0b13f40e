"""Settings of Kafka: the cluster, and the embedded broker."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from streams.settings.section import Section, Shaped


class Kafka(Section):
    """Как подключаться к Kafka."""

    bootstrap: str = "127.0.0.1:19092"
    """Адреса брокеров `узел:порт` через запятую."""
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """Протокол: открыто, TLS, с именем и паролем, или то и другое."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """Как проверяется пароль; нужно только для протоколов SASL."""
    username: str = ""
    """Имя для SASL."""
    password: SecretStr = SecretStr("")
    """Пароль для SASL."""
    ca_file: Path | None = None
    """Сертификат удостоверяющего центра для TLS; если не указан, берутся системные."""
    replication: int = Field(1, ge=1, le=5)
    """Сколько копий у тем, которые создаёт `leadpulse topics apply`; в кластере 3."""
    session_timeout: float = Field(10.0, ge=6.0)
    """Через сколько секунд молчания разделы процесса переходят к другому."""
    prefix: Annotated[str, Shaped("[A-Za-z0-9._-]*", "латинские буквы, цифры, точка, _ и -")] = ""
    """Начало имени каждой темы и группы: так несколько установок делят один кластер."""


class Broker(Section):
    """Встроенная Kafka команд `leadpulse up` и `leadpulse broker`."""

    port: int = Field(19092, ge=1, le=65534)
    """Порт на 127.0.0.1; служебный порт на единицу больше."""
    heap_mb: int = Field(384, ge=128, le=4096)
    """Память Java, МБ."""
    folder: Path = Path("var/kafka")
    """Папка данных."""
    sasl: bool = False
    """Спрашивать ли пароль. Он создаётся при первом запуске и лежит в файле `password` папки данных, читать его может
    только владелец; процессы и команды этой установки находят его сами. Без пароля все темы может читать и менять любой
    пользователь этой машины."""
