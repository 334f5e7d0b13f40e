"""Writes a Vosk model directory: Kaldi binary files and an OpenFst graph, with numpy alone."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tools.speech_model import mfcc
from tools.speech_model.kaldi_binary import put_float, put_int, put_int_vector, put_matrix, put_token, put_vector
from tools.speech_model.kaldi_graph import Fst, grammar
from tools.speech_model.language_model import Costs, Lexicon

Layer: TypeAlias = tuple[npt.NDArray[np.floating[Any]], npt.NDArray[np.floating[Any]], list[int]]
"""Weight [out, len(offsets) * in], bias, offsets."""

SIL = "SIL"
SELF_LOOP = FORWARD = 0.5  # transition probabilities of the one-state phones
POSITIONS = {"B": "begin", "I": "internal", "E": "end", "S": "singleton"}


class Phones:
    """Phone ids: SIL is 1; every other phone has four, one for each position in a word.

    The four share one pdf. Phone p has one emitting state, so its self-loop is transition-id 2p-1
    and its forward transition is transition-id 2p."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)  # pdf order, SIL first
        assert self.names[0] == SIL
        self.table = [(SIL, 0, "nonword")]  # phone id - 1 -> (name, pdf, boundary)
        for pdf, name in enumerate(self.names[1:], 1):
            self.table += [(f"{name}_{p}", pdf, kind) for p, kind in POSITIONS.items()]

    def id(self, name: str, position: str = "S") -> int:
        return 1 if name == SIL else 2 + 4 * (self.names.index(name) - 1) + "BIES".index(position)

    def word(self, names: Sequence[str]) -> list[int]:
        if len(names) == 1:
            return [self.id(names[0], "S")]
        places = ["B"] + ["I"] * (len(names) - 2) + ["E"]
        return [self.id(n, p) for n, p in zip(names, places)]


# --- Kaldi binary basics ---------------------------------------------------------------------------


def _transition_model(phones: Phones) -> bytes:
    count = len(phones.table)
    out = put_token("<TransitionModel>") + put_token("<Topology>")
    out += put_int_vector(range(1, count + 1))  # phones
    out += put_int_vector([-1] + [0] * count)  # phone -> topology entry
    out += put_int(1) + put_int(2)  # one entry of two states
    out += put_int(0) + put_int(2)  # state 0: pdf-class 0, two transitions
    out += put_int(0) + put_float(SELF_LOOP) + put_int(1) + put_float(FORWARD)
    out += put_int(-1) + put_int(0)  # state 1: final, no pdf, no transitions
    out += put_token("</Topology>") + put_token("<Triples>") + put_int(count)
    for phone, (_, pdf, _) in enumerate(phones.table, 1):
        out += put_int(phone) + put_int(0) + put_int(pdf)
    out += put_token("</Triples>") + put_token("<LogProbs>")
    out += put_vector([0.0] + [math.log(SELF_LOOP), math.log(FORWARD)] * count)
    return out + put_token("</LogProbs>") + put_token("</TransitionModel>")


def _nnet(layers: Sequence[Layer], dim: int) -> bytes:
    """ReLU after all layers but the last."""
    config, components, source = [f"input-node name=input dim={dim}"], list[bytes](), "input"

    def add(name: str, body: bytes) -> None:
        nonlocal source
        components.append(put_token("<ComponentName>") + put_token(name) + body)
        config.append(f"component-node name={name} component={name} input={source}")
        source = name

    for i, (weight, bias, offsets) in enumerate(layers, 1):
        if offsets != [0]:
            source = "Append(" + ", ".join(f"Offset({source}, {o})" if o else source for o in offsets) + ")"
        add(
            f"affine{i}",
            put_token("<FixedAffineComponent>")
            + put_token("<LinearParams>")
            + put_matrix(weight)
            + put_token("<BiasParams>")
            + put_vector(bias)
            + put_token("</FixedAffineComponent>"),
        )
        kind = "LogSoftmaxComponent" if i == len(layers) else "RectifiedLinearComponent"
        add(
            f"out{i}",
            put_token(f"<{kind}>")
            + put_token("<Dim>")
            + put_int(len(bias))
            + put_token("<ValueAvg>")
            + put_vector([])
            + put_token("<DerivAvg>")
            + put_vector([])
            + put_token("<Count>")
            + put_float(0)
            + put_token(f"</{kind}>"),
        )
    config.append(f"output-node name=output input={source} objective=linear")
    out = put_token("<Nnet3>") + b"\n" + "\n".join(config).encode() + b"\n\n"
    return out + put_token("<NumComponents>") + put_int(len(components)) + b"".join(components) + put_token("</Nnet3>")


def write_final_mdl(path: Path, phones: Phones, layers: Sequence[Layer], priors: npt.ArrayLike) -> None:
    out = b"\0B" + _transition_model(phones) + _nnet(layers, mfcc.CEPS)
    out += put_token("<LeftContext>") + put_int(0) + put_token("<RightContext>") + put_int(0)  # Kaldi recomputes them
    path.write_bytes(out + put_token("<Priors>") + put_vector(priors))


# --- graph/HCLG.fst --------------------------------------------------------------------------------


def word_loop(
    phones: Phones,
    lexicon: Lexicon,
    word_ids: Mapping[str, int],
    costs: Mapping[Any, float],
    end: float,
    silence: float = 0.5,
) -> Fst:
    """Any sequence of words with optional silence around each: HCLG.fst of a unigram with these costs, or
    HCLr.fst when all costs are 0. Input labels are transition-ids, Kaldi's reordered way: the forward
    transition enters a phone, self-loops follow. The word is on its first arc."""
    fst = Fst()
    loop, forward = -math.log(SELF_LOOP), -math.log(FORWARD)
    sil_id = phones.id(SIL)

    def optional_silence(source: int, target: int) -> None:
        pause = fst.state()
        fst.arc(source, target, cost=-math.log(1 - silence))
        fst.arc(source, pause, 2 * sil_id, cost=-math.log(silence) + forward)
        fst.arc(pause, pause, 2 * sil_id - 1, cost=loop)
        fst.arc(pause, target)

    start, hub, tail = fst.state(), fst.state(), fst.state()
    optional_silence(start, hub)
    optional_silence(tail, hub)
    fst.final[hub] = end
    for word, pronunciations in lexicon.items():
        for names, cost in pronunciations:
            state, label, cost = hub, word_ids[word], costs[word] + cost
            for phone in phones.word(names):
                after = fst.state()
                fst.arc(state, after, 2 * phone, label, cost + forward)
                fst.arc(after, after, 2 * phone - 1, cost=loop)
                state, label, cost = after, 0, 0.0
            fst.arc(state, tail)
    for arcs in fst.arcs:
        arcs.sort(key=lambda arc: arc[1])  # composition needs the output labels sorted
    return fst


# --- the whole directory ---------------------------------------------------------------------------

MODEL_CONF = """--min-active=200
--max-active=3000
--beam={beam:g}
--lattice-beam={lattice_beam:g}
--acoustic-scale={acoustic_scale:g}
--frame-subsampling-factor=3
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""


def write_model(
    directory: str | Path,
    phone_names: Iterable[str],
    layers: Sequence[Layer],
    priors: npt.ArrayLike,
    lexicon: Lexicon,
    lm: Costs,
    acoustic_scale: float,
    beam: float = 12.0,
    lattice_beam: float = 5.0,
    dynamic: bool = True,
) -> None:
    """layers: see _nnet; priors: of the pdfs; lexicon: {word: [(phones, cost)]}; lm: see grammar.
    dynamic: HCLr.fst and Gr.fst, composed by Vosk at run time, so that KaldiRecognizer takes a grammar
    (a JSON list of phrases); otherwise one static HCLG.fst, of the unigram lm[None]."""
    directory, phones = Path(directory), Phones(phone_names)
    for sub in ("am", "conf", "graph/phones"):
        (directory / sub).mkdir(parents=True, exist_ok=True)
    symbols = ["<eps>", *sorted(lexicon), "<s>", "</s>"]
    word_ids = {w: i for i, w in enumerate(symbols)}
    write_final_mdl(directory / "am/final.mdl", phones, layers, priors)
    if dynamic:
        word_loop(phones, lexicon, word_ids, dict.fromkeys(lexicon, 0.0), 0.0).write(directory / "graph/HCLr.fst")
        grammar(word_ids, lm).write(directory / "graph/Gr.fst")
        (directory / "graph/disambig_tid.int").write_text("")
    else:
        word_loop(phones, lexicon, word_ids, lm[None], lm[None][""]).write(directory / "graph/HCLG.fst")
    (directory / "graph/words.txt").write_text("".join(f"{w} {i}\n" for w, i in word_ids.items()), "utf-8")
    (directory / "graph/phones/word_boundary.int").write_text(
        "".join(f"{i} {kind}\n" for i, (_, _, kind) in enumerate(phones.table, 1))
    )
    (directory / "graph/phones.txt").write_text(
        "<eps> 0\n" + "".join(f"{name} {i}\n" for i, (name, _, _) in enumerate(phones.table, 1)), "utf-8"
    )
    (directory / "conf/mfcc.conf").write_text(mfcc.CONF)
    (directory / "conf/model.conf").write_text(
        MODEL_CONF.format(acoustic_scale=acoustic_scale, beam=beam, lattice_beam=lattice_beam)
    )
