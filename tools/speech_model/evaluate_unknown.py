"""Measures [unk]: words outside the vocabulary and outside the training, in known sentences.

Run: python -m tools.speech_model.evaluate_unknown MODEL
"""

import random
import sys

import vosk

from tools.speech_model import corpus
from tools.speech_model.espeak import Espeak
from tools.speech_model.evaluate import HELD_OUT, align, recognise

vosk.SetLogLevel(-1)
NEW = """велосипед телевизор чемодан пирожок кровать автомобиль бумага ветка граница деревня закат инструмент кастрюля
лестница мельница ножницы обезьяна пирамида ракушка самолёт трамвай ужин фотография хозяйка цыплёнок чайник шкаф
экзамен юноша ягнёнок бегать варить греть дышать ехать жарить прыгать строить мягкий тонкий""".split()
model, espeak, rng = vosk.Model(sys.argv[1]), Espeak(), random.Random(5)
vocab = corpus.vocabulary()
errors = total = false = missed = caught = invocab = 0
for n in range(100):
    words = [rng.choice(vocab) for _ in range(rng.randint(3, 6))]
    spot = rng.randrange(len(words) + 1)
    words.insert(spot, rng.choice(NEW))
    found, _ = recognise(model, espeak.say(" ".join(words), rng.choice(HELD_OUT), rate=rng.randint(130, 210)).pcm)
    reference = ["[unk]" if w in NEW else w for w in words]
    hypothesis = [w["word"] for w in found]
    wrong, pairs = align(reference, hypothesis)
    errors, total = errors + wrong, total + len(reference)
    ok = {i for i, _ in pairs}
    caught += spot in ok
    invocab += len(ok - {spot})
    false += max(0, hypothesis.count("[unk]") - (spot in ok))
    if wrong and n < 12:
        print("  ", " ".join(words), "->", " ".join(hypothesis))
print(
    f"{sys.argv[1]}: [unk] right {caught} of 100, other words right {invocab} of {total - 100}, extra [unk] {false}, WER {100 * errors / total:.1f} %"
)
