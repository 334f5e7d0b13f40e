"""The importable workflow for n8n against what we really send: its nodes, the fields it reads, the signature it checks.

Where `node` is on the PATH its JavaScript is run; the recipe is checked by its text either way.
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from schemas.outlets import WebhookKind
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


def test_the_command_line_can_import_it() -> None:
    """n8n 2.40 asks for a top-level id, and the documents name the same one where it is published."""
    assert re.fullmatch(r"[A-Za-z0-9]{16}", WORKFLOW["id"])
    page = (Path(__file__).parents[2] / "docs/n8n.md").read_text()
    assert f"n8n publish:workflow --id={WORKFLOW['id']}" in page and "n8n import:workflow --input=" in page
