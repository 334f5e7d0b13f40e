"""Graphs as OpenFst and Vosk read them, and a language model as one of them."""

import math
import struct
from collections.abc import Mapping
from pathlib import Path

from tools.speech_model.language_model import Costs


class Fst:
    def __init__(self) -> None:
        self.arcs: list[list[tuple[int, int, float, int]]] = []
        self.final: dict[int, float] = {}

    def state(self) -> int:
        self.arcs.append([])
        return len(self.arcs) - 1

    def arc(self, source: int, target: int, ilabel: int = 0, olabel: int = 0, cost: float = 0.0) -> None:
        self.arcs[source].append((ilabel, olabel, cost, target))

    def write(self, path: Path) -> None:
        def text(s: str) -> bytes:
            return struct.pack("<i", len(s)) + s.encode()

        count = sum(map(len, self.arcs))
        out = [
            struct.pack("<i", 2125659606),
            text("vector"),
            text("standard"),
            struct.pack("<iiQqqq", 2, 0, 3, 0, len(self.arcs), count),
        ]  # version, flags, properties, start
        for state, arcs in enumerate(self.arcs):
            out.append(struct.pack("<fq", self.final.get(state, math.inf), len(arcs)))
            out += [struct.pack("<iifi", *arc) for arc in arcs]
        path.write_bytes(b"".join(out))


def grammar(word_ids: Mapping[str, int], lm: Costs) -> Fst:
    """Gr.fst, the language model as an acceptor. lm: {history: {word: cost}}, costs being -log p; the
    histories are None (no history), "<s>" and words; "" is the end of the sentence; None, in any
    history but None, is the cost of backing off (an epsilon arc)."""
    fst = Fst()
    first = "<s>" if "<s>" in lm else None
    histories = {h: fst.state() for h in sorted(lm, key=lambda h: h != first)}  # state 0 is the start
    for history, costs in lm.items():
        for word, cost in sorted(costs.items(), key=lambda c: word_ids.get(c[0] or "", 0)):
            if word == "":
                fst.final[histories[history]] = cost
            else:
                target = histories.get(word, histories[None])
                label = word_ids[word] if word else 0
                fst.arc(histories[history], target, label, label, cost)
    return fst
