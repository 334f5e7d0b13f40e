"""What can go wrong at the fake GLM, and how it looks on the wire."""

from dataclasses import dataclass

from aiohttp import web

CODES = {
    "1000": (401, "Authentication Failed"),
    "1113": (429, "Insufficient balance or no resource package. Please recharge."),
    "1211": (400, "Model does not exist, please check the model code"),
    "1214": (400, "Invalid messages parameter. Please check the documentation"),
    "1231": (400, "You already have a request: 2026, please wait for it"),
    "1234": (500, "Network error, error id: 2026, please contact customer service"),
    "1261": (400, "Prompt exceeds max length"),
    "1301": (400, "System detected potentially unsafe or sensitive content in input or generation."),
    "1302": (429, "High concurrency usage of this API, please reduce concurrency"),
    "1303": (429, "High frequency usage of this API, please reduce frequency"),
    "1304": (429, "Daily call limit for this API reached"),
    "1305": (429, "The API has triggered a rate limit."),
    "1308": (429, "Usage limit reached for 5 hour."),
    "1312": (429, "This model is currently experiencing high traffic"),
}
"""Codes that can be asked for as faults: HTTP status and message."""
THOUGHTS = "用户想要会议纪要。让我想一想。"
CHINESE = '{"summary": "客户对仓库的延迟表示不满，并询问价格。"}'
ENGLISH = '{"summary": "The client is not happy with the delays and asks whether prices of storage may go down."}'
ABROAD: dict[str, tuple[int, object]] = {
    "llama_too_long": (
        400,
        {
            "error": {
                "code": 400,
                "message": "the request exceeds the available context size, try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 9000,
                "n_ctx": 4096,
            }
        },
    ),
    "lmstudio_too_long": (
        400,
        {"error": "The number of tokens to keep from the initial prompt is greater than the context length."},
    ),
    "lmstudio_200": (200, {"error": "The model has crashed without additional information. (Exit code: 1)"}),
    "openrouter_429": (200, {"error": {"code": 429, "message": "Provider returned error"}, "user_id": "u"}),
    "openrouter_402": (200, {"error": {"code": 402, "message": "Insufficient credits"}}),
    "openrouter_choice": (
        200,
        {"choices": [{"error": {"code": 502, "message": "Provider returned error"}, "finish_reason": "error"}]},
    ),
}
"""llama.cpp, LM Studio and OpenRouter: an error is a string, or its code is one of HTTP, or its type tells."""
NO_JSON_OBJECT = {"error": "'response_format.type' must be 'json_schema' or 'text'"}
"""LM Studio to `json_object`, HTTP 400."""
WORDS = {
    "bad_json": '{"summary": "Обсудили отгруз',
    "prose": "Вот итоги встречи: обсудили отгрузки.",
    "chinese": CHINESE,
    "english": ENGLISH,
    "wrong_schema": '{"summary": {"text": "Обсудили отгрузки"}, "topics": "нет"}',
    "blank": "",
}
"""Faults of what is said; the protocol is kept."""


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` questions to `model` ("" = any).

    kind: a code of `CODES`, a key of `ABROAD` or `WORDS`, or

    - of HTTP: `429` (no code; `retry_after` in seconds or as a date), `500`, `503`, `200_error` (a code in a body with
      HTTP 200), `page` (HTML of a proxy);
    - of the connection: `cut` (broken in the body), `drop` (before the answer), `slow` (white space for ever, as a
      keep-alive in the body), `hang` (no answer until the end), `hold` (answered when `released` is set);
    - of the answer: `no_choices`, `length` (cut at the limit of tokens), `sensitive` (censored while writing), `fenced`
      (JSON between ```), `no_usage`, `null_usage`.
    """

    kind: str
    times: int = 1
    model: str = ""
    retry_after: float | str | None = None


def error(code: str, retry_after: float | str | None = None, quote: str = "") -> web.Response:
    """As endpoints do, the message quotes what they were sent: nobody may log it."""
    status, message = CODES[code]
    error = {"code": code, "message": f"{message} {quote}".strip()}
    return web.json_response({"error": error}, status=status, headers=_wait(retry_after))


def plain(status: int, retry_after: float | str | None) -> web.Response:
    return web.Response(text="try later", status=status, headers=_wait(retry_after))


def _wait(retry_after: float | str | None) -> dict[str, str]:
    return {} if retry_after is None else {"Retry-After": str(retry_after)}


async def broken_off(request: web.Request, kind: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "5000"})
    if kind == "cut":
        await response.prepare(request)
        await response.write(b'{"id": "1", "choices": [{"message": {"content": "{')
    if request.transport is not None:
        request.transport.close()
    return response
