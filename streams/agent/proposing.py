"""From ideas to signed proposals on `commands`. The same idea of the same occasion is the same record: it folds.

Without a key nothing is proposed: it is waited for, and `/readyz` says so.
"""

import logging
from collections.abc import Iterable

from processors.assistant.drafted import drafted
from processors.assistant.ideas import Idea
from processors.commands.signing import proposal
from schemas.codec import Rejected
from schemas.commands import Command
from schemas.errors import ConfigError, NotYet
from schemas.topics import COMMANDS
from streams.agent.office import Office
from streams.agent.tables import encoded
from streams.engine.kafka import Output
from streams.engine.signing_keys import unusable, usable_key

log = logging.getLogger(__name__)

KEY_WAIT_S = 5.0


class Proposer:
    """Signs with the key of `commands.keys` as it is now."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def ready(self) -> bool | str:
        """A need of `/readyz`."""
        office = self._office
        if not office.world.definitions.loaded.is_set():
            return "ключи подписи ещё не прочитаны"
        folder, known = office.settings.commands.keys, office.world.definitions.catalogue.keys
        return unusable(folder, "agent", known, office.clock()) or True

    def drafted(self, idea: Idea) -> Command | Rejected:
        """The command of an idea; `Rejected` where none can be made of it."""
        return drafted(idea, self._office.allowed(), self._office.world.filled)

    def signed(self, command: Command) -> Output:
        """Its proposal. Raises `NotYet` while there is no key that counts."""
        office = self._office
        folder, known = office.settings.commands.keys, office.world.definitions.catalogue.keys
        try:
            key = usable_key(folder, "agent", known, office.clock())
        except ConfigError as error:
            raise NotYet(str(error), retry_after=KEY_WAIT_S) from error
        made = proposal(command, key.key_id, key.private)
        return Output(COMMANDS.name, command.command_id.encode(), encoded(made))

    def proposals(self, ideas: Iterable[Idea | None]) -> list[Output]:
        """Of those of which a command can be made and was not; the others are told in the log. Raises `NotYet`."""
        outputs: list[Output] = []
        for idea in ideas:
            if idea is None:
                continue
            command = self.drafted(idea)
            if isinstance(command, Rejected):
                log.info("nothing proposed", extra={"lead": idea.lead_id, "kind": idea.name, "why": command.reason})
            elif not self._office.limits.knows(command.command_id):
                outputs.append(self.signed(command))
                self._office.limits.take_command(command)
                log.info("proposed", extra={"lead": idea.lead_id, "kind": idea.name, "rule": idea.trigger.kind})
        return outputs
