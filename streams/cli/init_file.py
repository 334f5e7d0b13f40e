"""What `init` writes: `leadpulse.toml` with a comment over every setting, and each secret in a file of its own."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from streams.settings import FILE, Settings
from streams.settings.shape import field_at

FOLDER = Path("secrets")
BEFORE = f"{FILE}.before"
"""Where the settings go that are replaced; a number is put behind where that is taken too."""
BOT = "main"
"""Name of the bot in the path of its webhook."""

HEAD = """# Настройки Leadpulse. Все настройки: docs/settings.md. Проверить: leadpulse check.
# Секреты лежат в отдельных файлах, доступных только владельцу; здесь — пути к ним.
"""


@dataclass
class Answers:
    """What the operator said. Empty: he left it out."""

    public_url: str = ""
    page: bool = True
    bot: str = ""
    admin: str = ""
    admin_telegram: int = 0
    telegram_token: str = ""
    telegram_webhook: bool = False
    curator_chat: int = 0
    report_chat: int = 0
    ops_chat: int = 0
    staff: list[int] = field(default_factory=list)
    bitrix_webhook: str = ""
    speechkit_key: str = ""
    wms: list[str] = field(default_factory=list)
    recordings: str = ""
    vosk_model: str = ""
    notified_on: str = ""
    allowed_from: str = ""

    @property
    def hooked(self) -> bool:
        """Telegram sends updates to a webhook; else we ask for them, which needs no public address."""
        return self.telegram_webhook and bool(self.telegram_token)


def write(answers: Answers) -> list[Path]:
    """Write all of it, readable by the owner only; returns the files. Settings that were there are kept in `BEFORE`.

    A WMS token and the webhook's secret that are there stay: another system knows them.
    """
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    FOLDER.chmod(0o700)
    files = []
    given = {
        "telegram-token": answers.telegram_token,
        "bitrix-webhook": answers.bitrix_webhook,
        "speechkit-key": answers.speechkit_key,
    }
    for name, secret in given.items():
        if secret:
            files.append(_private(FOLDER / name, secret + "\n"))
    for name in ([f"telegram-{BOT}-webhook"] if answers.hooked else []) + [f"wms-{n}" for n in answers.wms]:
        file = FOLDER / name
        files.append(file if file.exists() else _private(file, secrets.token_urlsafe(32) + "\n"))
    if Path(FILE).exists():
        names = (Path(f"{BEFORE}{number or ''}") for number in count())
        Path(FILE).rename(next(name for name in names if not name.exists())).chmod(0o600)
    return [_private(Path(FILE), text(answers)), *files]


def text(answers: Answers) -> str:
    """The TOML."""
    parts = [HEAD]
    for name, values in _sections(answers).items():
        if values:
            parts.append(
                "\n".join([f"[{name}]", *(line for at in values.items() for line in _lines(name, *at))]) + "\n"
            )
    return "\n".join(parts)


def _sections(answers: Answers) -> dict[str, Mapping[str, object]]:
    said = {name: getattr(answers, name) for name in ("curator_chat", "report_chat", "ops_chat", "staff")}
    telegram: dict[str, object] = {name: value for name, value in said.items() if value}
    speech = {name: value for name in ("recordings", "vosk_model") if (value := getattr(answers, name))}
    if answers.telegram_token and not answers.hooked:
        telegram["updates"] = "poll"
    sections: dict[str, Mapping[str, object]] = {
        "site": {"public_url": answers.public_url} if answers.public_url else {},
        "web": _page(answers),
        "telegram": {**_secret("token", "telegram-token", answers.telegram_token), **telegram},
        f"gateway.telegram.{BOT}": _secret("secret", f"telegram-{BOT}-webhook", "hooked" if answers.hooked else ""),
        "speech": speech,
        "transfer": {name: value for name in ("notified_on", "allowed_from") if (value := getattr(answers, name))},
        "speechkit": _secret("api_key", "speechkit-key", answers.speechkit_key),
        "bitrix": {
            **_secret("webhook", "bitrix-webhook", answers.bitrix_webhook),
            **({"portal": answers.bitrix_webhook.partition("/rest/")[0]} if answers.bitrix_webhook else {}),
        },
    }
    return sections | {f"gateway.wms.{name}": _secret("token", f"wms-{name}", name) for name in answers.wms}


def _page(answers: Answers) -> dict[str, object]:
    """Behind a name outside stands Caddy on this machine: it tells the page whose request it is."""
    if not answers.page:
        return {"enabled": False}
    said = {"bot": answers.bot, "first_admin": answers.admin, "first_admin_telegram": answers.admin_telegram}
    proxies = {"trusted_proxies": ["127.0.0.1"]} if answers.public_url else {}
    return {name: value for name, value in said.items() if value} | proxies


def _secret(name: str, file: str, given: str) -> dict[str, object]:
    return {f"{name}_file": str(FOLDER / file)} if given else {}


def _lines(section: str, name: str, value: object) -> Iterator[str]:
    loc = (*section.split("."), name.removesuffix("_file") if value and name.endswith("_file") else name)
    found = field_at(Settings, loc)
    meaning = " ".join((found.description or "").split()) if found is not None else ""
    yield from (f"# {line}" for line in _wrapped(meaning))
    yield f"{name} = {json.dumps(value, ensure_ascii=False)}"


def _wrapped(words: str, width: int = 110) -> Iterator[str]:
    line = ""
    for word in words.split():
        if line and len(line) + len(word) >= width:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    if line:
        yield line


def _private(file: Path, content: str) -> Path:
    """Written whole or not at all, never readable by others on the way."""
    beside = file.with_name(f".{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(content)
    return beside.replace(file)
