"""Synthesise, train, write the model: python -m tools.speech_model.train OUT_DIR [--utterances N] [--epochs N]"""

import argparse
import collections
import math
import time
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from tools.speech_model import corpus
from tools.speech_model.corpus import VOICES
from tools.speech_model.espeak import Espeak, Speech, resample
from tools.speech_model.kaldi_model import SIL, Layer, write_model
from tools.speech_model.language_model import bigram, pronunciations, unigram
from tools.speech_model.mfcc import CEPS, RATE, SHIFT, WINDOW, mfcc

Sound: TypeAlias = npt.NDArray[Any]
OFFSETS = [[-1, 0, 1], [-1, 0, 1], [-3, 0, 3], [-3, 0, 3], [-3, 0, 3], [0]]
CONTEXT = sum(max(o) for o in OFFSETS)
SPN = "SPN"  # the phone of words outside the vocabulary
STEP = 3  # the frame subsampling factor


def holes(x: Sound, rng: np.random.Generator, size: int = 512) -> Sound:
    """Drops the weak spectral components of each half-overlapping block, as lossy codecs do, and
    everything above a random frequency."""
    window = np.sqrt(np.hanning(size + 1)[:-1])
    x = np.pad(x, size)
    out = np.zeros(len(x))
    limit, depth = rng.uniform(0.4, 1.0), 10 ** (-rng.uniform(25, 70) / 20)
    for start in range(0, len(x) - size, size // 2):
        spectrum = np.fft.rfft(x[start : start + size] * window)
        level = np.abs(spectrum)
        spectrum[level < level.max() * depth] = 0
        spectrum[int(limit * len(spectrum)) :] = 0
        out[start : start + size] += np.fft.irfft(spectrum) * window
    return out[size:-size]


def degrade(pcm: Sound, rng: np.random.Generator) -> Sound:
    """Level, noise, codec and telephone bandwidth, at random; the timing stays."""
    x = pcm.astype(np.float64) * 10 ** (rng.uniform(-32, 0) / 20)
    if rng.random() < 0.65:
        noise = rng.standard_normal(len(x))
        if rng.random() < 0.5:  # pink
            spectrum = np.fft.rfft(noise)
            noise = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), len(x))
        snr = rng.uniform(5, 45)
        noise *= np.sqrt((x**2).mean() / (noise**2).mean()) * 10 ** (-snr / 20)
        x = x + noise
    if rng.random() < 0.3:
        x = holes(x, rng)
    x = np.clip(np.round(x), -32768, 32767).astype(np.int16)
    if rng.random() < 0.3:  # unrounded, as Kaldi itself resamples, or as a file resampled before
        x = resample(resample(x, RATE, 8000), 8000, RATE, rounded=rng.random() < 0.5)
    return x


def utterance(espeak: Espeak, text: str, voice: str, rng: np.random.Generator) -> tuple[Sound, Speech, float]:
    speech = espeak.say(
        text,
        voice,
        rate=int(rng.integers(120, 231)),
        pitch=int(rng.integers(20, 81)),
        range=int(rng.integers(30, 71)),
        wordgap=int(rng.integers(1, 6)) if rng.random() < 0.1 else 0,
    )
    before, after = rng.uniform(0, 0.5), rng.uniform(0.05, 0.8)
    pcm = np.concatenate([np.zeros(int(before * RATE), np.int16), speech.pcm, np.zeros(int(after * RATE), np.int16)])
    return degrade(pcm, rng), speech, before


def spoken_noise(speech: Speech, vocabulary: set[str]) -> None:
    """The phones with those of the words outside the vocabulary replaced by SPN."""
    spans = [(start, end) for word, start, end, _ in speech.words if word not in vocabulary]
    speech.phones = [
        (SPN if any(s <= start < e for s, e in spans) else phone, start, end) for phone, start, end in speech.phones
    ]


def labels(speech: Speech, before: float, frames: int, phone_ids: dict[str, int]) -> npt.NDArray[np.int64]:
    centres = (np.arange(frames) * SHIFT + WINDOW / 2) / RATE - before
    starts = np.array([p[1] for p in speech.phones])
    index = np.searchsorted(starts, centres, "right") - 1
    ids: npt.NDArray[np.int64] = np.array([phone_ids[p[0]] for p in speech.phones])[index.clip(0)]
    ids[(centres < 0) | (centres >= speech.phones[-1][2])] = phone_ids[SIL]
    return ids


class Tdnn(nn.Module):
    def __init__(self, mean: Any, scale: Any, hidden: int, outputs: int) -> None:
        super().__init__()
        self.register_buffer("mean", mean), self.register_buffer("scale", scale)
        dims = [CEPS] + [hidden] * (len(OFFSETS) - 1)
        self.layers = nn.ModuleList(nn.Conv1d(i, hidden, len(o)) for i, o in zip(dims, OFFSETS[:-1]))
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in self.layers)
        self.output = nn.Conv1d(hidden, outputs, 1)

    def forward(self, x: Any) -> Any:  # [batch, frames, CEPS] -> [batch, outputs, frames / STEP]
        x = ((x - self.mean) * self.scale).transpose(1, 2)
        for i, (layer, norm) in enumerate(zip(self.layers, self.norms)):
            x = torch.relu(norm(layer(x)))
            if i == 1:  # from here on the offsets are multiples of STEP
                x = x[:, :, ::STEP]
        return self.output(x)

    def exported(self) -> list[Layer]:
        """(weight, bias, offsets) a layer, the input and batch normalisation folded in."""
        out = []
        for i, layer in enumerate([*self.layers, self.output]):
            weight, bias = layer.weight.detach().double(), layer.bias.detach().double()
            if i == 0:
                bias = bias - (weight * (self.mean * self.scale)[None, :, None]).sum((1, 2))
                weight = weight * self.scale[None, :, None]
            if i < len(self.norms):
                norm = self.norms[i]
                gain = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
                weight = weight * gain[:, None, None]
                bias = (bias - norm.running_mean) * gain + norm.bias.detach()
            # Kaldi's Append puts offset after offset; Conv1d has [out, in, offset]
            out.append((weight.permute(0, 2, 1).reshape(len(bias), -1).numpy(), bias.numpy(), OFFSETS[i]))
        return out


def chunks(
    features: npt.NDArray[np.float32], targets: npt.NDArray[np.int64], frames: int = 120
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]]:
    """Fixed-length pieces with their context, the edges repeated as Kaldi does."""
    padded = np.pad(features, ((CONTEXT, CONTEXT), (0, 0)), "edge")
    for start in range(0, len(features), frames):
        start = min(start, len(features) - frames)
        if start >= 0:
            yield padded[start : start + frames + 2 * CONTEXT], targets[start : start + frames]


def train(
    inputs: Any, targets: Any, outputs: int, hidden: int, epochs: int, batch: int = 32, peak: float = 4e-3
) -> Tdnn:
    flat = inputs[:, CONTEXT:-CONTEXT].reshape(-1, CEPS)
    net = Tdnn(flat.mean(0), 1 / flat.std(0), hidden, outputs)
    optimizer = torch.optim.AdamW(net.parameters(), peak, weight_decay=1e-3)
    steps = epochs * math.ceil(len(inputs) / batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps)
    for epoch in range(epochs):
        net.train()
        total = correct = count = 0
        for rows in torch.randperm(len(inputs)).split(batch):
            shift = int(torch.randint(STEP, ()))  # any phase of the subsampling
            x, y = inputs[rows][:, shift:], targets[rows][:, shift::STEP]
            scores = net(x)
            loss = nn.functional.cross_entropy(scores, y[:, : scores.shape[2]], label_smoothing=0.02)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * y.numel()
            correct += (scores.argmax(1) == y[:, : scores.shape[2]]).sum().item()
            count += y.numel()
        print(f"epoch {epoch + 1}: loss {total / count:.3f} frame accuracy {correct / count:.3f}", flush=True)
    net.eval()
    return net


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--utterances", type=int, default=2000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--hidden", type=int, default=96)
    parser.add_argument("--bigram", action="store_true", help="language model of the training sentences")
    parser.add_argument("--static", action="store_true", help="one HCLG.fst")
    parser.add_argument("--acoustic-scale", type=float, default=0.6)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed), torch.set_num_threads(2)
    rng, espeak, began = np.random.default_rng(args.seed), Espeak(), time.time()

    data, seconds = list[tuple[npt.NDArray[np.float32], Speech, float]](), 0.0
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    vocabulary = set(corpus.vocabulary())
    texts = corpus.training_sentences(args.utterances, args.seed)
    for text in texts:
        pcm, speech, before = utterance(espeak, text, str(rng.choice(VOICES)), rng)
        if [w for w, *_ in speech.words] != corpus.words_of(text):
            continue
        seconds += len(pcm) / RATE
        for word, _, _, phones in speech.words:
            if word in vocabulary:
                counts[word][" ".join(phones)] += 1
        spoken_noise(speech, vocabulary)
        data.append((mfcc(pcm), speech, before))
    if missing := vocabulary - counts.keys():
        raise SystemExit("never said in training: " + " ".join(sorted(missing)))
    names = [SIL] + sorted({p[0] for _, s, _ in data for p in s.phones} - {SIL})
    ids = {n: i for i, n in enumerate(names)}
    print(
        f"{len(data)} utterances, {seconds / 3600:.2f} h, {len(names)} phones, made in {time.time() - began:.0f} s "
        f"({time.process_time():.0f} s of CPU)"
    )
    cpu = time.process_time()

    pairs = [c for f, s, b in data for c in chunks(f, labels(s, b, len(f), ids))]
    inputs = torch.from_numpy(np.stack([x for x, _ in pairs]))
    targets = torch.from_numpy(np.stack([y for _, y in pairs]))
    began = time.time()
    net = train(inputs, targets, len(names), args.hidden, args.epochs)
    print(
        f"trained in {time.time() - began:.0f} s ({time.process_time() - cpu:.0f} s of CPU), {sum(p.numel() for p in net.parameters())} parameters"
    )

    priors = torch.bincount(targets.flatten(), minlength=len(names)).double()
    lexicon = {**pronunciations(counts), corpus.UNKNOWN: [([SPN] * 4, 0.0)]}
    lm = bigram(texts, vocabulary) if args.bigram else unigram(vocabulary)
    write_model(
        args.out,
        names,
        net.exported(),
        (priors / priors.sum()).numpy(),
        lexicon,
        lm,
        args.acoustic_scale,
        dynamic=not args.static,
    )
    torch.save(
        {"net": net.state_dict(), "names": names, "priors": priors, "lexicon": lexicon, "layers": net.exported()},
        f"{args.out}.pt",
    )


if __name__ == "__main__":
    main()
