"""Is this folder a model that Vosk 0.3.45 can load, and with how much memory? libvosk itself says only "Failed to
create a model", or aborts.

Rules read in `src/model.cc` of vosk-api 0.3.45 and in the file formats of Kaldi and OpenFst.
"""

import struct
from pathlib import Path

from streams.engine.conditions import Condition

FST_MAGIC = struct.pack("<i", 2_125_659_606)
IVECTOR = ("final.ie", "splice.conf", "online_cmvn.conf", "final.mat", "global_cmvn.stats", "final.dubm")
TAIL = 1 << 20
"""Bytes at the end of `final.mdl` in which the priors stand (4 bytes a pdf, some thousands of pdfs)."""
PROCESS_MB = 64
"""Python and libvosk without a model: 36 MB measured."""
GROWTH, GROWTH_RNNLM = 3, 4
"""Memory of a loaded model in sizes of its folder. Measured: a graph of 210 MB took 572 MB. Reported for Russian 0.42,
3.5 GB unpacked: 10 GB in work, 14 GB while its `rnnlm` loads (alphacep/vosk-server#153)."""


SMALLEST_MB = 20
"""The small Russian model for work is 45 MB packed and 90 MB in its folder; that of the tests has less than 1."""


def is_toy(folder: Path) -> bool:
    """Whether the model knows some dozens of words and no speech of people. Raises `OSError`."""
    return folder.is_dir() and _size(folder) < SMALLEST_MB << 20


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def memory_mb(folder: Path) -> int:
    """MB that a process with this model is likely to take while it loads, without recognisers. An upper estimate."""
    size = _size(folder)
    growth = GROWTH_RNNLM if (folder / "rnnlm").exists() else GROWTH
    return PROCESS_MB + (size * growth >> 20)


def faults(folder: Path, setting: str = "speech.vosk_model") -> list[str]:
    """Everything that is wrong with the model folder that `setting` names, in plain Russian; empty if Vosk should load
    it."""
    if not folder.exists():
        return [f"папки модели {folder} нет ({setting})"]
    if not folder.is_dir():
        return [f"{folder} — файл: распакуйте модель и укажите её папку"]
    if _is_sherpa(folder):
        return [
            f"в {folder} модель sherpa-onnx (как vosk-model-ru-0.54); Vosk 0.3.45 читает только модели Kaldi, "
            "новейшая русская — vosk-model-ru-0.42"
        ]
    if (folder / "final.mdl").exists() and (folder / "mfcc.conf").exists():
        return _damaged(folder / "final.mdl", folder)  # the flat layout of old small models
    inner = [child for child in folder.iterdir() if (child / "am" / "final.mdl").exists()]
    if inner and not (folder / "am").exists():
        return [f"{folder} — папка вокруг модели: укажите {inner[0]}"]
    return _missing(folder) + [text for file in _binaries(folder) for text in _damaged(file, folder)]


def _is_sherpa(folder: Path) -> bool:
    return any((folder / part).exists() for part in ("am-onnx", "lang/tokens.txt", "tokens.txt")) or any(
        folder.glob("*.onnx")
    )


def _missing(folder: Path) -> list[str]:
    absent = [name for name in ("am/final.mdl", "conf/model.conf") if not (folder / name).exists()]
    if not any((folder / "conf" / name).exists() for name in ("mfcc.conf", "fbank.conf")):
        absent.append("conf/mfcc.conf")
    if not (folder / "graph/HCLG.fst").exists():
        pair = ("graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")
        lacking = [name for name in pair if not (folder / name).exists()]
        absent += ["graph/HCLG.fst (или HCLr.fst, Gr.fst и disambig_tid.int)"] if len(lacking) == 3 else lacking
    if not (folder / "graph/words.txt").exists():
        absent.append("graph/words.txt")
    if (folder / "ivector").exists():  # 0.3.45 does not check these and fails while decoding
        absent += [f"ivector/{name}" for name in IVECTOR if not (folder / "ivector" / name).exists()]
    return [f"в папке модели {folder} нет: {', '.join(absent)}"] if absent else []


def _binaries(folder: Path) -> list[Path]:
    named = (folder / name for name in ("am/final.mdl", "graph/HCLG.fst", "graph/HCLr.fst", "graph/Gr.fst"))
    return [file for file in named if file.exists()]


def _damaged(file: Path, folder: Path) -> list[str]:
    whole = _whole_fst(file) if file.suffix == ".fst" else _whole_mdl(file)
    return [] if whole else [f"{file.relative_to(folder)} в {folder} повреждён или не полон: распакуйте модель ещё раз"]


def _whole_fst(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == FST_MAGIC


def _whole_mdl(file: Path) -> bool:
    """A binary nnet3 model ends with `<Priors> FV <n> <n floats>`; a text one is left to Vosk."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        if stream.read(2) != b"\0B":
            return size > 2
        stream.seek(max(0, size - TAIL))
        tail = stream.read()
    mark = tail.rfind(b"<Priors> ")
    header = tail[mark + 9 : mark + 17]
    if mark < 0 or len(header) < 8 or header[:4] not in (b"FV \4", b"DV \4"):
        return False
    width = 4 if header[:1] == b"F" else 8
    count = int.from_bytes(header[4:], "little")
    return len(tail) >= mark + 17 + count * width


def is_right(model: Path, setting: str = "speech.vosk_model") -> Condition:
    """A model is there, and one that works; `setting` names its folder."""
    return Condition("speech_model", str(model), lambda: "; ".join(faults(model, setting)))
