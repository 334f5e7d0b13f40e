"""The page of all settings."""

from pathlib import Path

import pytest
from pydantic import Field

from streams.settings import Settings, manual
from streams.settings.section import Section
from streams.settings.shape import shape


def test_the_page_of_the_repository_is_fresh() -> None:
    """`make lint` and this test fail when a setting was changed and `python -m streams.settings.manual` was not run."""
    assert (Path(__file__).parents[3] / manual.PAGE).read_text() == manual.page()


def test_every_setting_is_on_the_page() -> None:
    """Those of sections with free names too; a secret says that it may come from a file."""
    text = manual.page()
    for section in Settings.model_fields:
        assert f"[{section}]" in text
    assert "### [gateway.wms.<имя>]" in text
    assert "`api_key_file`" in text
    assert "целое число от 0 до 65535" in text


def test_a_setting_without_a_docstring_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who adds a setting explains it."""

    class Bare(Section):
        """A section."""

        port: int = 1

    field = Settings.model_fields["kafka"]
    monkeypatch.setitem(Settings.model_fields, "kafka", field.merge_field_infos(field, annotation=Bare))
    with pytest.raises(ValueError, match=r"kafka\.port"):
        manual.page()


def test_check_tells_a_stale_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 until it is written anew."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    assert manual.main(["--check"]) == 1
    assert manual.main([]) == 0
    assert manual.main(["--check"]) == 0
    manual.PAGE.write_text("stale")
    assert manual.main(["--check"]) == 1


@pytest.mark.parametrize(
    ("kind", "field", "words"),
    [
        (int, Field(1, ge=1, le=5), "целое число от 1 до 5"),
        (float, Field(1.0, gt=0), "число больше 0"),
        (dict[str, int], Field({}), "таблица: строка = целое число"),
        (bool | None, Field(None), "true или false"),
    ],
)
def test_shapes(kind: object, field: object, words: str) -> None:
    """What a value looks like follows from its type and bounds."""
    assert shape(kind, getattr(field, "metadata", ())) == words
