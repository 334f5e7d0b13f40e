"""What llama.cpp, LM Studio and OpenRouter say otherwise than GLM does."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from streams.llm.faults import Kind, LlmError
from tests.fakes.glm import FakeGlm, Fault
from tests.unit.llm.stand_ins import GOOD, Gist, Sky, model, opened, request

GIST = Gist("Обсудили задержку отгрузок. Отчёт обещан в среду.")


@pytest.fixture
def sky() -> Sky:
    """A clear one."""
    return Sky()


@pytest.mark.parametrize("fault", ["1261", "llama_too_long", "lmstudio_too_long"])
async def test_too_long_is_the_callers(sky: Sky, fault: str) -> None:
    """It comes up at once, though another model is there: the material has to be cut."""
    async with FakeGlm() as glm, opened(sky, {"a": model(glm), "b": model(glm)}) as gateway:
        glm.faults.append(Fault(fault))
        with pytest.raises(LlmError) as failed:
            await gateway.ask(request())
    assert failed.value.kind is Kind.TOO_LONG
    assert len(glm.questions) == 1


async def test_an_endpoint_without_json_object(sky: Sky, caplog: pytest.LogCaptureFixture) -> None:
    """It refuses the field, and the log names the setting; with the switch off it answers, and nothing is asked of it
    that it does not know."""
    async with FakeGlm(lambda _: GOOD, json_object=False) as glm:
        async with opened(sky, {"a": model(glm)}) as gateway:
            with pytest.raises(LlmError) as failed:
                await gateway.ask(request())
        assert failed.value.kind is Kind.REFUSED
        assert "llm.models.a.json_object" in [getattr(record, "setting", "") for record in caplog.records]
        async with opened(sky, {"a": model(glm, json_object=False)}) as gateway:
            assert await gateway.ask(request()) == GIST
    (question,) = glm.questions
    assert "response_format" not in question.body


async def test_figures_that_are_null(sky: Sky) -> None:
    """`usage` with nulls is no usage: the tokens are estimated, and the answer counts."""
    async with FakeGlm(lambda _: GOOD) as glm, opened(sky, {"a": model(glm)}) as gateway:
        glm.faults.append(Fault("null_usage"))
        assert await gateway.ask(request()) == GIST
    assert len(glm.questions) == 1
    assert sky.calls[-1].prompt_tokens > 0


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_words_do_not_follow_a_redirect(sky: Sky, status: int) -> None:
    """An address that moved is for a person to mend: what was to go to one host does not go to another."""
    async with FakeGlm(lambda _: GOOD) as glm:

        async def moved(_: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": f"{glm.url}chat/completions"})

        app = web.Application()
        app.router.add_post("/chat/completions", moved)
        async with TestServer(app) as old, opened(sky, {"a": model(glm, base_url=str(old.make_url("/")))}) as gateway:
            with pytest.raises(LlmError) as failed:
                await gateway.ask(request())
        assert glm.questions == []
    assert failed.value.kind is Kind.AUTH


async def test_a_proxy_of_the_environment_is_taken(sky: Sky, monkeypatch: pytest.MonkeyPatch) -> None:
    """Models abroad may be behind one: an address at which nobody is answers through it."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with FakeGlm(lambda _: GOOD) as glm:
        monkeypatch.setenv("http_proxy", glm.root)
        async with opened(sky, {"a": model(glm, base_url="http://127.0.0.1:9/api/paas/v4")}) as gateway:
            assert await gateway.ask(request()) == GIST
    assert len(glm.questions) == 1
