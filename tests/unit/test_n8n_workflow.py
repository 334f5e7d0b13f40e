"""The importable workflow for n8n against what we really send: its nodes, the fields it reads, the signature it checks.

Where `node` is on the PATH its JavaScript is run; the recipe is checked by its text either way.
"""

import json
import re
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import msgspec
import pytest

from schemas.outlets import WebhookKind
from streams.engine.settle import Batch, Outcome
from streams.notify.outlets.webhooks import WebhookSender, signature
from streams.settings import Webhooks
from tests.fakes.n8n import FakeN8n
from tests.unit.notify.outlets.events import webhooks

WORKFLOW: dict[str, Any] = json.loads((Path(__file__).parents[2] / "deploy/n8n/leadpulse.json").read_text())
NODES: dict[str, dict[str, Any]] = {node["name"]: node for node in WORKFLOW["nodes"]}
BODIES: dict[str, Any] = {kind: json.loads(bytes(webhook.body)) for kind, webhook in webhooks().items()}

VERSIONS = {
    "webhook": 2,
    "extractFromFile": 1,
    "crypto": 2,
    "code": 2,
    "if": 2.2,
    "switch": 3.2,
    "respondToWebhook": 1.1,
    "removeDuplicates": 2,
    "splitOut": 1,
    "telegram": 1.2,
    "httpRequest": 4.2,
    "emailSend": 2.1,
    "noOp": 1,
    "stickyNote": 1,
}
"""Node types and the versions whose parameters these are (n8n-io/n8n, packages/nodes-base/nodes)."""

SECRET = "ключ"
RUNTIME = shutil.which("node")


def only(kind: str) -> dict[str, Any]:
    """The one node of a type."""
    (node,) = [node for node in NODES.values() if node["type"] == f"n8n-nodes-base.{kind}"]
    return node


def targets(name: str) -> list[list[str]]:
    """Names of the nodes behind each output."""
    outputs = WORKFLOW["connections"].get(name, {"main": []})["main"]
    return [[target["node"] for target in output] for output in outputs]


def behind(name: str) -> set[str]:
    """A node and all that it leads to."""
    seen, todo = set(), deque([name])
    while todo:
        seen.add(node := todo.popleft())
        todo.extend(target for output in targets(node) for target in output if target not in seen)
    return seen


def strings(value: object) -> Iterator[str]:
    """Every text in a node's parameters."""
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from strings(inner)
        case list():
            for inner in value:
                yield from strings(inner)


def expressions(node: dict[str, Any]) -> list[str]:
    """What stands in `{{ }}` of the texts that are expressions."""
    texts = [text for text in strings(node["parameters"]) if text.startswith("=")]
    return [inner.strip() for text in texts for inner in re.findall(r"\{\{(.+?)\}\}", text, re.DOTALL)]


def paths(node: dict[str, Any]) -> set[tuple[str, ...]]:
    """Fields of the body that a node reads; `*` stands for an element of a list."""
    found = set()
    for code in expressions(node):
        for path, call in re.findall(r"\$json\.body((?:\.\w+)+)(\(?)", code):
            names = path.strip(".").split(".")
            found.add(tuple(names[:-1] if call else names))  # the last one is a function of JavaScript
        for path, element in re.findall(r"\$json\.body((?:\.\w+)+)\.map\((\w+) =>", code):
            for name in re.findall(rf"\b{element}\.(\w+)", code):
                found.add((*path.strip(".").split("."), "*", name))
    splits = [node["parameters"]["fieldToSplitOut"]] if node["type"].endswith(".splitOut") else []
    return found | {tuple(split.removeprefix("body.").split(".")) for split in splits}


def holds(body: Any, path: tuple[str, ...]) -> bool:
    """Whether a body has the field, in every element of a list, of which there is at least one."""
    for n, name in enumerate(path):
        if name == "*":
            return bool(body) and all(holds(element, path[n + 1 :]) for element in body)
        if not isinstance(body, dict) or name not in body:
            return False
        body = body[name]
    return True


def kinds_of() -> dict[str, set[str]]:
    """Which events reach a node: all of them up to the switch, its own behind each of its outputs."""
    switch = only("switch")
    reached = {name: set(get_args(WebhookKind)) for name in NODES}
    rules = [rule["outputKey"] for rule in switch["parameters"]["rules"]["values"]]
    outputs = targets(switch["name"])
    for name in behind(switch["name"]) - {switch["name"]}:
        reached[name] = {
            kind for kind, output in zip(rules, outputs, strict=False) if any(name in behind(n) for n in output)
        }
    return reached


def test_nodes_are_complete() -> None:
    """Every node has what n8n imports, in a version whose parameters these are; ids and names are unique."""
    for node in WORKFLOW["nodes"]:
        assert {"id", "name", "type", "typeVersion", "position", "parameters"} <= set(node)
        assert node["typeVersion"] == VERSIONS[node["type"].removeprefix("n8n-nodes-base.")]
        assert len(node["position"]) == 2 and isinstance(node["parameters"], dict)
    assert len(NODES) == len({node["id"] for node in WORKFLOW["nodes"]}) == len(WORKFLOW["nodes"])
    assert {"name", "nodes", "connections", "settings"} <= set(WORKFLOW) and WORKFLOW["active"] is False


def test_connections_lead_somewhere() -> None:
    """Connections name nodes that exist, and every node but the note is reached from the webhook."""
    for name, connection in WORKFLOW["connections"].items():
        assert name in NODES
        for output in connection["main"]:
            for target in output:
                assert target["node"] in NODES and (target["type"], target["index"]) == ("main", 0)
    notes = {name for name, node in NODES.items() if node["type"].endswith(".stickyNote")}
    assert behind(only("webhook")["name"]) == set(NODES) - notes


def test_nothing_happens_before_the_signature() -> None:
    """Between the webhook and the check of the signature is only what the check needs; a refusal leads nowhere."""
    way, name = [], only("webhook")["name"]
    while not NODES[name]["type"].endswith(".if"):
        way.append(NODES[name]["type"].removeprefix("n8n-nodes-base."))
        ((name,),) = targets(name)
    assert way == ["webhook", "extractFromFile", "crypto", "code"]
    assert expressions(NODES[name]) == ["$json.verified"]
    (accepted,), (refused,) = targets(name)
    assert NODES[refused]["parameters"]["options"]["responseCode"] == 401 and targets(refused) == []
    assert NODES[accepted]["parameters"]["options"]["responseCode"] == 200


def test_switch_knows_exactly_our_events() -> None:
    """A rule per kind of event, no other, in the order of its outputs; the rest goes to an output of its own."""
    parameters = only("switch")["parameters"]
    rules = parameters["rules"]["values"]
    values = []
    for rule in rules:
        (condition,) = rule["conditions"]["conditions"]
        assert condition["leftValue"] == "={{ $json.body.event }}"
        assert condition["operator"]["operation"] == "equals" and rule["outputKey"] == condition["rightValue"]
        values.append(condition["rightValue"])
    assert sorted(values) == sorted(get_args(WebhookKind))
    assert parameters["options"]["fallbackOutput"] == "extra"
    assert len(targets(only("switch")["name"])) == len(rules) + 1


def test_fields_that_are_read_exist() -> None:
    """Every field that an expression reads is in the body that we build, for each event that reaches the node."""
    reached, read = kinds_of(), 0
    for name, node in NODES.items():
        for path in paths(node):
            for kind in reached[name]:
                assert holds(BODIES[kind], path), f"{name}: {kind} has no {'.'.join(path)}"
                read += 1
    assert read > 15
    assert reached["Протокол в Telegram"] == {"minutes"} and reached["Тревога в Telegram"] == {"alert"}
    assert ("minutes", "actions", "*", "owner") in paths(NODES["Протокол в Telegram"])


def test_headers_that_are_read_are_sent() -> None:
    """The workflow reads no header that we do not send (n8n gives their names in lower case)."""
    text = json.dumps(WORKFLOW)
    assert set(re.findall(r"x-leadpulse-[a-z]+", text)) == {"x-leadpulse-timestamp", "x-leadpulse-signature"}


def test_recipe_of_the_signature() -> None:
    """HMAC-SHA256, hex, over timestamp, dot and the body as it came; compared whole, not older than five minutes."""
    assert only("webhook")["parameters"]["options"] == {"rawBody": True}
    extracted = only("extractFromFile")["parameters"]
    assert (extracted["operation"], extracted["binaryPropertyName"], extracted["destinationKey"]) == (
        "text",
        "data",
        "raw",
    )
    assert extracted["options"] == {"encoding": "utf8", "keepSource": "json"}
    hmac = only("crypto")["parameters"]
    assert (hmac["action"], hmac["type"], hmac["encoding"], hmac["binaryData"]) == ("hmac", "SHA256", "hex", False)
    assert hmac["value"] == "={{ $json.headers?.['x-leadpulse-timestamp'] + '.' + $json.raw }}"
    code = only("code")["parameters"]["jsCode"]
    assert hmac["dataPropertyName"] == "expected" and "same('sha256=' + expected, " in code
    assert "String(headers['x-leadpulse-signature'] ?? '')" in code
    assert "<= 300" in code and "require" not in code and "$env" not in code


def test_no_secret_in_it() -> None:
    """Keys, tokens and passwords are credentials of n8n: the file only names them, and stores no words of clients."""
    for name, node in NODES.items():
        needs = node["type"].rpartition(".")[2] in ("crypto", "telegram", "httpRequest", "emailSend")
        assert needs == ("credentials" in node), name
        for reference in node.get("credentials", {}).values():
            assert set(reference) == {"id", "name"} and reference["id"].startswith("leadpulse-")
        assert not {"secret", "password", "token", "apiKey"} & set(node["parameters"])
    assert WORKFLOW["pinData"] == {} and WORKFLOW["settings"]["saveDataSuccessExecution"] == "none"


def test_repetitions_are_dropped_by_our_id() -> None:
    """The second delivery of an event goes no further."""
    node = only("removeDuplicates")
    assert node["parameters"]["operation"] == "removeItemsSeenInPreviousExecutions"
    assert node["parameters"]["dedupeValue"] == "={{ $json.body.id }}"
    assert targets(node["name"]) == [[only("switch")["name"]]]


HARNESS = """
const { createHmac } = require('crypto');
const { workflow, secret, requests } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const of = (type) => workflow.nodes.find((node) => node.type === 'n8n-nodes-base.' + type).parameters;
const evaluate = (text, $json) => new Function('$json', 'return ' + text.slice(3, -2))($json);
const check = new Function('$input', of('code').jsCode);
console.log(JSON.stringify(requests.map(({ headers, raw }) => {
  const item = { headers, raw };
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
