"""Words that are meant for the machine that writes the minutes, not for the people in the conversation.

A list of patterns, so a heuristic: it makes an injection's own words no evidence. What holds without it (the schema,
verbatim quotes, no links, no tools) is in `quotes`.
"""

import re

from processors.russian.names import canonical

_STRETCH = 25
"""Words: as many as two hundred characters, within which an order spoils what is quoted beside it."""
_TO = r"\W+(?:\w+\W+){0,4}?"
_RULES = "(?:инструкци|указани|промпт|правил|команд|вс[её],? что)"
_DO = (
    r"(?:(?:на|за|в|до|о)?пиши|укажи|добавь|отметь|внеси|вноси|поставь|проставь|включи|включай|упоминай|упомяни|пометь|"
    r"замени|зафиксируй|сформулируй|считай|верни|вставь|исключи|удали|сделай)\b"
)
"""One says so to a machine, or to a friend; to who keeps the minutes of a meeting one says "запишите"."""
_MINUTES = r"\b(?:протокол\w{0,2}|итог(?:и|ов|ам|ах|ами)|итогов\w+ документ\w*|саммари|сводк\w|резюме|решени(?:я|ях))\b"
_MACHINE = r"(?:нейросет\w|ассистент\w?|бот|ии|ai|робот|программа|алгоритм|искусственн\w+ интеллект\w?)"
_ORDERS = re.compile(
    "|".join(
        (
            # the former instructions
            rf"\b(?:про)?(?:игнорируй|забудь|отмени)(?:те)?\b{_TO}{_RULES}",
            rf"\bне (?:учитывай|следуй|выполняй|соблюдай)(?:те)?\b{_TO}{_RULES}",
            rf"\b(?:ignore|disregard|forget|override|bypass)\b{_TO}"
            r"(?:instruction|prompt|rule|above|previous|system|everything)",
            r"\bсистемн\w+ (?:промпт|сообщени|инструкци)|\bsystem (?:prompt|message|override|note)",
            r"\bнов\w+ инструкци\w+ (?:для|от) (?:модел|систем|ассистент|разработчик|нейросет|бота)",
            # marks of a template, of a fence, of a transcript
            r"(?:^|[\s\[<#|{\"'])(?:system|assistant|developer)\W{0,2}[:\]>|]",
            r"<\s*\|?\s*/?\s*(?:system|assistant|user|im_start|im_end|endoftext|instruction|material|transcript|data|admin)",
            r"\[\s*/?\s*(?:inst|system|конец|end)\b|<<\s*/?\s*sys|#{2,}\s*(?:system|instruction|инструкци|задани|конец|end)",
            r"={4,}|={2,}\s?\w{8,}\s?={2,}|-{5,}|\"\"\"|```",
            r"\bконец (?:материал|транскрипт|расшифровк|стенограмм|данных)",
            r"\bend of (?:the )?(?:transcript|material|data|input)",
            r"\[\d{1,4}\]\s*[^\W\d_][^:\n]{0,40}:",
            r"[\"'](?:summary|decisions|actions|pains|conflicts|tone|quote|segment|owner|due|facts|topics|role)[\"']\s*:",
            # roles
            rf"\bты (?:теперь|больше не|отныне)\b{_TO}"
            r"(?:ассистент|модел|бот|помощник|нейросет|искусственн|хакер|пират|dan\b)",
            rf"\b(?:представь|притворись|сыграй)(?:те)?\b{_TO}ты\b",
            r"\bведи себя как\b|\bрежим\w* (?:разработчика|бога|отладки)",
            r"\b(?:you are now|act as|pretend to be|developer mode|jailbreak|do anything now|as an ai)\b",
            r"\b(?:языков\w+ модел|language model|ai model|нейросет\w+, |искусственн\w+ интеллект\w*, )",
            # whom it speaks to
            rf"\b{_DO}{_TO}{_MINUTES}|{_MINUTES}\W+(?:\w+\W+){{0,3}}?(?:не\W+)?\b{_DO}",
            rf"\b(?:{_MACHINE}\W+(?:\w+\W+){{0,2}}?|модел[ьи]\W+){_DO}",
            r"\bдля (?:модел|нейросет|ии\b|ai\b|ассистента|бота\b|робота|алгоритма|составителя)|"
            r"\b(?:приказ|команда|указание|инструкция) для программы",
            r"\bпротокол\w? модел\w|\bсоставля(?:я|ешь) (?:протокол|итог|резюме|сводк)|"
            r"\bпри составлении (?:протокол|итог|резюме|сводк)",
            r"(?:^|[\[(#])\s*(?:системн\w+ (?:уведомлени|сообщени)\w+|(?:уведомлени|сообщени)\w+ системы)\s*[\]):]",
            r"\bnote (?:to|for) (?:the )?(?:ai|assistant|model|llm|bot)\b|\bsummary (?:must|should|has to)\b",
            r"\bтон (?:встреч|разговор|бесед|переписк)\w+\W+(?:поставь|укажи|хорош|ровн|отличн)",
            r"\bпометь (?:эту )?(?:встречу|переписку|разговор|беседу) как\b|\bотвечай (?:только|что|как|всегда)\b",
            # what to answer
            rf"\b(?:напиши|укажи|запиши|добавь|вставь|отметь|выставь|поставь|сообщи|скажи|верни|выведи|ответь)(?:те)?\b{_TO}"
            r"(?:саммари|резюме|json|тон\b|что клиент|что вс[её] (?:хорошо|отлично)|что рисков|пустой|промпт)",
            r"\b(?:write|say|output|respond|reply|return|print|include|add|set|append|tell)\b[^.!?]{0,50}"
            r"\b(?:json|summary|the client|the customer|satisfied|minutes|prompt|tone|image|link)\b",
            # what is hidden
            r"\bbase ?64\b|[a-z0-9+/]{40,}={0,2}|!\[[^\]]*\]\(|\bjavascript:|\bdata:\w+/",
        )
    )
)


def is_order(text: str) -> bool:
    """Whether the text speaks to a language model, or forges what one is given. Never raises."""
    return _ORDERS.search(_read(text)) is not None


def without_orders(text: str) -> str:
    """The text without the words around those that speak to a language model, by stretches of `_STRETCH` words."""
    words = text.split()
    stretches = [" ".join(words[at : at + _STRETCH]) for at in range(0, len(words), _STRETCH)]
    pairs = [is_order(" ".join(stretches[at : at + 2])) for at in range(len(stretches))]
    told = [pairs[at] or (at > 0 and pairs[at - 1]) for at in range(len(stretches))]
    return " ".join(stretch for stretch, order in zip(stretches, told, strict=True) if not order)


def _read(text: str) -> str:
    """The text as a model would read it: nothing invisible, no Latin letters for Cyrillic ones within a word."""
    return re.sub(
        r"[^\W\d_](?:[\u00ad\u0301\u200b-\u200f\u2060\ufeff]*[^\W\d_])*", lambda word: canonical(word[0]), text
    )
