"""What people press in Telegram, attested with the pipeline's key: the gateway has taken the press with the webhook's
secret, and whoever else writes to the log of commands has not this key."""

import logging
from pathlib import Path

from processors.commands.attesting import attested
from schemas.commands import Approval, Refusal
from schemas.errors import ConfigError
from streams.engine.signing_keys import load_key

log = logging.getLogger(__name__)


class Attest:
    """`keys`: the folder, read anew for each press (they are few). Without the key a press goes on as it is: what is
    behind it waits for nothing, and who pressed reads under the buttons that his answer does not count, and why."""

    def __init__(self, keys: Path) -> None:
        self._keys = keys

    def __call__(self, said: Approval | Refusal) -> Approval | Refusal:
        """The same, signed where it can be."""
        try:
            key = load_key(self._keys, "pipeline")
        except ConfigError as error:
            log.error("a button's answer cannot be attested", extra={"error": str(error)})
            return said
        return attested(said, key.key_id, key.private)
