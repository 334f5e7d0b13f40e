"""What `vosk_model.faults` says of folders that Vosk would refuse without a reason, or that would abort it."""

import shutil
from pathlib import Path

import pytest

from streams.speech.vosk_model import faults, memory_mb

MODEL = Path(__file__).parents[2] / "fixtures" / "vosk-ru-tiny"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def test_a_good_model_has_no_faults() -> None:
    """The model of our own tests passes, so a refusal below is not the rule's own error."""
    assert faults(MODEL) == []


def test_missing_folder_and_archive(tmp_path: Path) -> None:
    """A wrong path and a zip that was not unpacked are told apart."""
    archive = tmp_path / "vosk-model-ru-0.42.zip"
    archive.write_bytes(b"PK")
    assert "nowhere нет" in faults(tmp_path / "nowhere")[0]
    assert "распакуйте" in faults(archive)[0]


def test_sherpa_model(tmp_path: Path) -> None:
    """The newest Russian model is of another kind; the message names one that works."""
    (tmp_path / "am-onnx").mkdir()
    [text] = faults(tmp_path)
    assert "sherpa-onnx" in text
    assert "vosk-model-ru-0.42" in text


def test_folder_around_the_model(folder: Path) -> None:
    """One level too high: the message names the right one."""
    assert str(folder) in faults(folder.parent)[0]


@pytest.mark.parametrize(
    "name", ["am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/Gr.fst", "graph/words.txt"]
)
def test_missing_file(folder: Path, name: str) -> None:
    """Every file that Vosk needs is named when it is missing."""
    (folder / name).unlink()
    assert name in " ".join(faults(folder))


def test_half_an_ivector_extractor(folder: Path) -> None:
    """Vosk 0.3.45 checks these only while decoding, by failing."""
    (folder / "ivector").mkdir()
    (folder / "ivector/final.ie").touch()
    assert "ivector/final.dubm" in faults(folder)[0]


@pytest.mark.parametrize("keep", [0, 1, 2, 1000, 400_000, 519_892])
def test_truncated_network(folder: Path, keep: int) -> None:
    """An acoustic model cut at any length is found, to the last byte."""
    file = folder / "am/final.mdl"
    file.write_bytes(file.read_bytes()[:keep])
    assert "am/final.mdl" in faults(folder)[0]
    assert "не полон" in faults(folder)[0]


def test_an_empty_graph(folder: Path) -> None:
    """A graph that is no OpenFst file is found."""
    (folder / "graph/HCLr.fst").write_bytes(b"")
    assert "graph/HCLr.fst" in faults(folder)[0]


def test_memory_grows_with_the_folder(folder: Path) -> None:
    """64 MB for the process and three times the files; four times where a recurrent network comes with the model."""
    (folder / "graph/HCLG.fst").write_bytes(bytes(100 << 20))
    assert memory_mb(folder) == 64 + 301
    (folder / "rnnlm").mkdir()
    assert memory_mb(folder) == 64 + 402
