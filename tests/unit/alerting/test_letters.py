"""What a letter reads like."""

from alerting.clients import Client
from alerting.letters import render_letter
from alerting.render import render
from tests.unit.alerting.alerts import SPIKE


def test_an_alert_reads_the_same_without_telegram() -> None:
    """No tag and no entity in the plain text, the first line as the subject, and why it came this way."""
    letter = render_letter('🔴 <b>Клиент</b> &lt;1&gt;\n<a href="https://x.ru/1">карточка</a>', 360_000, buttons=True)
    assert letter.subject == "Leadpulse: 🔴 Клиент <1>"
    assert letter.text.startswith(
        "🔴 Клиент <1>\nкарточка (https://x.ru/1)\n\n--\nTelegram не доставил это сообщение за 6\u00a0мин"
    )
    assert letter.text.endswith("Когда связь вернётся, оно придёт и туда, с кнопками.\n")
    assert letter.html.startswith('<p>🔴 <b>Клиент</b> &lt;1&gt;<br>\n<a href="https://x.ru/1">карточка</a></p>')


def test_what_telegram_refused_for_good_promises_nothing() -> None:
    """It will not come there by itself."""
    letter = render_letter("тревога", 360_000, buttons=True, refused=True)
    assert letter.text == "тревога\n\n--\nTelegram не принял это сообщение, поэтому оно пришло почтой.\n"


def test_a_real_alert_is_a_letter() -> None:
    """As rendered; a report has no buttons; the subject is one line and not long."""
    letter = render_letter(render(SPIKE, Client("12345")).text, 300_000, buttons=False)
    assert "<" not in letter.text and "&" not in letter.text
    assert "\n" not in letter.subject and len(letter.subject) < 140
    assert letter.text.endswith("оно придёт и туда.\n")
    assert len(render_letter("а" * 500, 300_000, buttons=False).subject) < 140
