"""The draft of a command that does not exist yet: a definition for an administrator to change and to sign. Pure."""

import hashlib
import json
from collections.abc import Collection


def recipe(wanted: str, hosts: Collection[str], workflows: Collection[str]) -> str:
    """YAML of a definition: a request to the first allowed host, else a flow of n8n, else a method of the portal."""
    title = " ".join(wanted.split())[:80] or "Новая команда"
    name = "my." + hashlib.sha256(title.lower().encode()).hexdigest()[:8]
    if hosts:
        handler = [f"  url: https://{sorted(hosts)[0]}/", "  kind: http.post"]
    elif workflows:
        handler = [f"  workflow: {json.dumps(sorted(workflows)[0], ensure_ascii=False)}", "  kind: n8n.run"]
    else:
        handler = ["  kind: bitrix.call", "  method: crm.timeline.comment.add", '  fields: {COMMENT: "{text}"}']
    lines = [
        f"name: {name}",
        "version: 1",
        f"title: {json.dumps(title, ensure_ascii=False)}",
        f"about: {json.dumps('Когда сотрудник просит: ' + title, ensure_ascii=False)}",
        "effect: outward",
        "lead: optional",
        "approval: {by: [curator, head], how: passkey, count: 1}",
        "ttl: 4h",
        "params:",
        "  text: {type: string, minLength: 1, maxLength: 1000, x-show: full}",
        "handler:",
        *sorted(handler),
    ]
    return "\n".join(lines) + "\n"
