"""What the fold asks the minutes worker."""

import msgspec

from schemas.alerts import Evidence
from schemas.codec import MINUTES_REQUEST
from schemas.minutes import PhraseQuestion
from schemas.topics import MINUTES_REQUESTS
from streams.pipeline.fold import _outputs


def test_a_question_goes_to_the_minutes_worker() -> None:
    """By the lead's key, to whatever partition the broker's partitioner says: that topic has its own number of them."""
    said = Evidence("e" * 16, 1, "message", "мы будем вынуждены уйти")
    asked = PhraseQuestion("12345", "e" * 16, "leaving_phrase", "-5:1", 1, [said])
    (output,) = _outputs([asked], 7, "source.telegram/0/4")
    assert (output.topic, output.key, output.partition) == (MINUTES_REQUESTS.name, b"12345", None)
    assert MINUTES_REQUEST.decode(output.value) == msgspec.structs.replace(asked, origin="source.telegram/0/4")
