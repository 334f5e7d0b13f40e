"""What a message of the Bot API holds: words, a file, or one of the things that Telegram adds every few months.

Only what is known to be said by nobody (joined, pinned, renamed …) is no message. A kind that this list has never heard
of is one, under its own name and with the words in it: a client who sends a checklist has not gone silent.
Names: core.telegram.org/bots/api#message, and what aiogram 3.31 and python-telegram-bot 22.8 know of it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from processors.normalize.telegram_files import too_large

FILES = ("live_photo", "photo", "voice", "video", "video_note", "audio", "animation", "document", "sticker")
"""With no words in them but a caption; names of files are none. An animation comes with its `document`, a
live photo with a `photo`."""

KINDS = (
    *FILES,
    "venue",
    "location",
    "contact",
    "poll",
    "checklist",
    "rich_message",
    "paid_media",
    "story",
    "dice",
    "game",
    "invoice",
    "giveaway",
    "giveaway_winners",
    "gift",
    "unique_gift",
    "passport_data",
)
"""What a person sends besides text, what says more first: a venue comes with its `location`."""

SERVICE = frozenset(
    (
        "new_chat_members",
        "new_chat_member",
        "new_chat_participant",
        "left_chat_member",
        "left_chat_participant",
        "chat_owner_left",
        "chat_owner_changed",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "channel_chat_created",
        "message_auto_delete_timer_changed",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "successful_payment",
        "refunded_payment",
        "user_shared",
        "users_shared",
        "chat_shared",
        "connected_website",
        "write_access_allowed",
        "proximity_alert_triggered",
        "boost_added",
        "chat_background_set",
        "checklist_tasks_done",
        "checklist_tasks_added",
        "direct_message_price_changed",
        "paid_message_price_changed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "giveaway_created",
        "giveaway_completed",
        "suggested_post_approved",
        "suggested_post_approval_failed",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "video_chat_scheduled",
        "video_chat_started",
        "video_chat_ended",
        "video_chat_participants_invited",
        "voice_chat_scheduled",
        "voice_chat_started",
        "voice_chat_ended",
        "voice_chat_participants_invited",
        "web_app_data",
        "gift_upgrade_sent",
        "managed_bot_created",
        "poll_option_added",
        "poll_option_deleted",
        "community_chat_added",
        "community_chat_removed",
        "community_chat_joined",
    )
)
"""What nobody wrote."""

FRAME = frozenset(
    (
        "message_id",
        "message_thread_id",
        "direct_messages_topic",
        "from",
        "sender_chat",
        "sender_boost_count",
        "sender_business_bot",
        "sender_tag",
        "date",
        "edit_date",
        "business_connection_id",
        "chat",
        "forward_origin",
        "forward_from",
        "forward_from_chat",
        "forward_from_message_id",
        "forward_signature",
        "forward_sender_name",
        "forward_date",
        "is_topic_message",
        "is_automatic_forward",
        "reply_to_message",
        "external_reply",
        "quote",
        "reply_to_story",
        "reply_to_checklist_task_id",
        "via_bot",
        "has_protected_content",
        "is_from_offline",
        "is_paid_post",
        "media_group_id",
        "author_signature",
        "paid_star_count",
        "entities",
        "caption_entities",
        "link_preview_options",
        "suggested_post_info",
        "effect_id",
        "show_caption_above_media",
        "has_media_spoiler",
        "reply_markup",
        "reply_to_poll_option_id",
        "guest_query_id",
        "guest_bot_caller_user",
        "guest_bot_caller_chat",
        "receiver_user",
        "ephemeral_message_id",
    )
)
"""What stands around the content of a message."""

WORDS = frozenset(
    (
        "question",
        "title",
        "text",
        "caption",
        "description",
        "prize_description",
        "explanation",
        "name",
        "address",
        "first_name",
        "last_name",
        "phone_number",
        "emoji",
    )
)
"""Fields that hold words, in what has a shape of its own."""

LONGEST = 8192
"""Characters of the words of such a thing: twice a message."""
MOST_FIELDS = 2000
"""Fields of it that are looked at."""


@dataclass(frozen=True, slots=True)
class Content:
    """`kind` is empty for plain text; `text` are all its words; `version` tells two versions apart, the same for every
    bot that sees them. `large`: a file of it cannot be fetched.
    """

    kind: str
    text: str
    version: tuple[str, ...]
    large: bool = False


def content_of(message: Mapping[str, object]) -> Content | None:
    """What a message holds; None where nobody wrote it."""
    there = {name: value for name, value in message.items() if value is not None}
    kinds = [kind for kind in KINDS if kind in there]
    if not kinds and "text" not in there:
        if SERVICE & there.keys():
            return None
        kinds = sorted(there.keys() - FRAME - {"caption"})
    text, caption = _text(there.get("text")), _text(there.get("caption"))
    shaped = [there[kind] for kind in kinds if kind not in FILES]
    inside = "\n".join(dict.fromkeys(_words(shaped)))[:LONGEST]
    large = too_large(there, kinds)
    words = "\n".join(part for part in (text or caption, inside, large) if part)
    files = sorted(_files(there[kind] for kind in kinds))
    return Content(
        kinds[0] if kinds else "", words, (text, caption, *files, *([inside] if inside else [])), bool(large)
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(values: Iterable[object]) -> Iterator[str]:
    """Words at any depth, in their order; without recursion, for others chose the depth."""
    todo = [(False, value) for value in values][::-1]
    for _ in range(MOST_FIELDS):
        if not todo:
            return
        spoken, value = todo.pop()
        match value:
            case str() if spoken and value.strip():
                yield value.strip()
            case dict():
                todo.extend([(name in WORDS, inner) for name, inner in value.items()][::-1])
            case list():
                todo.extend([(spoken, inner) for inner in value][::-1])
            case _:
                pass


def _files(fields: Iterable[object]) -> Iterator[str]:
    """`file_unique_id` of every file in them; `file_id` is each bot's own. A photo is a list of its sizes."""
    for field in fields:
        parts = field if isinstance(field, list) else [field]
        for part in parts:
            if isinstance(part, dict) and isinstance(part.get("file_unique_id"), str):
                yield part["file_unique_id"]
