"""What `check` says of the name outside: whether it leads to our gateway, and who needs it."""

import json
import ssl
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from urllib.parse import urlsplit

from processors.russian.system import os_reason
from streams.settings import Settings, Site

TIMEOUT = 10.0
"""Seconds that the proxy may take."""

PATH = "/hooks/jitsi"
"""Without its token the gateway refuses it with 401 in its own words, and nothing is taken."""


def site_faults(loaded: Settings) -> list[str]:
    """The name answers by HTTPS with a certificate that holds, and behind it stands a gateway of ours."""
    site = loaded.site
    if not site.public_url:
        return []
    try:
        context = ssl.create_default_context(cafile=site.ca_file)
    except OSError as error:
        return [f"site.ca_file: {site.ca_file} не читается: {os_reason(error)}"]
    fault = _fault(site, context)
    return [f"site.public_url: {site.public_url} — {fault}"] if fault else []


def site_warnings(loaded: Settings) -> list[str]:
    """What is sent to us needs a name; a list of addresses behind a proxy needs to know the proxy."""
    warnings = []
    sent = [f"gateway.wms.{name}" for name in loaded.gateway.wms]
    if loaded.telegram.updates == "webhook":
        sent += [f"gateway.telegram.{name}" for name in loaded.gateway.telegram]
    if loaded.gateway.bitrix_token:
        sent.append("gateway.bitrix_token")
    if sent and not loaded.site.public_url:
        warnings.append(
            f"site.public_url не указан, а события ждут снаружи ({', '.join(sent)}): впишите адрес, по которому их "
            "присылают, и он будет проверен"
        )
    if loaded.site.public_url and loaded.gateway.only_from and not loaded.gateway.trusted_proxies:
        warnings.append(
            "gateway.only_from: адреса сверяются, а прокси не указан (gateway.trusted_proxies); "
            "за прокси у всех отправителей один адрес — его собственный"
        )
    return warnings


def _fault(site: Site, context: ssl.SSLContext) -> str:
    request = urllib.request.Request(site.public_url + PATH, data=b"{}", method="POST")
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({}), _NoRedirect()
    )
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return _stranger(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return _refused(error)
    except urllib.error.URLError as error:
        reason = error.reason
        if isinstance(reason, ssl.SSLCertVerificationError):
            return f"сертификат не принят ({reason.verify_message}); свой удостоверяющий центр указывают в site.ca_file"
        if isinstance(reason, ssl.SSLError):
            return "там отвечают не по HTTPS"
        return _away(site, reason if isinstance(reason, OSError) else error)
    except (OSError, HTTPException) as error:
        return _away(site, error)


def _refused(error: urllib.error.HTTPError) -> str:
    """Nothing where it is the gateway's own refusal."""
    if error.code in (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT):
        return f"прокси отвечает, а шлюз за ним — нет (код {error.code})"
    try:
        ours = error.code == HTTPStatus.UNAUTHORIZED and "error" in json.loads(error.read())
    except (ValueError, TypeError, OSError, HTTPException):
        ours = False
    return "" if ours else _stranger(error.code)


def _stranger(code: int) -> str:
    return f"отвечает не шлюз Leadpulse (код {code}): проверьте, куда прокси передаёт /hooks/"


def _away(site: Site, error: Exception) -> str:
    return f"{urlsplit(site.public_url).hostname} не отвечает: {os_reason(error)}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A hook that is sent elsewhere does not arrive: senders do not follow."""

    def redirect_request(self, *_: object) -> None:
        """None: the redirection is the answer."""
