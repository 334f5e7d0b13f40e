"""Settings of transcription: the recording, the engines, SpeechKit."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from streams.settings.section import Section, Shaped

LEAST_DAYS: Final = 30


class Speech(Section):
    """Распознавание записей встреч."""

    recordings: Path = Path("var/recordings")
    """Папка записей: общее хранилище, куда их кладёт узел Jibri. Папка с полным путём сама не создаётся: её ждут."""
    recordings_mount: Path | None = None
    """Папка, в которую должно быть смонтировано хранилище записей; пока не смонтировано, записи ждут."""
    recordings_days: int = Field(0, ge=0, le=3650)
    """Сколько дней хранить файлы записей в папках клиентов; 0 — не удалять никогда, иначе не меньше 30. Срок
    считается от последнего изменения файла. Удаляется весь файл, в журнале доступа остаётся строка; слова встречи,
    протокол и история остаются (их срок — `retention.history`). Записи клиента под запретом (`leadpulse hold`) не
    удаляются."""
    wait_days: float = Field(30.0, gt=0)
    """Сколько дней ждать файл записи, которого нет в папке или который не прочитать; потом она — негодная запись.
    Чтобы не ждать, положите на место файла пустой."""
    vosk_model: Path = Path("tests/fixtures/vosk-ru-tiny")
    """Папка модели Vosk (вида Kaldi, для Vosk 0.3.45). По умолчанию крошечная учебная модель: для работы нужна
    настоящая."""
    models: Path = Path("var/models")
    """Папка, куда `leadpulse speech-model get` кладёт модели."""
    models_url: Annotated[
        str,
        Shaped(
            r"(https://.+/|http://(127\.0\.0\.1|localhost)(:\d+)?/(.*/)?)?",
            "https://…/ (на этой машине можно http) или пусто",
        ),
    ] = "https://alphacephei.com/vosk/models/"
    """Откуда брать модели: там лежат архивы и список `model-list.json` с контрольными суммами. Пусто — ниоткуда."""
    segment_min_s: float = Field(120.0, gt=0)
    """Запись режется по самой длинной паузе после стольких секунд …"""
    segment_max_s: float = Field(240.0, gt=0)
    """… и не позже стольких."""
    hard_max_s: float = Field(276.0, gt=0)
    """Где паузы нет совсем, запись режется через столько секунд."""
    segment_timeout: float = Field(600.0, gt=0)
    """Через сколько секунд молчания процесс Vosk завершают."""
    idle_seconds: float = Field(120.0, gt=0)
    """Через сколько секунд без работы процесс Vosk завершается и освобождает память."""
    vosk_threads: int = Field(0, ge=0, le=64)
    """Сколько отрезков Vosk слушает сразу, каждый на своём ядре; 0 — все ядра, кроме одного."""
    vosk_memory_mb: int = Field(0, ge=0)
    """При скольких МБ памяти процесс Vosk завершается сам; столько же должно быть свободно перед его запуском.
    0 — без предела, но свободно должно быть в три раза больше размера модели."""
    engines: list[Literal["speechkit_stream", "speechkit_async", "vosk"]] = Field(
        ["speechkit_stream", "vosk"], min_length=1
    )
    """Кто распознаёт, по порядку: следующий заменяет тех, кто перед ним. SpeechKit без ключа пропускается."""
    fallback: Annotated[str, Shaped(r"immediate|never|wait:\d+", "immediate, never или wait:<секунд>")] = "immediate"
    """Когда первый не может работать: `immediate` — сразу следующий, `wait:<секунд>` — следующий, если запись ждёт уже
    столько, `never` — запись ждёт первого."""
    deadline_minutes: float = Field(0.0, ge=0)
    """За сколько минут после поступления запись должна быть распознана: чтобы успеть, остаток отдают последнему.
    0 — срока нет."""
    upgrade_days: float = Field(7.0, ge=0)
    """Сколько дней после встречи запасной текст улучшают, когда первый снова работает; 0 — никогда."""
    upgrade_seconds: float = Field(60.0, gt=0)
    """Сколько секунд между улучшениями, новые встречи первыми; только пока у процесса нет новых записей."""
    upgrade_attempts: int = Field(3, ge=1)
    """Сколько раз улучшать одну запись."""
    spool: Path = Path("var/speech")
    """Папка для звука записей в работе: 1,9 МБ на минуту. На диске этой машины."""

    @field_validator("recordings_days")
    @classmethod
    def _not_before_it_is_heard(cls, days: int) -> int:
        if 0 < days < LEAST_DAYS:
            raise ValueError(f"0 или не меньше {LEAST_DAYS}: запись может ждать расшифровки неделями")
        return days


class SpeechKit(Section):
    """Yandex SpeechKit STT v3, потоковый и отложенный. Без ключа не используется."""

    endpoint: str = "stt.api.cloud.yandex.net:443"
    """Адрес распознавания, `узел:порт`."""
    operation_endpoint: str = "operation.api.cloud.yandex.net:443"
    """Адрес операций, `узел:порт`; нужен только отложенному распознаванию."""
    plaintext: bool = False
    """Без TLS: только для подставного сервера на этой машине."""
    api_key: SecretStr = SecretStr("")
    """Ключ сервисного аккаунта с ролью ai.speechkit-stt.user и областью действия yc.ai.speechkitStt.execute."""
    iam_token: SecretStr = SecretStr("")
    """Вместо ключа; живёт не больше 12 ч, поэтому только для проб вручную."""
    folder: str = ""
    """Идентификатор каталога; нужен только с токеном пользователя, у сервисного аккаунта каталог свой."""
    model: str = "general"
    """Модель распознавания: general, general:rc или general:deprecated."""
    languages: list[str] = Field(["ru-RU"], min_length=1)
    """Какие языки могут звучать; подсказка, а не строгое правило."""
    literature_text: bool = True
    """Знаки препинания, прописные буквы и числа цифрами в тексте для чтения."""
    profanity_filter: bool = False
    """Скрывать брань. По умолчанию она остаётся: это признак недовольства."""
    pause_ms: int = Field(1000, ge=500, le=5000)
    """Подсказка: пауза до стольких миллисекунд не кончает реплику."""
    processing: Literal["real_time", "full_data"] = "real_time"
    """`full_data` распознаёт, когда получен весь отрезок."""
    pace: float = Field(1.0, ge=0.1)
    """Скорость отправки; 1 — как звучит. Быстрее сервис не советует: следите за
    `leadpulse_speech_warnings_total`."""
    parallel: int = Field(8, ge=1, le=100)
    """Сеансов одновременно в одном процессе."""
    starts_per_second: float = Field(10.0, gt=0, le=40)
    """Новых сеансов в секунду в одном процессе; квота на все процессы 40."""
    silent_seconds: float = Field(12.0, gt=0)
    """Через сколько секунд молчания сеанс бросают и продолжают новым."""
    grace_seconds: float = Field(60.0, gt=0)
    """На сколько секунд сеанс может быть дольше своего звука при скорости `pace`."""
    attempts: int = Field(5, ge=1, le=20)
    """Сколько сеансов подряд могут не продвинуть отрезок; потом он считается нераспознанным."""
    async_model: str = "general"
    """Модель отложенного распознавания; deferred-general дешевле и занимает до 24 ч."""
    async_poll_seconds: float = Field(5.0, gt=0)
    """Сколько секунд между вопросами, готово ли отложенное распознавание; всего не больше 5 вопросов в секунду."""
    async_timeout_seconds: float = Field(7200.0, gt=0)
    """Сколько секунд может занять отложенное распознавание одной записи."""
    async_uri: Annotated[str, Shaped("(https://.*/)?", "адрес вида https://…/ или пусто")] = ""
    """Начало адреса Object Storage, по которому видна папка `speech.spool`; пусто — звук уходит в самом запросе."""

    @field_validator("api_key", "iam_token")
    @classmethod
    def _in_a_header(cls, secret: SecretStr) -> SecretStr:
        """gRPC answers a key with a line feed by "Locally cancelled", which nobody understands."""
        text = secret.get_secret_value().strip()
        if not text.isascii() or not text.isprintable() or " " in text:
            raise ValueError("нужно: одна строка латиницей без пробелов; скопируйте секрет ещё раз")
        return SecretStr(text)

    @model_validator(mode="after")
    def _clear_text_stays_here(self) -> "SpeechKit":
        hosts = {address.rpartition(":")[0] for address in (self.endpoint, self.operation_endpoint)}
        if self.plaintext and not hosts <= {"127.0.0.1", "localhost", "[::1]"}:
            raise ValueError("plaintext: ключ ушёл бы открыто; это можно только для адреса на 127.0.0.1")
        return self
