"""The question of a login to the page, and what becomes of it. Pure. Telegram's HTML."""

from alerting.foreign import cut, telegram
from alerting.render import Button, Rendered
from processors.russian.dates import clock
from schemas.bot import BotCommand, LoginQuestion
from schemas.callback import encode_login

LONGEST_AGENT = 60
"""Characters of a browser's name, which the browser itself tells."""

SENT = "Ответ отправлен. Вернитесь в браузер."
DENIED = "Вход отклонён. Если это повторится, скажите администратору."


def render_login(asked: LoginQuestion) -> Rendered:
    """From which browser, when, and the numbers, one of which stands there."""
    agent = asked.agent.replace("браузер", "неизвестного браузера") if asked.agent[:7] == "браузер" else asked.agent
    text = f"Вход с {telegram(cut(agent, LONGEST_AGENT))}, {clock(asked.at)}.\n<b>Какое число на экране?</b>"
    numbers = tuple(Button(str(number), encode_login(asked.login, number)) for number in asked.numbers)
    return Rendered(text, (numbers, (Button("Это не я", encode_login(asked.login, 0)),)))


def render_login_answered(command: BotCommand) -> Rendered | None:
    """The question without its buttons; None where it is not known any more."""
    if command.question is None:
        return None
    asked = telegram(command.question.text.partition("\n")[0])
    return Rendered(f"{asked}\n{SENT if command.command == 'login_sent' else DENIED}")
