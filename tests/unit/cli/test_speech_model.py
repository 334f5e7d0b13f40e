"""`leadpulse speech-model`: a model from an address, whatever happens to the line."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from streams.cli import model_fetch
from streams.cli.check_speech import model_faults
from streams.settings import Live, Settings, Speech
from streams.speech.vosk_model import faults
from tests.unit.cli.conftest import Line

NAME = "vosk-model-small-ru-0.22"
TINY = Path("tests/fixtures/vosk-ru-tiny").absolute()


def archive(extra: str = "") -> bytes:
    """The tiny model under the name of the small one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for file in sorted(TINY.rglob("*")):
            if file.is_file():
                packed.write(file, f"{NAME}/{file.relative_to(TINY)}")
        if extra:
            packed.writestr(extra, "x")
    return out.getvalue()


class Site(ThreadingHTTPServer):
    """Has an archive and a list. `breaks` bytes go out and the line breaks, once each; `ranges` are what was asked."""

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.content, self.kind, self.digest = content, "md5", hashlib.md5(content, usedforsecurity=False).hexdigest()
        self.breaks: list[int] = []
        self.ranges: list[str | None] = []
        self.resumes, self.refuses = True, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/models/"

    def list(self) -> Any:
        return [{"name": NAME, "size": len(self.content), self.kind: self.digest, "lang": "ru"}]


class _Answers(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        site = self.server
        if self.path == "/models/model-list.json":
            self._send(200, json.dumps(site.list()).encode())
        elif self.path != f"/models/{NAME}.zip":
            self._send(404, b"")
        elif site.refuses:
            site.refuses -= 1
            self._send(503, b"")
        else:
            wanted = self.headers["Range"]
            site.ranges.append(wanted)
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and site.resumes else 0
            self._send(206 if start else 200, site.content[start:], site.breaks.pop(0) if site.breaks else None)

    def _send(self, status: int, body: bytes, breaks: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:breaks])

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(archive()) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def line(line: Line, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    urls = {"LEADPULSE_SPEECH__MODELS_URL": site.url, "LEADPULSE_SPEECH__MODELS": str(tmp_path / "models")}
    return Line(line.environ | urls)


def test_a_model_is_fetched_once(line: Line, site: Site, tmp_path: Path) -> None:
    """It is whole and can be loaded, nothing else is left, and a second call asks nobody."""
    result = line("speech-model", "get", "small-ru")
    folder = tmp_path / "models" / NAME
    assert result.exit_code == 0, result.output
    assert faults(folder) == []
    assert [path.name for path in folder.parent.iterdir()] == [NAME]
    assert f'vosk_model = "{folder}"' in result.stdout
    assert "Скачиваю" in result.stderr
    assert "уже здесь" in line("speech-model", "get", NAME).stdout
    assert len(site.ranges) == 1


def test_a_broken_line_is_resumed(line: Line, site: Site, tmp_path: Path) -> None:
    """Also after the command was ended; what is there is not asked for again."""
    half, more = len(site.content) // 2, 1000
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / f".{NAME}.zip.part").write_bytes(site.content[:half])
    site.breaks, site.refuses = [more], 2
    assert line("speech-model", "get", "small-ru").exit_code == 0
    assert site.ranges == [f"bytes={half}-", f"bytes={half + more}-"]
    assert faults(tmp_path / "models" / NAME) == []


def test_a_site_that_does_not_resume(line: Line, site: Site, tmp_path: Path) -> None:
    """It begins at the start, and so do we: nothing is put behind the wrong half."""
    site.breaks, site.resumes = [5000], False
    assert line("speech-model", "get", "small-ru").exit_code == 0
    assert faults(tmp_path / "models" / NAME) == []


@pytest.mark.parametrize("kind", ["md5", "sha256"])
def test_other_bytes_are_refused(line: Line, site: Site, tmp_path: Path, kind: str) -> None:
    """One wrong byte: nothing is unpacked or kept."""
    site.kind, site.digest = kind, hashlib.new(kind, site.content).hexdigest()
    site.content = site.content[:5000] + b"?" + site.content[5001:]
    result = line("speech-model", "get", "small-ru")
    assert result.exit_code == 1
    assert "контрольная сумма" in result.stderr
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize(("extra", "words"), [("../outside", "за пределы"), ("", "не модель Vosk")])
def test_what_is_no_model_is_refused(line: Line, site: Site, tmp_path: Path, extra: str, words: str) -> None:
    """An archive that reaches outside its folder, or has something else in it."""
    out = io.BytesIO()
    zipfile.ZipFile(out, "w").close()
    site.content = archive(extra) if extra else out.getvalue()
    site.digest = hashlib.md5(site.content, usedforsecurity=False).hexdigest()
    result = line("speech-model", "get", "small-ru")
    assert result.exit_code == 1
    assert words in result.stderr
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "models" / NAME).exists()


def test_faults_are_one_line(line: Line, site: Site) -> None:
    """An unknown name, a model that the site has not, a site that is away or has no list, no address."""
    cases = [
        (("speech-model", "get", "en"), {}, "есть small-ru, ru"),
        (("speech-model", "get", "ru"), {}, "в списке нет"),
        (("speech-model", "get", "ru"), {"LEADPULSE_SPEECH__MODELS_URL": f"{site.url}x/"}, "ответ 404"),
        (("speech-model", "get", "ru"), {"LEADPULSE_SPEECH__MODELS_URL": ""}, "speech.models_url пуст"),
        (("speech-model", "get", "ru"), {"LEADPULSE_SPEECH__MODELS_URL": "http://127.0.0.1:9/"}, "отказано"),
    ]
    for command, environ, words in cases:
        result = line(*command, **environ)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.output
        assert words in result.stderr


def test_a_line_that_stays_broken_ends(line: Line, site: Site, tmp_path: Path) -> None:
    """After some attempts without a new byte the command says so, and what came is kept for the next one."""
    site.breaks = [4000, *([0] * 20)]
    result = line("speech-model", "get", "small-ru")
    assert result.exit_code == 1
    assert "скачанное сохранено" in result.stderr
    assert (tmp_path / "models" / f".{NAME}.zip.part").stat().st_size == 4000
    assert len(site.ranges) == model_fetch.AGAIN.attempts + 1


def test_the_list(line: Line, tmp_path: Path) -> None:
    """What there is, what is here and what is used; for programs too."""
    line("speech-model", "get", "small-ru")
    used = str(tmp_path / "models" / NAME)
    told = line("speech-model", "list", LEADPULSE_SPEECH__VOSK_MODEL=str(TINY)).stdout
    assert "учебная модель" in told
    assert [row.split()[0] for row in told.splitlines()[:2]] == ["small-ru", "ru"]
    rows = json.loads(line("speech-model", "list", "--json", LEADPULSE_SPEECH__VOSK_MODEL=used).stdout)
    assert [(row["name"], row["state"]) for row in rows] == [("small-ru", "used"), ("ru", "absent")]


def test_check_looks_at_the_model_of_running_meetings_too() -> None:
    """By its own setting where it has one, and so it is called."""
    speech = Speech(vosk_model=TINY)
    assert model_faults(Settings(speech=speech)) == []
    wrong = Settings(speech=speech, live=Live(vosk_model=Path("/none")))
    assert model_faults(wrong) == ["папки модели /none нет (live.vosk_model)"]
