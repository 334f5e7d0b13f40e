"""Settings of models that cannot work are told at start."""

from datetime import date

import pytest
from pydantic import ValidationError

from streams.settings.llm import Llm, Model
from streams.settings.transfer import Transfer


@pytest.mark.parametrize("url", ["api.z.ai/api/paas/v4/", "ftp://x", "https://", "http://models.example.com/v1"])
def test_an_address_that_cannot_be_or_is_not_safe(url: str) -> None:
    """No address, or one where an external model's key would go in clear."""
    with pytest.raises(ValidationError, match="base_url"):
        Model(base_url=url, model="m")


@pytest.mark.parametrize("url", ["http://10.0.0.5:8000/v1", "http://127.0.0.1:1/"])
def test_a_local_endpoint_may_be_plain(url: str) -> None:
    """In the house there is often no certificate."""
    assert Model(base_url=url, model="m", external=False).base_url == url


def test_a_role_names_models_that_exist() -> None:
    """A typing error is not silently a model less."""
    with pytest.raises(ValidationError, match=r"roles\.minutes: таких моделей нет в llm\.models: glm-5"):
        Llm(models={"glm": Model(base_url="https://api.z.ai/", model="m")}, roles={"minutes": ["glm", "glm-5"]})


def test_a_country_is_two_letters_and_dates_are_in_order() -> None:
    """A typing error would open the border or keep it closed in silence."""
    with pytest.raises(ValidationError, match="две заглавные латинские буквы"):
        Model(base_url="https://api.z.ai/", model="m", country="Китай")
    with pytest.raises(ValidationError, match=r"allowed_from: раньше, чем notified_on"):
        Transfer(notified_on=date(2026, 11, 2), allowed_from=date(2026, 11, 1))
