"""Where a command may go: what is listed, and only to the addresses that were looked at."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Refused, Transient
from streams.notify.handed.guard import Pinned, Target, addresses_of, is_public, target_of

HOSTS = ["crm.example.ru", "10.0.0.5:8080", "inner.local:9000", "odd.example.ru:8443", "[fd12::5]:8080"]
FLOWS = {"call": "http://127.0.0.1:5678/webhook/call", "far": "https://n8n.example.ru/webhook/far"}


def reached(url: str, *, flows: bool = False) -> Target:
    """The target, where it is allowed by its name."""
    return target_of(url, HOSTS, FLOWS if flows else {})


async def answered(target: Target, *addresses: str) -> list[str]:
    """What comes of these answers of DNS."""

    async def lookup(_host: str, _port: int) -> list[str]:
        return list(addresses)

    return await addresses_of(target, lookup)


@pytest.mark.parametrize(
    ("url", "host", "port", "private"),
    [
        ("https://crm.example.ru/x?y=1", "crm.example.ru", 443, False),
        ("https://CRM.example.RU./x", "crm.example.ru", 443, False),
        ("https://crm.example.ru:443/x", "crm.example.ru", 443, False),
        ("http://10.0.0.5:8080/x", "10.0.0.5", 8080, True),
        ("http://inner.local:9000/", "inner.local", 9000, True),
        ("https://odd.example.ru:8443/", "odd.example.ru", 8443, True),
        ("http://[FD12:0::5]:8080/", "fd12::5", 8080, True),
    ],
)
def test_what_is_listed_is_reached(url: str, host: str, port: int, private: bool) -> None:
    """A name by HTTPS, a place in a private network with its port; however the same name is written."""
    target = reached(url)
    assert (target.host, target.port, target.private, target.url.host) == (host, port, private, host)


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.ru/",  # not without encryption
        "https://crm.example.ru:8443/",  # another port
        "https://evil.ru/",
        "https://crm.example.ru.evil.ru/",
        "https://evilcrm.example.ru/",
        "http://10.0.0.5/",
        "http://10.0.0.5:8081/",
        "http://127.0.0.1:8080/",
        "http://localhost:8080/",
        "https://crm.example.ru@127.0.0.1/",
        "https://crm.example.ru:x@evil.ru/",
        "https://evil.ru#@crm.example.ru/",
        "https://evil.ru\\@crm.example.ru/",
        "https://crm.example.ru%2eevil.ru/",
        "https://crm.example.ru%00.evil.ru/",
        "https://crm.example.ru:443@evil.ru/",
        "https://crm.example.ru?@evil.ru/",
        "https:crm.example.ru/",
        "https:///crm.example.ru/",
        "//crm.example.ru/",
        "ftp://crm.example.ru/",
        "file:///etc/passwd",
        "gopher://crm.example.ru/",
        "https://crm.example.ru:0/",
        "https://crm.example.ru:99999/",
        "https://crm.example.ru :443/",
        "https://crm.example.ru\t/",
        "https://crm.example.ru\r\nHost: evil.ru/",
        "https://crm。example。ru/",
        "https://ⓒrm.example.ru/",
        "https://crm.example.ru../",
        "https://.crm.example.ru/",
        "",
    ],
)
def test_what_is_not_listed_or_unclear_is_refused(url: str) -> None:
    """Other hosts, ports and schemes; users, dots, escapes and letters by which two readers see two hosts."""
    with pytest.raises(Refused):
        reached(url)


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.01", "127.0.0.0x1", "1.2.3.4.5", "[::1%251]",
     "[::ffff:127.0.0.1", "256.256.256.256", "0x7f.0.0.0x1", "①②⑦.⓪.⓪.①"],
)  # fmt: skip
def test_a_number_that_is_no_usual_address_is_refused(host: str) -> None:
    """Even where somebody has listed it: systems read such in ways of their own."""
    with pytest.raises(Refused):
        target_of(f"http://{host}:80/", [f"{host}:80", host], {})


PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0",
    "255.255.255.255", "224.0.0.1", "198.18.0.1", "192.0.0.192", "192.0.2.1", "168.63.129.16", "100.100.100.200",
    "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "2002:a9fe:a9fe::",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2001:0:0:0:0:0:80ff:fffe", "fec0::1",
    "::7f00:1", "::10.0.0.1", "::ffff:0:7f00:1", "64:ff9b:1::7f00:1", "5f00::1", "3fff::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_of_the_internet_leads_into_no_private_network(address: str) -> None:
    """Also in an IPv6 address that stands for an IPv4 one; and one bad address among good ones is enough."""
    assert not is_public(ipaddress.ip_address(address))
    for answers in ([address], ["93.184.216.34", address]):
        with pytest.raises(Refused):
            await answered(reached("https://crm.example.ru/"), *answers)


@pytest.mark.parametrize("address", ["93.184.216.34", "2a00:1450:4010:c05::71", "::ffff:93.184.216.34", "8.8.8.8"])
async def test_a_host_of_the_internet_is_reached(address: str) -> None:
    """Under both versions of the protocol."""
    assert await answered(reached("https://crm.example.ru/"), address) == [address]


async def test_a_listed_name_may_be_inside_but_leads_to_no_metadata() -> None:
    """What is listed with its port may stand in a private network; no name stands for a link-local address."""
    inner = reached("http://inner.local:9000/")
    assert await answered(inner, "10.1.2.3") == ["10.1.2.3"]
    for address in ("169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0", "168.63.129.16"):
        with pytest.raises(Refused):
            await answered(inner, address)


async def test_a_listed_address_needs_no_name() -> None:
    """It is not looked up."""
    assert await answered(reached("http://10.0.0.5:8080/"), "203.0.113.1") == ["10.0.0.5"]


async def test_a_workflow_is_reached_where_its_address_says_the_port() -> None:
    """And is no way for other requests; without a port it has to be a host of the internet by HTTPS."""
    assert reached(FLOWS["call"], flows=True).private
    far = reached(FLOWS["far"], flows=True)
    assert not far.private
    with pytest.raises(Refused):
        await answered(far, "10.0.0.1")
    for url in FLOWS.values():
        with pytest.raises(Refused):
            reached(url)
    with pytest.raises(Refused):
        target_of("http://n8n/webhook/x", [], {"x": "http://n8n/webhook/x"})


async def test_a_name_that_is_not_found_waits() -> None:
    """It is no refusal: DNS comes back."""

    async def lost(_host: str, _port: int) -> list[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(Transient):
        await addresses_of(reached("https://crm.example.ru/"), lost)
    with pytest.raises(Transient):
        await answered(reached("https://crm.example.ru/"))


async def test_the_connection_is_made_to_what_was_looked_at() -> None:
    """Whatever is asked for another name."""
    pinned = Pinned(reached("https://crm.example.ru/"), ["93.184.216.34", "2a00::1"])
    found = await pinned.resolve("crm.example.ru", 443)
    assert [(one["host"], one["port"]) for one in found] == [("93.184.216.34", 443), ("2a00::1", 443)]
    with pytest.raises(OSError, match="not the host"):
        await pinned.resolve("evil.ru", 443)


@given(st.text(max_size=40))
def test_no_text_makes_it_fall(text: str) -> None:
    """An address is read or refused."""
    for url in (text, f"https://{text}/", f"https://crm.example.ru{text}"):
        try:
            target = reached(url)
        except Refused:
            continue
        assert target.host in {"crm.example.ru", "10.0.0.5", "inner.local", "odd.example.ru", "fd12::5"}
