"""What a person reads when it does not go on: the page of each error, in plain words."""

from typing import TYPE_CHECKING, Final, NamedTuple

from aiohttp import web

from schemas.errors import Refused

if TYPE_CHECKING:
    from streams.web.visit import Visit


class Wrong(Refused):
    """What a person entered cannot be used; the text tells him why, in Russian."""


class Fault(Exception):
    """A request ends here. `words` replace the usual ones; `go` is where a browser is sent instead."""

    def __init__(self, status: int, words: str = "", go: str = "") -> None:
        super().__init__(f"{status} {words}")
        self.status, self.words, self.go = status, words, go


class Told(NamedTuple):
    """Head of the page and the sentence below it."""

    head: str
    words: str


WORDS: Final = {
    400: Told("Запрос непонятен", "Вернитесь назад и попробуйте ещё раз."),
    401: Told("Нужно войти", "Время входа вышло, или вы ещё не вошли."),
    403: Told("Нет доступа", "Вашей роли это не открыто. Если нужно, попросите администратора."),
    404: Told("Такой страницы нет", "Возможно, ссылка устарела или в ней опечатка."),
    405: Told("Эта страница открывается иначе", "Вернитесь назад и попробуйте ещё раз."),
    408: Told("Слишком долго", "Запрос пришёл не целиком. Попробуйте ещё раз."),
    413: Told("Слишком много текста", "Сократите и отправьте ещё раз."),
    429: Told("Слишком часто", "Подождите минуту и попробуйте ещё раз."),
    500: Told("Страница не открылась", "Это наша ошибка, она записана в журнал. Попробуйте ещё раз."),
    503: Told(
        "Сейчас не получается",
        "Одна из частей Leadpulse недоступна. Обновите страницу через минуту: ничего не потеряно.",
    ),
}
RETRY_AFTER: Final = {429: "60", 503: "10"}


def answer_to(fault: Fault, visit: "Visit") -> web.Response:
    """A page for a person, a line for htmx and programs. Of who is asked to log in, a page is sent there."""
    request = visit.request
    plain = visit.is_htmx or "text/html" not in request.headers.get("Accept", "text/html,*/*")
    if fault.go and not plain and request.method == "GET":
        return web.Response(status=302, headers={"Location": fault.go})
    told = WORDS.get(fault.status, WORDS[400 if fault.status < 500 else 500])
    words = fault.words or told.words
    if plain:
        answer = web.Response(text=f"{told.head}. {words}\n", status=fault.status)
    else:
        answer = visit.page("fault.html", status=fault.status, head=told.head, words=words, go=fault.go)
    if visit.is_htmx and fault.go:
        answer.headers["HX-Redirect"] = fault.go
    if fault.status in RETRY_AFTER:
        answer.headers["Retry-After"] = RETRY_AFTER[fault.status]
    return answer
