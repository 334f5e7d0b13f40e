"""Settings of the one name that the installation has outside."""

from pathlib import Path
from typing import Annotated

from streams.settings.section import Section, Shaped

PublicUrl = Annotated[
    str, Shaped(r"(https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?)?", "https://имя, строчными буквами и без пути")
]


class Site(Section):
    """Внешнее имя установки: по нему приходят вебхуки и открываются страницы. HTTPS держит Caddy, см. install.md."""

    public_url: PublicUrl = ""
    """Внешний адрес, например `https://leadpulse.example.ru`. Если пусто, снаружи ничего не принимается: события
    читаются опросом. `leadpulse check` проверяет, что адрес ведёт в этот шлюз."""
    ca_file: Path | None = None
    """Сертификат своего удостоверяющего центра, если имя внутреннее и его сертификат выдал Caddy (`tls internal`)."""
