"""What is to be said and what was said, in the compacted topic `notify.outbox`.

    wanted ──begin──► calling ──finish──► sent ──higher version──► wanted (an edit)
       ▲                │  └───fail────► failed
       └─────clear──────┘      (a definite no: refused connection, 429)

`calling` is in Kafka before Telegram is called, and its end after it. So a `calling` that a new owner finds was cut off
in mid-call and is in doubt: the message may stand in the chat or not, and the Bot API can neither be asked nor told an
idempotency key. It is then sent again under a mark, because a lost alert is worse than a repeated one; so is a call
whose answer never came. Edits repeat without harm and need no `calling`. Everything else is sent once.

The message of a command (`once`) is never sent under a mark: a doubt is settled as unknown, and a person decides
(`streams.notify.handed.once`).

What Telegram does not take goes by mail too (`unheard`), once for each piece of news: `mailed` stands here behind it.
"""

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from alerting.render import REPEATED, Buttons, Rendered
from schemas.failed import Attempt
from schemas.types import Millis


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. The record's key is `key`; its partition is that of the record in `topic` that wanted it.

    `to` names the receiver (`lead:ID`, `chat:ID`, `shared`, `head`, `report` or `ops`), so that a changed setting also
    moves what waits. `text` is empty when nothing is to be done; where it `failed` it is what was refused. `sent` is
    the version that stands in `chat` as `message_id`. `offset` and `ts` are of the record in `topic`. `rings` until the
    message of its own that it asks for is being sent. `before`: how often this version was refused and put back by a
    person. `news` is the last version that was more than a change of what
    stands in the chat, wanted at `news_at`; `mailed` the last version that went by mail. `origin`: of the alert that
    this version says. `waits`: why Telegram has not taken it at the last try, `retry_at` when it is tried again (0: not
    known). `once`: the command whose message it is; `freed`: the claim of its last call, which surely did nothing;
    `until`: after that it is sent no more (0: always).
    """

    key: str
    topic: str
    to: str
    version: int
    offset: int
    ts: Millis
    text: str = ""
    buttons: Buttons = ()
    rings: bool = False
    calling: bool = False
    doubt: bool = False
    sent: int = 0
    chat: int = 0
    message_id: int = 0
    failed: str = ""
    before: tuple[Attempt, ...] = ()
    news: int = 0
    news_at: Millis = 0
    mailed: int = 0
    origin: str = ""
    waits: str = ""
    retry_at: Millis = 0
    once: str = ""
    freed: str = ""
    until: Millis = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a record wants said. The same `key` with a higher `version` changes the message, or `rings`: an edit makes
    no sound, so that one becomes a message of its own. `stands`: the chat and the id of a message that was sent under
    another key, which this one changes. `once`, `until`: as `Item`'s; such a message has one version.
    """

    key: str
    to: str
    version: int
    offset: int
    ts: Millis
    message: Rendered
    rings: bool = False
    origin: str = ""
    stands: tuple[int, int] | None = None
    once: str = ""
    until: Millis = 0


def want(item: Item | None, wish: Wish, topic: str) -> Item | None:
    """The item that says `wish`; None when it, or something newer, is known already."""
    if item is not None and wish.version <= item.version:
        return None
    wanted = Item(
        key=wish.key,
        topic=topic,
        to=wish.to,
        version=wish.version,
        offset=wish.offset,
        ts=wish.ts,
        text=wish.message.text,
        buttons=wish.message.buttons,
        news=0 if wish.once else wish.version,  # to its chat and nowhere else
        news_at=wish.ts,
        origin=wish.origin,
        once=wish.once,
        until=wish.until,
    )
    if item is None and wish.stands is not None:
        chat, message_id = wish.stands
        return replace(wanted, chat=chat, message_id=message_id, news=0)  # a change of what was told is no news
    if item is None:
        return wanted
    if not wish.rings:
        wanted = replace(wanted, news=item.news, news_at=item.news_at)
    return replace(
        wanted,
        mailed=item.mailed,
        calling=item.calling,
        doubt=item.doubt,
        sent=item.sent,
        chat=item.chat,
        message_id=0 if wish.rings else item.message_id,
        rings=wish.rings or item.rings,
    )


def begin(item: Item) -> Item:
    """The call is about to be made. A call before it that never came to an end leaves a doubt that stays."""
    return replace(item, calling=True, doubt=item.doubt or item.calling, rings=False, waits="", retry_at=0)


def clear(item: Item) -> Item:
    """The call surely did nothing."""
    return replace(item, calling=False)


def wait(item: Item, why: str, retry_at: Millis) -> Item:
    """The call surely did nothing, and is made again then (0: not known)."""
    return replace(item, calling=False, waits=why, retry_at=retry_at)


def free(item: Item, claim: str, why: str, retry_at: Millis) -> Item:
    """The call under `claim` surely did nothing: another may claim the next one."""
    return replace(wait(item, why, retry_at), freed=claim)


def finish(item: Item, version: int, chat: int, message_id: int) -> Item:
    """`version` stands in the chat; a newer wish that came in the meantime is still to be done."""
    stands = 0 if item.rings else message_id
    done = replace(item, calling=False, doubt=False, sent=version, chat=chat, message_id=stands, waits="", retry_at=0)
    return done if item.version > version else replace(done, text="", buttons=(), before=())


def fail(item: Item, version: int, why: str) -> Item:
    """Telegram refused `version` for good. Its words stay, for the mail."""
    done = replace(item, calling=False, doubt=False, waits="", retry_at=0)
    return done if item.version > version else replace(done, failed=why)


def merge(known: Item | None, read: Item) -> Item:
    """What two records of one key come to, `read` being the later: the newest wish, and the most that was sent.

    A former owner whose call ended late may have written behind the new owner's wish.
    """
    if known is None:
        return read
    newest = read if read.version >= known.version else known
    newest = replace(newest, mailed=max(known.mailed, read.mailed))
    done = read if read.sent >= known.sent else known
    if done.sent <= newest.sent:
        return newest
    return finish(newest, done.sent, done.chat, done.message_id)


def text_of(item: Item) -> str:
    """What is to be sent."""
    marked = item.doubt and not item.message_id and not item.once
    return f"{REPEATED}\n\n{item.text}" if marked else item.text


def due(item: Item) -> bool:
    """Whether Telegram is to be given something."""
    return bool(item.text) and not item.failed


def unheard(item: Item) -> bool:
    """Whether it is news that neither Telegram nor the mail has taken."""
    return bool(item.text) and max(item.sent, item.mailed) < item.news


def mail(item: Item, version: int) -> Item:
    """`version` went by mail; Telegram still has to get it."""
    return replace(item, mailed=max(item.mailed, version))
