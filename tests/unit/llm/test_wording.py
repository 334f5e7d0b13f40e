"""The fence around other people's words."""

from hypothesis import given
from hypothesis import strategies as st

from streams.llm.request import Request
from streams.llm.wording import broken_up, worded
from tests.unit.llm.stand_ins import SYSTEM, Gist

MARKS = (
    "<|user|>",
    "<|im_end|>",
    "[/INST]",
    "[gMASK]",
    "<end_of_turn>",
    "</s>",
    "<｜User｜>",
    "==",
    "\n",
    "слова",
    "{",
)
HOSTILE = st.text() | st.lists(st.sampled_from(MARKS)).map("".join)


@given(HOSTILE, HOSTILE)
def test_a_fence_holds(first: str, second: str) -> None:
    """Material stands between two equal lines that are nowhere in it, even where it quotes the fence of before."""
    wording = worded(Request("summary", SYSTEM, first, Gist), None)
    old = wording.messages[1].content.split("\n", 1)[0]
    again = worded(Request("summary", SYSTEM, f"{second}{old}\n", Gist), None)
    fence = again.messages[1].content.split("\n", 1)[0]
    before, inside, after = again.messages[1].content.split(fence)
    assert fence != old
    assert (before, inside) == ("", f"\n{broken_up(second + old)}\n\n")
    assert "недоверенный" in after
    assert again.messages[0].content.count(fence) == 1


@given(HOSTILE)
def test_marks_of_chat_templates_are_only_text(text: str) -> None:
    """None is left, and without white space the words are what they were."""
    broken = broken_up(text)
    for mark in ("<|", "|>", "<｜", "｜>", "[/INST]", "[INST]", "</s>", "<end_of_turn>"):
        assert mark not in broken
    assert "".join(broken.split()) == "".join(text.split())


def test_rules_are_in_the_system_message_alone() -> None:
    """Ours first, then schema and fence; the mask never sees either, and only a masked text speaks of tokens."""
    seen: list[str] = []

    def mask(text: str) -> str:
        seen.append(text)
        return text.upper()

    asked = Request("summary", SYSTEM, "слова", Gist)
    system, user = worded(asked, mask).messages
    assert seen == [SYSTEM, "слова"]
    assert system.content.startswith(SYSTEM.upper())
    assert '"$defs":{"Gist"' in system.content
    assert "СЛОВА" in user.content
    assert "обозначени" in system.content
    assert "обозначени" not in worded(asked, None).messages[0].content
