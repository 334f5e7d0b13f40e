"""Templates to HTML: everything is escaped, and a name that nobody gave is an error."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from processors.days import local_time
from streams.web.assets import Assets
from streams.web.menu import menu_of

if TYPE_CHECKING:
    from streams.web.visit import Visit

FOLDER: Final = Path(__file__).parent / "templates"


class Pages:
    """The templates of this folder, each compiled once."""

    def __init__(self, assets: Assets) -> None:
        self.assets = assets
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["asset"] = assets.url
        self._environment.filters["moment"] = moment

    def render(self, template: str, visit: "Visit", values: Mapping[str, object]) -> str:
        """The HTML. `visit` and `menu` are there in every template."""
        return self._environment.get_template(template).render(visit=visit, menu=menu_of(visit), **values)


def moment(ts: int) -> str:
    """A time in ms UTC on the installation's own clock: «12.03.2026 14:02»."""
    return f"{local_time(ts):%d.%m.%Y %H:%M}"
