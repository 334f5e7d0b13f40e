"""Walks the parts of the Vosk API a project uses: python -m tools.speech_model.api_check MODEL"""

import json
import sys
import threading

import numpy as np
import numpy.typing as npt
import vosk

from tools.speech_model.espeak import Espeak
from tools.speech_model.evaluate import recognise

vosk.SetLogLevel(-1)
model, es = vosk.Model(sys.argv[1]), Espeak()


def say(text: str) -> npt.NDArray[np.int16]:
    return es.say(text, "ru+m3").pcm


a = say("нужно вывезти весь остаток, у вас дорого, мы уходим")
print("find_word", [model.vosk_model_find_word(w) for w in ("бронь", "[unk]", "велосипед")])
r = vosk.KaldiRecognizer(model, 16000)
r.SetWords(True)
r.SetPartialWords(True)
d = a.tobytes()
last = ""
for i in range(0, len(d), 8000):
    if r.AcceptWaveform(d[i : i + 8000]):
        print("endpoint", json.loads(r.Result())["text"])
    p = json.loads(r.PartialResult())["partial"]
    if p != last:
        last = p
        print("  partial", p)
print("final", json.loads(r.FinalResult())["text"])
r = vosk.KaldiRecognizer(model, 16000)
r.SetMaxAlternatives(3)
r.SetWords(True)
r.AcceptWaveform(d)
for x in json.loads(r.FinalResult())["alternatives"]:
    print("alternative", round(x["confidence"], 1), x["text"], x["result"][0])
r.Reset()
r.AcceptWaveform(say("привет").tobytes())
print("after reset", r.FinalResult().replace("\n", ""))
for g in ('["да", "нет", "[unk]"]', '["нужно вывезти весь остаток", "мы уходим", "[unk]"]', '["велосипед", "да"]'):
    r = vosk.KaldiRecognizer(model, 16000, g)
    r.AcceptWaveform(d)
    print("grammar", g, json.loads(r.FinalResult())["text"])
r = vosk.KaldiRecognizer(model, 16000)
print("no audio", r.FinalResult().replace("\n", ""))
r = vosk.KaldiRecognizer(model, 16000)
r.AcceptWaveform(np.zeros(100, np.int16).tobytes())
print("100 samples", r.FinalResult().replace("\n", ""))
texts = ["привет это анна", "где мой заказ", "склад вернул брак", "озон не принял товар"]
pcms = [say(t) for t in texts]
out: dict[int, str] = {}
ts = [
    threading.Thread(target=lambda i=i: out.__setitem__(i, " ".join(w["word"] for w in recognise(model, pcms[i])[0])))
    for i in range(4)
]
for t in ts:
    t.start()
for t in ts:
    t.join()
print("threads", [out[i] for i in range(4)])
same = {json.dumps(recognise(model, a, chunk=c)[0]) for c in (800, 4000, 16000, 10**9)}
print(
    "results by chunk size, distinct:",
    len(same),
    "; repeated:",
    len({json.dumps(recognise(model, a)[0]) for _ in range(3)}),
)
