"""Measures a model with the real Vosk on unseen sentences: python -m tools.speech_model.evaluate MODEL [--sentences N]"""

import argparse
import json
import random
import time
from typing import Any

import numpy as np
import numpy.typing as npt
import vosk

from tools.speech_model import corpus
from tools.speech_model.corpus import VOICES
from tools.speech_model.espeak import Espeak, Speech, SpokenWord, resample
from tools.speech_model.mfcc import RATE

HELD_OUT = ["ru+m4", "ru+f3", "ru+f5", "ru+m8"]


def align(reference: list[str], hypothesis: list[str]) -> tuple[int, list[tuple[int, int]]]:
    """Levenshtein: (errors, [(reference index, hypothesis index) of equal words])."""
    table = np.zeros((len(reference) + 1, len(hypothesis) + 1), int)
    table[:, 0], table[0] = range(len(reference) + 1), range(len(hypothesis) + 1)
    for i, r in enumerate(reference, 1):
        for j, h in enumerate(hypothesis, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (r != h))
    i, j, pairs = len(reference), len(hypothesis), list[tuple[int, int]]()
    while i and j:
        if table[i, j] == table[i - 1, j - 1] + (reference[i - 1] != hypothesis[j - 1]):
            i, j = i - 1, j - 1
            if reference[i] == hypothesis[j]:
                pairs.append((i, j))
        elif table[i, j] == table[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return int(table[-1, -1]), pairs


def recognise(
    model: Any, pcm: npt.NDArray[np.int16], rate: int = RATE, chunk: int = 4000
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The words of a recording fed in chunks, segment after segment, with final() of each segment."""
    recogniser = vosk.KaldiRecognizer(model, rate)
    recogniser.SetWords(True)
    results, data = [], pcm.tobytes()
    for i in range(0, len(data), 2 * chunk):
        if recogniser.AcceptWaveform(data[i : i + 2 * chunk]):
            results.append(json.loads(recogniser.Result()))
    results.append(json.loads(recogniser.FinalResult()))
    return [w for r in results for w in r.get("result", [])], results


def noisy(pcm: npt.NDArray[np.int16], snr: float, rng: np.random.Generator) -> npt.NDArray[np.int16]:
    x = pcm.astype(float)
    noise = rng.standard_normal(len(x))
    loud = x + noise * np.sqrt((x**2).mean()) * 10 ** (-snr / 20)
    return np.asarray(np.clip(loud, -32768, 32767), np.int16)


def measure(
    name: str, model: Any, utterances: list[tuple[npt.NDArray[np.int16], Speech]], rate: int = RATE
) -> list[tuple[str, str]]:
    """Print how well it hears them; what was said and what was heard where the two differ."""
    errors = words = 0
    audio = spent = 0.0
    starts, ends, right, wrong = list[float](), list[float](), list[float](), list[float]()
    failed: list[tuple[str, str]] = []
    for pcm, speech in utterances:
        began = time.perf_counter()
        found, _ = recognise(model, pcm, rate)
        spent += time.perf_counter() - began
        audio += len(pcm) / rate
        reference, hypothesis = [w[0] for w in speech.words], [w["word"] for w in found]
        wrong_here, pairs = align(reference, hypothesis)
        errors, words = errors + wrong_here, words + len(reference)
        for i, j in pairs:
            starts.append(abs(found[j]["start"] - speech.words[i][1]))
            ends.append(abs(found[j]["end"] - speech.words[i][2]))
        matched = {j for _, j in pairs}
        for j, w in enumerate(found):
            (right if j in matched else wrong).append(w["conf"])
        if wrong_here:
            failed.append((" ".join(reference), " ".join(hypothesis)))
    times = np.array([starts, ends]).flatten() * 1000
    print(
        f"{name:34s} WER {100 * errors / words:5.2f} % of {words} words; times median {np.median(times):3.0f} ms, "
        f"95 % {np.percentile(times, 95):3.0f}, within 100 ms {100 * (times <= 100).mean():5.1f} %, worst {times.max():4.0f}; "
        f"conf right {np.mean(right):.3f} (lowest {min(right):.2f}) wrong {np.mean(wrong) if wrong else float('nan'):.3f}; "
        f"RTF {spent / audio:.4f}",
        flush=True,
    )
    return failed


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--sentences", type=int, default=150)
    parser.add_argument("--trained", type=int, default=2000, help="utterances of the training")
    parser.add_argument("--seed", type=int, default=1, help="of the training")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    vosk.SetLogLevel(-1)
    began = time.perf_counter()
    model, espeak = vosk.Model(args.model), Espeak()
    print(f"model loaded in {time.perf_counter() - began:.2f} s")
    rng, numpy_rng = random.Random(77), np.random.default_rng(77)
    known = corpus.training_sentences(args.trained, args.seed)
    real = corpus.sentences(args.sentences, 501, share_random=0, exclude=known)
    mixed = corpus.sentences(args.sentences, 502, share_random=1, exclude=known)

    def say(texts: list[str], voices: list[str], **fixed: int) -> list[Speech]:
        return [
            espeak.say(t, rng.choice(voices), **{"rate": rng.randint(130, 210), "pitch": rng.randint(30, 70), **fixed})
            for t in texts
        ]

    def show(failed: list[tuple[str, str]]) -> None:
        for pair in failed if args.v else []:
            print("   ", *pair, sep="\n      ")

    seen_real, held_real, held_mixed = say(real, VOICES), say(real, HELD_OUT), say(mixed, HELD_OUT)

    def plain(speeches: list[Speech]) -> list[tuple[npt.NDArray[np.int16], Speech]]:
        return [(s.pcm, s) for s in speeches]

    show(measure("sentences, voices seen", model, plain(seen_real)))
    show(measure("sentences, voices held out", model, plain(held_real)))
    show(measure("random words, voices seen", model, plain(say(mixed, VOICES))))
    show(measure("random words, voices held out", model, plain(held_mixed)))
    show(measure("random, held out, noise 20 dB", model, [(noisy(s.pcm, 20, numpy_rng), s) for s in held_mixed]))
    show(measure("random, held out, noise 10 dB", model, [(noisy(s.pcm, 10, numpy_rng), s) for s in held_mixed]))
    show(measure("random, held out, noise 5 dB", model, [(noisy(s.pcm, 5, numpy_rng), s) for s in held_mixed]))
    show(measure("random, held out, level -30 dB", model, [((s.pcm * 0.03).astype(np.int16), s) for s in held_mixed]))
    telephone = [(resample(s.pcm, RATE, 8000), s) for s in held_mixed]
    show(measure("random, held out, 8 kHz recogniser", model, telephone, 8000))
    show(measure("random, held out, 8 kHz resampled", model, [(resample(p, 8000, RATE), s) for p, s in telephone]))
    show(measure("random, held out, 44.1 kHz", model, [(resample(s.pcm, RATE, 44100), s) for s in held_mixed], 44100))
    for voice in HELD_OUT:
        show(measure(f"random, {voice}", model, plain(say(mixed[:60], [voice]))))
    for rate in (100, 250, 300):
        show(measure(f"random, seen, {rate} words a minute", model, plain(say(mixed[:60], VOICES, rate=rate))))

    # one long call: sentences with pauses between them, one recogniser, endpointing on
    pieces, position, words = list[npt.NDArray[np.int16]](), 0.0, list[SpokenWord]()
    for s in held_real[:40]:
        words += [SpokenWord(w[0], w[1] + position, w[2] + position, w[3]) for w in s.words]
        gap = np.zeros(int(rng.uniform(0.3, 2.0) * RATE), np.int16)
        pieces += [s.pcm, gap]
        position += (len(s.pcm) + len(gap)) / RATE
    long = type(held_real[0])(np.concatenate(pieces), words)
    _, results = recognise(model, long.pcm)
    show(measure(f"one call of {len(long.pcm) / RATE:.0f} s", model, [(long.pcm, long)]))
    print(f"   segments {len(results)}, of them empty {sum(not r.get('text') for r in results)}")
    for name, pcm in (
        ("silence", np.zeros(3 * RATE, np.int16)),
        ("noise", (numpy_rng.standard_normal(3 * RATE) * 300).astype(np.int16)),
    ):
        print(f"   3 s of {name}:", [r.get("text") for r in recognise(model, pcm)[1]])


if __name__ == "__main__":
    main()
