"""Settings of language models."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from streams.settings.section import LeadKey, Section, Shaped

COUNTRY: Final = Shaped("(?:[A-Z]{2})?", "две заглавные латинские буквы, например CN")

Role = Literal["tags", "summary", "minutes", "answers", "commands"]


class Model(Section):
    """Одна модель по одному адресу с OpenAI-совместимым API."""

    base_url: str
    """Адрес API, например `https://api.z.ai/api/paas/v4/`."""
    model: str
    """Имя модели так, как её зовут по этому адресу."""
    api_key: SecretStr = SecretStr("")
    """Ключ доступа."""
    external: bool = True
    """Уходят ли слова за пределы компании. Если да, имена и номера заменяются, а клиенты из `no_external` не уходят."""
    country: Annotated[str, COUNTRY] = ""
    """Страна, где стоит сервер внешней модели: две буквы, `CN`, `US`, `RU`. Если не указано, он считается стоящим за
    рубежом. За рубеж слова уходят только после дат раздела `transfer`."""
    usd_in: float = Field(0.0, ge=0)
    """Цена миллиона прочитанных токенов, доллары США."""
    usd_out: float = Field(0.0, ge=0)
    """Цена миллиона написанных токенов, доллары США."""
    max_parallel: int = Field(1, ge=1)
    """Запросов одновременно; некоторые тарифы разрешают один."""
    context_tokens: int = Field(128_000, ge=2048)
    """Сколько токенов модель читает и пишет за один запрос."""
    json_object: bool = True
    """Понимает ли адрес `response_format: json_object`. Выключите для LM Studio и других, кто его отвергает."""
    thinking_switch: bool = True
    """Понимает ли адрес поле GLM `thinking`. Выключите, если он отвергает незнакомые поля."""

    @model_validator(mode="after")
    def _safe_on_the_way(self) -> Self:
        address = urlsplit(self.base_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("base_url: нужен адрес вида https://узел/путь/")
        if self.external and address.scheme == "http" and address.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("base_url: внешней модели нужен https, иначе слова и ключ уйдут открыто")
        return self


class Llm(Section):
    """Языковые модели. Без них протоколы составляются по правилам, и в протоколе это сказано."""

    models: dict[str, Model] = Field({})
    """Модели; имя выбираете вы."""
    roles: dict[Role, list[str]] = Field({})
    """Какие модели что делают, по порядку: следующую спрашивают, когда не смогла первая. Роли без своего списка
    достаются все модели по порядку."""
    usd_per_day: dict[Role, float] = Field({})
    """Сколько долларов роль может потратить за местные сутки (`days.zone`); дальше работают правила. Не указано — без
    предела."""
    timeout: float = Field(120.0, gt=0)
    """Секунд на один запрос."""
    attempts: int = Field(3, ge=1)
    """Запросов к одной модели за одним ответом; потом спрашивают следующую."""
    patience_seconds: float = Field(600.0, ge=0)
    """Сколько секунд встреча ждёт недоступные модели, прежде чем протокол составят правила."""
    hand_log: Path = Path("var/llm-calls.jsonl")
    """Куда записываются запросы команды `leadpulse minutes`; запросы процесса идут в тему `llm.calls`."""
    no_external: list[LeadKey] = Field([])
    """Лиды, чьи слова не уходят ни в одну внешнюю модель."""

    @model_validator(mode="after")
    def _names_known(self) -> Self:
        for role, names in self.roles.items():
            unknown = [name for name in names if name not in self.models]
            if unknown:
                raise ValueError(f"roles.{role}: таких моделей нет в llm.models: {', '.join(unknown)}")
        return self
