"""Commands as the page knows them: how each stands, what there are, who may sign; and what it writes about them.

The desk that `actions` decides at is folded here too, for its figures and switches: the log is one, so both come to the
same. It is ninety days, and only the page of definitions tells of it: so it is folded when that is first opened, and
followed from then on. A challenge to sign is for one browser, one text and one use, and is kept in memory: a restart of
the worker in between means to press the button again.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from aiokafka import ConsumerRecord
from webauthn import generate_authentication_options, options_to_json
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

from processors.commands import signing
from processors.commands.attesting import Said, attested, is_own_proof
from processors.commands.definitions import Key
from processors.commands.desk import Desk
from processors.commands.entitlement import entitled, needed
from processors.commands.entries import Who
from processors.commands.world import World, person
from schemas.codec import Rejected
from schemas.command_codecs import DEFINITION, LOG
from schemas.command_defs import Definition, DefinitionSigned
from schemas.commands import Command, CommandId, LogRecord, Standing
from schemas.errors import ConfigError
from schemas.people import WebUser
from schemas.proofs import PasskeyProof
from schemas.topics import ASSISTANT_MEMORY, COMMAND_DEFS, COMMAND_STATE, COMMANDS
from streams.engine.clock import Clock
from streams.engine.command_fold import folded
from streams.engine.command_tables import KnownMemory, KnownStandings
from streams.engine.command_world import Surroundings
from streams.engine.followed import Followed
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.engine.signing_keys import SigningKeyPair, load_key
from streams.settings import Settings
from streams.web.faults import Fault, Wrong

log = logging.getLogger(__name__)

TTL_MS: Final = 120_000
MOST_CHALLENGES: Final = 1000
MOST_DRAFTS: Final = 50
PATIENCE_S: Final = 30.0
TOGETHER: Final = 20
"""Records that are folded without a look at anything else: a signature takes 0.1 ms, one of a device 1 ms."""
COUNTING: Final = "Цифры команд ещё считаются. Обновите страницу через минуту."
NO_KEY: Final = "У вас ещё нет ключа устройства: создайте его на странице «Вы»."
NOT_SIGNED: Final = "Ключ не подошёл, или подписан другой текст. Нажмите «Подписать» ещё раз."

Send = Callable[[list[Output]], Awaitable[None]]


class KnownDesk(Followed):
    """The log `commands`, folded from the moment on at which somebody asks for it."""

    def __init__(self, reader: Reader, world: Callable[[], World]) -> None:
        super().__init__(reader)
        self._world, self.desk = world, Desk()
        self._wanted = asyncio.Event()

    async def folded(self) -> Desk:
        """As the log stands. Raises `Fault` where it is long."""
        self._wanted.set()
        try:
            await asyncio.wait_for(self.loaded.wait(), PATIENCE_S)
        except TimeoutError:
            raise Fault(503, COUNTING) from None
        return self.desk

    async def follow(self) -> None:
        """As `Followed.follow`."""
        await self._wanted.wait()
        await super().follow()

    async def _take(self, record: ConsumerRecord | None) -> None:
        await super()._take(record)
        if record is not None and record.offset % TOGETHER == 0:  # others wait for their pages meanwhile
            await asyncio.sleep(0)

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        value = LOG.decode(record.value or b"")
        if isinstance(value, Rejected):
            log.warning("command record unreadable", extra={"offset": record.offset, "error": value.reason})
        else:
            folded(self.desk, value, record, self._world)


class _Given(NamedTuple):
    nonce: str
    until: int


class CommandDesk:
    """`around`: people, definitions, owners, as decisions have them; the worker follows all tables."""

    def __init__(self, settings: Settings, around: Surroundings, send: Send, clock: Clock) -> None:
        self._settings, self._send, self._clock, self.around = settings, send, clock, around
        self.standing = KnownStandings(Reader(settings.kafka, COMMAND_STATE))
        self.memory = KnownMemory(Reader(settings.kafka, ASSISTANT_MEMORY))
        self.log = KnownDesk(Reader(settings.kafka, COMMANDS), self.world)
        self._given: dict[tuple[str, str], _Given] = {}
        self._drafts: dict[tuple[str, str], str] = {}

    @property
    def standings(self) -> Mapping[CommandId, Standing]:
        """How each command stands."""
        return self.standing.standings

    def world(self) -> World:
        """What decisions are made in."""
        return self.around.world(self.standings.get)

    def ready(self) -> bool | str:
        """A need of `/readyz`: with half a table a signed command would wait here for its signature."""
        read = self.standing.loaded.is_set() and self.around.definitions.loaded.is_set()
        return read or "команды ещё не прочитаны"

    def definitions(self) -> Mapping[Key, Definition]:
        """All that count now."""
        return self.around.known_definitions()

    def definition(self, command: Command) -> Definition | None:
        """That of a command, if it still counts."""
        return self.definitions().get((command.name, command.version))

    def may_sign(self, user: WebUser, command: Command) -> bool:
        """Whether the fold would take his word on it."""
        definition = self.definition(command)
        who = Who(user.user_id, user.name, person(user))
        return definition is not None and entitled(who, definition, command, self.world())

    def needs_key(self, command: Command) -> bool:
        """Whether on the page it is signed with a device's key: a button here is a press that nobody else has seen."""
        definition = self.definition(command)
        return definition is None or needed(definition, command) != "none"

    # --- what is written ---------------------------------------------------------------------------------------------

    async def say(self, key: str, said: Said) -> None:
        """Onto the log, attested with the page's key where no device's has signed it. Raises `Fault`, `Transient`."""
        if not is_own_proof(said):
            ours = self._key()
            said = attested(said, ours.key_id, ours.private)
        await self._put(key, said)

    async def propose(self, command: Command) -> None:
        """Signed with the page's key. Raises `Fault`, `Transient`."""
        ours = self._key()
        await self._put(command.command_id, signing.proposal(command, ours.key_id, ours.private))

    async def _put(self, key: str, record: LogRecord) -> None:
        await self._send([Output(COMMANDS.name, key.encode(), LOG.encode(record))])

    def _key(self) -> SigningKeyPair:
        try:
            return load_key(self._settings.commands.keys, "web")
        except ConfigError as error:
            raise Fault(503, f"Подписать нечем: {error}") from error

    async def define(self, definition: Definition, signed: DefinitionSigned) -> None:
        """Onto `command.defs`. Raises `Transient`."""
        key = f"{definition.name}@{definition.version}"
        await self._send([Output(COMMAND_DEFS.name, key.encode(), DEFINITION.encode(signed))])

    def keep_draft(self, holder: str, digest: str, text: str) -> None:
        """What was shown to an administrator, until he signs it: the newest ones of all."""
        self._drafts[holder, digest] = text
        while len(self._drafts) > MOST_DRAFTS:
            del self._drafts[next(iter(self._drafts))]

    def draft(self, holder: str, digest: str) -> str:
        """Empty where nothing was shown there."""
        return self._drafts.get((holder, digest), "")

    # --- what a device signs -----------------------------------------------------------------------------------------

    def to_sign(self, user: WebUser, holder: str, digest: str) -> str:
        """Options of `navigator.credentials.get`, JSON. `holder` names the browser. Raises `Wrong`."""
        if not user.passkeys:
            raise Wrong(NO_KEY)
        now = self._clock()
        if len(self._given) >= MOST_CHALLENGES:
            self._given = {key: one for key, one in self._given.items() if one.until > now}
        if len(self._given) >= MOST_CHALLENGES:
            raise Wrong("Слишком много подписей сразу. Попробуйте через минуту.")
        given = self._given[holder, digest] = _Given(secrets.token_hex(16), now + TTL_MS)
        return options_to_json(
            generate_authentication_options(
                rp_id=urlsplit(self.world().origin).hostname or "localhost",
                challenge=signing.challenge(given.nonce, digest),
                allow_credentials=[
                    PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential)) for key in user.passkeys
                ],
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def signed(self, user: WebUser, holder: str, digest: str, answer: str) -> PasskeyProof:
        """What the device answered: it holds for exactly this text. Raises `Wrong`."""
        given = self._given.pop((holder, digest), None)
        if given is None or given.until <= self._clock():
            raise Wrong(NOT_SIGNED)
        try:
            found = parse_authentication_credential_json(answer)
        except (WebAuthnException, ValueError, RecursionError) as error:
            raise Wrong(NOT_SIGNED) from error
        proof = PasskeyProof(
            credential=found.id,
            nonce=given.nonce,
            authenticator_data=bytes_to_base64url(found.response.authenticator_data),
            client_data=bytes_to_base64url(found.response.client_data_json),
            signature=bytes_to_base64url(found.response.signature),
        )
        if signing.passkey_holds(proof, digest, user, self.world().origin):
            raise Wrong(NOT_SIGNED)
        return proof
