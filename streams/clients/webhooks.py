"""The way into `out.webhooks`, for every worker that has something to tell other systems."""

from schemas.codec import Codec
from schemas.outlets import Webhook
from schemas.topics import OUT_WEBHOOKS
from streams.engine.kafka import Output

_WEBHOOK: Codec[Webhook] = Codec(Webhook)


def hook_output(webhook: Webhook) -> Output:
    """The record of `out.webhooks`."""
    return Output(OUT_WEBHOOKS.name, webhook.id.encode(), _WEBHOOK.encode(webhook))
