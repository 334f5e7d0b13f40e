"""A small office for the tests of the desk: two curators, a head, an administrator, a client of Olga's, and a log.

    office = Office()
    id_ = office.propose("note.add", {"text": "…"})      # the assistant's proposal, signed; its id
    office.approve(id_, "olga")                          # by her device's key
    office.state(id_)                                    # "done"

Its clock stands at Monday 30 November 2026, 12:00 in Moscow, and moves by `wait` only.
"""

from collections.abc import Collection
from dataclasses import replace as with_fields
from itertools import count
from typing import Any, TypeAlias

from processors.access import UNASSIGNED, Owner, Person
from processors.commands import canon, signing
from processors.commands.attesting import Signed, attested, hears, is_own_proof
from processors.commands.definitions import Key, builtin
from processors.commands.desk import Desk, decide
from processors.commands.world import World
from schemas.command_defs import Definition, SigningKey
from schemas.commands import (
    Approval,
    Begun,
    Clock,
    Command,
    CommandChange,
    LogRecord,
    Proposal,
    Refusal,
    Result,
    Trigger,
)
from schemas.people import WebUser
from schemas.proofs import ButtonProof
from tests.authenticator import ORIGIN, Authenticator

NOON = 1_796_029_200_000
"""2026-11-30 12:00 in Moscow."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LEAD, OTHERS, THIRD = "1003", "2007", "3003"
"""A client of Olga's, and one of Pavel's."""
THREE = (LEAD, OTHERS, THIRD)
CHATS = {LEAD: "-100777", OTHERS: "-100888"}

PRIVATE, PUBLIC = signing.new_key()
FOREIGN, _ = signing.new_key()
DEVICES = {name: Authenticator(name) for name in ("olga", "pavel", "irina", "anton", "vera")}
ROLES = {"olga": "curator", "pavel": "curator", "irina": "head", "anton": "admin", "vera": "viewer"}
NAMES = {"olga": "Ольга", "pavel": "Павел", "irina": "Ирина", "anton": "Антон", "vera": "Вера"}
CHAT_OF = {"olga": 11, "pavel": 22, "irina": 33, "anton": 44, "vera": 55}
USERS = {
    name: WebUser(
        user_id=name,
        name=NAMES[name],
        role=ROLES[name],  # type: ignore[arg-type]
        telegram_id=CHAT_OF[name],
        passkeys=[DEVICES[name].passkey],
    )
    for name in ROLES
}


def owner_of(lead_id: str) -> Owner:
    return {LEAD: Owner("Ольга"), OTHERS: Owner("Павел"), THIRD: Owner("Павел")}.get(lead_id, UNASSIGNED)


def person_of_telegram(telegram_id: int) -> tuple[str, Person] | None:
    return {66: ("Семён", Person("curator", "Ольга", 66))}.get(telegram_id)  # a curator without the page


def filled(source: str, lead_id: str) -> Collection[str]:
    match source:
        case "identities.telegram_chat":
            return [CHATS[lead_id]] if lead_id in CHATS else []
        case "portal.responsible":
            return ["7"]
        case "rooms.link":
            return [f"https://meet.example.ru/lead-{lead_id}"]
        case "commands.workflows":
            return ["счета", "отчёты"]
    return []


def key(**changes: Any) -> SigningKey:
    return SigningKey(**{"key_id": "k1", "who": "agent", "public": PUBLIC, "since": 0, **changes})


def world(extra: dict[Key, Definition] | None = None) -> World:
    return World(
        definitions={**builtin(), **(extra or {})},
        keys={"k1": key(), **{who: key(key_id=who, who=who) for who in ("web", "mcp", "pipeline", "notify")}},
        users=USERS,
        owner_of=owner_of,
        origin=ORIGIN,
        person_of_telegram=person_of_telegram,
        filled=filled,
        words_since=0,
        calls_since=0,
    )


def command(name: str, params: dict[str, Any], at: int = NOON, **changes: Any) -> Command:
    values: dict[str, Any] = {
        "name": name,
        "version": 1,
        "lead_id": LEAD,
        "params": params,
        "trigger": Trigger(kind="alert", id="a1", words="Мы думаем уйти", who="Клиент"),
        "confidence_percent": 85,
        "proposed_at": at,
        "expires_at": at + 4 * HOUR,
        "proposer": "agent/rules",
        **changes,
    }
    id_ = canon.command_id(values["name"], values["lead_id"], values["trigger"].id, values["params"])
    return Command(command_id=id_, **values)


Proposed: TypeAlias = tuple[str, dict[str, Any]]
NOTE: Proposed = ("note.add", {"text": "Позвонить «Ромашке»"})
REPLY: Proposed = ("telegram.reply", {"text": "Добрый день!", "chat_id": CHATS[LEAD]})
TASK: Proposed = ("task.bitrix", {"title": "Позвонить", "responsible_id": 7})


class Office:
    """A desk, the log that it folds, and everything that came of it."""

    def __init__(self, surroundings: World | None = None) -> None:
        self.world = surroundings or world()
        self.desk, self.now = Desk(), NOON
        self.log: list[tuple[int, int, LogRecord]] = []
        self.changes: list[CommandChange] = []
        self._nonces = count(1)

    def say(self, record: LogRecord, *, by: str = "") -> list[CommandChange]:
        """People's words and what is said of calls, signed by the process that says them, or with the key `by`; "-":
        with none."""
        return self.append(heard(record, by))

    def append(self, record: LogRecord) -> list[CommandChange]:
        offset = len(self.log)
        self.log.append((offset, self.now, record))
        changes = decide(self.desk, record, offset, self.now, self.world)
        self.changes += changes
        return changes

    def change(self, **changes: Any) -> None:
        self.world = with_fields(self.world, **changes)

    def wait(self, millis: int) -> list[CommandChange]:
        self.now += millis
        return self.say(Clock(at=self.now))

    def propose(self, name: str, params: dict[str, Any], by: str = "k1", **changes: Any) -> str:
        made = command(name, params, self.now, **changes)
        self.say(signing.proposal(made, by, PRIVATE))
        return made.command_id

    def approval(self, id_: str, user: str) -> Approval:
        digest, nonce = self.desk.standings[id_].digest, f"{next(self._nonces):032x}"
        proof = DEVICES[user].approve(digest, nonce)
        return Approval(digest=digest, at=self.now, command_id=id_, user_id=user, passkey=proof)

    def approve(self, id_: str, user: str = "olga") -> list[CommandChange]:
        return self.say(self.approval(id_, user))

    def press(self, id_: str, telegram_id: int = 11) -> list[CommandChange]:
        digest = self.desk.standings[id_].digest[:20]
        return self.say(Approval(digest=digest, at=self.now, button=button(telegram_id)))

    def click(self, id_: str, user: str = "olga") -> list[CommandChange]:
        digest = self.desk.standings[id_].digest
        return self.say(Approval(digest=digest, at=self.now, command_id=id_, user_id=user))

    def refuse(self, id_: str, user: str = "olga", reason: str = "") -> list[CommandChange]:
        digest = self.desk.standings[id_].digest
        return self.say(Refusal(digest=digest, at=self.now, command_id=id_, user_id=user, reason=reason))

    def done(self, id_: str, outcome: str = "done", **said: str) -> list[CommandChange]:
        self.say(Begun(command_id=id_, at=self.now))
        return self.say(Result(command_id=id_, at=self.now, outcome=outcome, **said))  # type: ignore[arg-type]

    def state(self, id_: str) -> str:
        return self.desk.standings[id_].state

    def why(self, id_: str) -> str:
        return self.desk.standings[id_].why


def heard(record: LogRecord, by: str = "") -> LogRecord:
    if not isinstance(record, Signed) or by == "-" or (is_own_proof(record) and not by):
        return record
    return attested(record, by or hears(record), PRIVATE)


def button(telegram_id: int) -> ButtonProof:
    return ButtonProof(telegram_id=telegram_id, update="1", callback_id="c")


def forged(proposal: Proposal, **changes: str) -> Proposal:
    return Proposal(
        **{
            "command_id": proposal.command_id,
            "body": proposal.body,
            "key_id": proposal.key_id,
            "sig": proposal.sig,
            **changes,
        }
    )
