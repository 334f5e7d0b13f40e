"""The workflow in `deploy/n8n`, its code and expressions run by Node.js as n8n would run them."""

import json
import shutil
import subprocess
import time
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from streams.engine.settle import Batch, Outcome
from streams.notify.outlets.webhooks import WebhookSender, signature
from streams.settings import Webhooks
from tests.fakes.n8n import FakeN8n
from tests.unit.notify.outlets.events import webhooks
from tests.unit.test_n8n_workflow import BODIES, NODES, WORKFLOW, expressions, kinds_of

SECRET = "ключ"
RUNTIME = shutil.which("node")

HARNESS = """
const { createHmac } = require('crypto');
const { workflow, secret, requests } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const node = (type) => workflow.nodes.find((node) => node.type === 'n8n-nodes-base.' + type);
const of = (type) => node(type).parameters;
const evaluate = (text, $json) => new Function('$json', 'return ' + text.slice(3, -2))($json);
const check = new Function('$input', of('code').jsCode);
// A body that the webhook node parsed as a form leaves no binary `data` (n8n 2.40): the extracting node fails, and its
// item is then the error alone, or the execution ends with 500.
const extract = ({ headers, raw, multipart }) => {
  if (!multipart) return { headers, raw };
  if (node('extractFromFile').onError !== 'continueRegularOutput') return null;
  return { error: "This operation expects the node's input data to contain a binary file 'data'" };
};
console.log(JSON.stringify(requests.map((request) => {
  const item = extract(request);
  if (item === null) return { status: 500 };
  item.expected = createHmac(of('crypto').type, secret).update(evaluate(of('crypto').value, item)).digest('hex');
  return check({ all: () => [{ json: item }] })[0].json;
})));
"""


def run(requests: list[dict[str, Any]], workflow: dict[str, Any] = WORKFLOW) -> list[dict[str, Any]]:
    """What the nodes up to the check make of requests, by Node.js; the Crypto node is its `createHmac`, as in n8n."""
    assert RUNTIME is not None
    told = json.dumps({"workflow": workflow, "secret": SECRET, "requests": requests})
    done = subprocess.run([RUNTIME, "-e", HARNESS], input=told, capture_output=True, text=True, timeout=60, check=True)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def request(raw: str, stamp: str, given: str | None = None) -> dict[str, Any]:
    """As the webhook node hands it on."""
    signed = given if given is not None else signature(SECRET, stamp, raw.encode())
    return {"headers": {"x-leadpulse-timestamp": stamp, "x-leadpulse-signature": signed}, "raw": raw}


@pytest.mark.skipif(RUNTIME is None, reason="no node on the PATH: the recipe is checked by its text above")
async def test_what_we_send_passes_the_check() -> None:
    """The real sender's requests, one of each kind, come out of the check verified, with the body that was sent."""
    async with FakeN8n(SECRET) as n8n:
        sender = WebhookSender(Webhooks(url=n8n.url, secret=SECRET))
        values = [msgspec.json.encode(webhook) for webhook in webhooks().values()]
        records: Any = [SimpleNamespace(offset=n, value=value, timestamp=0) for n, value in enumerate(values)]
        assert await sender(Batch("out.webhooks", 0, 1, records)) == Outcome()
        await sender.close()
        sent = [
            {"headers": {name.lower(): value for name, value in headers.items()}, "raw": body.decode()}
            for headers, body in n8n.requests
        ]
    answers = run(sent)
    assert [answer["verified"] for answer in answers] == [True] * 5
    assert [answer["body"] for answer in answers] == list(BODIES.values())


@pytest.mark.skipif(RUNTIME is None, reason="no node on the PATH: the recipe is checked by its text above")
def test_what_others_send_does_not() -> None:
    """Another key, a changed body, a moved or missing timestamp, no signature, an old request: none gets through."""
    now, body = str(int(time.time())), '{"id":"a","event":"alert","text":"é\\u0000"}'
    good = signature(SECRET, now, body.encode())
    old = str(int(time.time()) - 400)
    bad = [
        request(body, now, signature("other", now, body.encode())),
        request(body + " ", now, good),
        request(body, str(int(now) + 1), good),
        request(body, now, ""),
        request(body, now, good.upper()),
        request(body, now, good[:-1]),
        request(body, now, good + "0"),
        request(body, now, "sha256=undefined"),
        request(body, old),
        request(body, "soon"),
        {"headers": {}, "raw": body},
        {"raw": body},
        {},
    ]
    answers = run([request(body, now), *bad])
    assert [answer["verified"] for answer in answers] == [True] + [False] * len(bad)
    assert [answer["body"] for answer in answers[1:]] == [{}] * len(bad)


@pytest.mark.skipif(RUNTIME is None, reason="no node on the PATH: the recipe is checked by its text above")
def test_a_form_is_refused_like_any_stranger() -> None:
    """A multipart POST has no body to sign: 401, and no execution that failed is stored for it."""
    assert run([{"multipart": True, "headers": {"x-leadpulse-timestamp": str(int(time.time()))}}]) == [
        {"verified": False, "body": {}}
    ]


@pytest.mark.skipif(RUNTIME is None, reason="no node on the PATH: the fields are checked by their names above")
def test_what_nobody_named_is_left_out() -> None:
    """A promise without an owner or a date reads without dashes and commas for them; of many the rest is counted."""
    minutes = json.loads(json.dumps(BODIES["minutes"]))
    minutes["minutes"]["actions"] = [
        {"text": f"Дело {n}", "owner": owner, "due": due}
        for n, (owner, due) in enumerate([("", ""), ("Анна", ""), ("", "2026-11-28"), ("Анна", "пятница")] * 3)
    ]
    (code,) = [code for code in expressions(NODES["Протокол в Telegram"]) if "actions" in code]
    script = "const { code, body } = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
    script += "console.log(JSON.stringify(new Function('$json', 'return ' + code)({ body })));"
    told = json.dumps({"code": code, "body": minutes})
    assert RUNTIME is not None
    done = subprocess.run([RUNTIME, "-e", script], input=told, capture_output=True, text=True, timeout=60, check=True)
    lines = json.loads(done.stdout).split("\n")
    assert lines[:4] == ["• Дело 0", "• Дело 1 — Анна", "• Дело 2 — 2026-11-28", "• Дело 3 — Анна, пятница"]
    assert lines[8:] == ["… и ещё 4"]


@pytest.mark.skipif(RUNTIME is None, reason="no node on the PATH: the fields are checked by their names above")
def test_expressions_evaluate() -> None:
    """Every expression behind the switch gives a text for its events; what was said cannot break out of the HTML."""
    reached = kinds_of()
    tasks = [
        {"code": code, "body": BODIES[kind], "name": name}
        for name, node in NODES.items()
        for code in expressions(node)
        for kind in reached[name]
        if "$json.body" in code
    ]
    minutes = json.loads(json.dumps(BODIES["minutes"]))
    minutes["minutes"]["summary"] = "<script>&"
    tasks += [{"code": c, "body": minutes, "name": "evil"} for c in expressions(NODES["Протокол в Telegram"])]
    script = """
    const tasks = JSON.parse(require('fs').readFileSync(0, 'utf8'));
    const evaluate = ({ code, body }) => new Function('$json', 'return ' + code)({ body }) ?? null;
    console.log(JSON.stringify(tasks.map(evaluate)));
    """
    assert RUNTIME is not None
    done = subprocess.run(
        [RUNTIME, "-e", script], input=json.dumps(tasks), capture_output=True, text=True, timeout=60, check=True
    )
    values = json.loads(done.stdout)
    assert len(values) == len(tasks) and None not in values
    assert [v for v, task in zip(values, tasks, strict=True) if task["name"] == "evil" and "<script" in str(v)] == []
    assert any("&lt;script&gt;&amp;" in str(value) for value in values)
