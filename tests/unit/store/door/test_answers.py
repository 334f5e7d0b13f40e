"""What the door answers: formats, settings, limits, errors as ClickHouse gives them."""

import gzip
import io
import re

import aiohttp
import pytest

from streams.store.door import Door
from streams.store.door.wire import FORMATS, HELLO, STREAMED
from tests.unit.store.door.conftest import OPS, Client
from tests.unit.store.read.test_sql import HEAVY

TELL_TIME = {"JSON", "JSONCompact", "JSONStrings", "JSONCompactStrings", "XML"}
"""Formats whose answer says how long it took."""
ROWS = "SELECT number AS n, toString(number) AS s FROM numbers(3)"
FILTERED = "settings additional_table_filters={'{table}' : ' kind = \\'pick\\' '}"


@pytest.mark.parametrize("form", sorted(FORMATS.values()))
async def test_every_format_of_the_list_is_whole(analyst: Client, form: str) -> None:
    """With more rows than a piece holds, and wherever it is named: joined pieces of other formats have a header in the
    middle."""
    big = f"SELECT number AS n, toString(number) AS s FROM numbers({150_000 if form in STREAMED else 5})"
    status, _, body = await analyst.ask(big, default_format=form)
    assert status == 200
    assert body or form == "Null"
    _, _, named = await analyst.ask(f"{big} FORMAT {form}")
    if form not in TELL_TIME:
        assert named == body


async def test_where_the_format_is_said(analyst: Client) -> None:
    """In the text, else in the address, else in a header, else tabs; settings in the text before or after it."""
    assert await analyst.text(ROWS) == "0\t0\n1\t1\n2\t2\n"
    assert await analyst.text(ROWS, default_format="CSV") == '0,"0"\n1,"1"\n2,"2"\n'
    assert (await analyst.ask(ROWS, {"X-ClickHouse-Format": "CSV"}))[2] == b'0,"0"\n1,"1"\n2,"2"\n'
    for tail in ("FORMAT CSV SETTINGS limit = 1", "SETTINGS limit = 1 FORMAT CSV", "settings\nlimit=1\nformat CSV;"):
        assert await analyst.text(f"{ROWS} {tail}", default_format="TSV") == '0,"0"\n'
    assert await analyst.code(f"{ROWS} FORMAT Protobuf") == "73"


async def test_the_hello(analyst: Client) -> None:
    """Only to a client that says its protocol; it names a revision of 0."""
    status, _, body = await analyst.ask(HELLO, client_protocol_version="54460", default_format="Native")
    assert status == 200
    assert body.startswith(b"\x01\x00\x02\xff\xff\xff\xff\x00\x04\x01")
    assert b"revision()\x06UInt32\x00\0\0\0\0" in body
    assert (await analyst.text("SELECT version()")).strip().encode() in body
    assert await analyst.code(HELLO) == "497"


async def test_who_is_let_in(door: Door, session: aiohttp.ClientSession) -> None:
    """Both users, by each way of saying so; anybody else gets 516, also for the hello; `/ping` is for all."""
    url = f"http://127.0.0.1:{door.port}/"
    ways: list[dict[str, dict[str, str]]] = [
        {"headers": {"X-ClickHouse-User": "ops", "X-ClickHouse-Key": OPS}},
        {"params": {"user": "ops", "password": OPS}},
        {"headers": {"Authorization": aiohttp.encode_basic_auth("ops", OPS)}},
    ]
    for way in ways:
        async with session.post(url, data="SELECT 1", **way) as answer:  # type: ignore[arg-type]
            assert (answer.status, await answer.text()) == (200, "1\n")
    for user, password in (("ops", "analyst-password"), ("ops", ""), ("default", ""), ("", ""), ("ё", OPS)):
        for text in ("SELECT 1", HELLO, ""):
            status, code, body = await Client(session, door.port, user, password).ask(text)
            assert (status, code) == (403, "516")
            assert OPS.encode() not in body
    async with session.get(url, headers={"Authorization": "Basic \xff"}) as answer:
        assert answer.status == 403
    async with session.get(url + "ping") as answer:
        assert await answer.text() == "Ok.\n"


async def test_without_a_password_nobody_comes_in(session: aiohttp.ClientSession, door: Door) -> None:
    """An empty password in the settings is no password of a user."""
    from streams.settings import Store
    from streams.store.door.users import Users

    assert Users(Store()).all == ()


@pytest.mark.parametrize(
    ("text", "given", "code"),
    [
        ("SELECT nope", {}, "497"),
        ("SELECT toDate(lead_id) FROM events WHERE lead_id != ''", {}, "38"),
        ("SELECT * FROM nothing", {}, "497"),
        ("SELEC 1", {}, "164"),
        ("SELECT (", {}, "62"),
        ("SELECT throwIf(1)", {}, "497"),
        ("INSERT INTO events (lead_id) VALUES ('1')", {}, "164"),
        ("DROP TABLE events", {}, "164"),
        ("KILL QUERY WHERE 1", {}, "164"),
        ("SELECT 1; SELECT 2", {}, "164"),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", {}, "164"),
        ("SELECT file('/etc/passwd')", {}, "497"),
        ("SELECT * FROM system.processes", {}, "497"),
        ("SHOW TABLES FROM default", {}, "497"),
        ("SELECT 1", {"database": "other"}, "81"),
        ("SELECT 1", {"database": "system"}, "81"),
        ("SELECT 1", {"custom_x": "1"}, "164"),
        ("SELECT 1", {"output_format_schema": "/tmp/x"}, "164"),
        ("SELECT 1", {"format_schema": "/etc/passwd"}, "164"),
        ("SELECT 1 SETTINGS max_threads = 1, format_schema = 'x'", {}, "164"),
        ("SELECT 1 FROM (SELECT 1 SETTINGS max_threads = 8)", {}, "497"),
        ("SELECT number FROM numbers(300000)", {"default_format": "JSON"}, "396"),
        ("SELECT number FROM numbers(300000)", {"default_format": "JSON", "max_result_rows": "0"}, "396"),
        ("SELECT number FROM numbers(300)", {"max_result_rows": "10"}, "396"),
        ("SELECT groupArray(number) FROM numbers(100000000)", {}, "241"),
        (HEAVY, {"max_execution_time": "1"}, "159"),
        (
            "SELECT count() FROM events",
            {"additional_table_filters": "{'events': 'length(file(\\'/etc/x\\')) > 0'}"},
            "497",
        ),
        ("SELECT count() FROM events", {"additional_table_filters": "{'events': '1) FROM events --'}"}, "62"),
        ("SELECT count() FROM events", {"additional_table_filters": "{'events': '1) FROM events); SELECT 1'}"}, "497"),
        ("SELECT count() FROM events", {"additional_table_filters": "{'system.processes': '1'}"}, "497"),
        ("SELECT count() FROM events", {"additional_table_filters": "{'events': 1}"}, "62"),
        ("SELECT count() FROM events " + FILTERED.replace("{table}", "x"), {}, "497"),
    ],
)
async def test_refusals(analyst: Client, text: str, given: dict[str, str], code: str) -> None:
    """By ClickHouse's codes, with its text, before a byte of an answer."""
    status, said, body = await analyst.ask(text, None, **given)
    assert (said, body[:6]) == (code, b"Code: "), body.decode()
    assert status >= 400


@pytest.mark.parametrize("table", ["events", "{database}.events"])
async def test_ad_hoc_filters(analyst: Client, table: str) -> None:
    """Grafana's clause at the end of a statement, and the same setting in the address, are taken off and hold."""
    [database] = set((await analyst.text("SELECT currentDatabase()")).split())
    clause = FILTERED.replace("{table}", table.replace("{database}", database))
    everything = int(await analyst.text("SELECT count() FROM events FINAL"))
    assert int(await analyst.text(f"SELECT count() FROM events FINAL {clause}")) == 1 < everything
    value = clause.partition("=")[2]
    assert int(await analyst.text("SELECT count() FROM events", additional_table_filters=value)) == 1


async def test_a_filter_is_no_statement(analyst: Client) -> None:
    """What the filter would end the guard's own question with is not run: chDB runs all statements of a text."""
    more = "CREATE TABLE beside (x UInt8) ENGINE = MergeTree ORDER BY x"
    for text in (f"1) FROM events); {more}; SELECT ((1", f"1) FROM events) LIMIT 1; {more} -- "):
        await analyst.ask("SELECT count() FROM events", additional_table_filters=f"{{'events' : '{text}'}}")
    assert await analyst.text("SELECT count() FROM system.tables WHERE name = 'beside'") == "0\n"


async def test_settings_that_are_let_through(analyst: Client) -> None:
    """They hold for that one request; less than our limits can be asked for, more cannot."""
    forty = "SELECT getSetting('max_threads')"
    assert await analyst.code(forty) == "497"
    names = "('max_threads', 'max_result_rows', 'max_execution_time', 'readonly')"
    asked = f"SELECT name, value FROM system.settings WHERE name IN {names} ORDER BY name"
    ours = await analyst.text(asked)
    assert ours == "max_execution_time\t10\nmax_result_rows\t200000\nmax_threads\t1\nreadonly\t1\n"
    more = {"max_execution_time": "64", "max_threads": "8", "max_result_rows": "100000000", "readonly": "0"}
    assert await analyst.text(asked, **more) == ours
    assert await analyst.text(f"{asked} SETTINGS max_result_rows = 0, max_execution_time = 3.5") == ours.replace(
        "10", "3"
    )
    big = {"output_format_json_quote_64bit_integers": "1", "default_format": "JSONEachRow"}
    assert await analyst.text("SELECT toUInt64(1) AS n", **big) == '{"n":"1"}\n'
    assert await analyst.text("SELECT toUInt64(1) AS n", default_format="JSONEachRow") == '{"n":1}\n'


async def test_parameters(analyst: Client) -> None:
    """Values go beside the text; a name of a table given so is looked at like any other."""
    assert await analyst.text("SELECT {x:UInt8} + 1, {s:String}", param_x="3", param_s="it's") == "4\tit\\'s\n"
    assert await analyst.text("SELECT count() > 1 FROM {t:Identifier}", param_t="events") == "1\n"
    assert await analyst.code("SELECT * FROM {t:Identifier}", param_t="system.processes") == "497"
    assert (
        await analyst.code("SELECT * FROM {d:Identifier}.{t:Identifier}", param_d="default", param_t="/etc/passwd")
        == "497"
    )


async def test_an_error_in_the_middle(analyst: Client) -> None:
    """After the first byte the error follows in ClickHouse's block, plain and packed, and the answer ends."""
    text = "SELECT number FROM numbers(100000000)"
    for packed in (dict[str, str](), {"Accept-Encoding": "gzip"}):
        given, headers = {"enable_http_compression": "1", "max_block_size": "1000"}, analyst.auth | packed
        async with analyst.session.post(analyst.url, data=text, headers=headers, params=given) as answer:
            body, tag = await answer.read(), answer.headers["X-ClickHouse-Exception-Tag"]
            assert answer.status == 200
        found = re.search(rb"\r\n__exception__\r\n(\w{16})\r\n(.*)\n(\d+) \1\r\n__exception__\r\n\Z", body, re.DOTALL)
        assert found is not None
        assert found[1] == tag.encode()
        assert b"Code: 396" in found[2]
        assert int(found[3]) == len(found[2]) + 1


async def test_gzip_only_when_asked(analyst: Client) -> None:
    """As a server does it: by the parameter and the header together."""
    text = "SELECT number FROM numbers(10000)"
    plain = (await analyst.text(text)).encode()
    async with aiohttp.ClientSession(auto_decompress=False) as raw:
        for given, packed in (({"enable_http_compression": "1"}, True), ({}, False)):
            headers = analyst.auth | {"Accept-Encoding": "gzip, deflate"}
            async with raw.post(analyst.url, data=text, params=given, headers=headers) as answer:
                body = await answer.read()
            assert (answer.headers.get("Content-Encoding") == "gzip") is packed
            assert (gzip.decompress(body) if packed else body) == plain
            assert (len(body) < len(plain)) is packed


async def test_requests_that_are_none(analyst: Client, door: Door) -> None:
    """Wrong bytes, forms, huge bodies, other methods: refused, and the door works on."""
    assert (await analyst.ask("SELECT '\udcff'".encode("utf-8", "surrogateescape").decode("latin1")))[0] < 500
    url = f"http://127.0.0.1:{door.port}/"
    async with analyst.session.post(url, data=b"SELECT '\xff'", headers=analyst.auth) as answer:
        assert answer.headers["X-ClickHouse-Exception-Code"] == "62"
    async with analyst.session.post(url, data={"query": io.BytesIO(b"SELECT 1")}, headers=analyst.auth) as answer:
        assert answer.headers["X-ClickHouse-Exception-Code"] == "48"
    async with analyst.session.post(url, data=b"x" * (300 << 10), headers=analyst.auth) as answer:
        assert answer.status == 413
    async with analyst.session.delete(url, headers=analyst.auth) as answer:
        assert answer.status == 405
    async with analyst.session.get(url, params={"query": "SELECT 1"}, headers=analyst.auth) as answer:
        assert await answer.text() == "1\n"


async def test_schema_browsing(ops: Client) -> None:
    """What Grafana's editor asks."""
    [database] = (await ops.text("SELECT currentDatabase()")).split()
    assert database in (await ops.text("SHOW DATABASES")).split()
    assert "events" in (await ops.text(f'SHOW TABLES FROM "{database}"')).split()
    assert "lead_id" in await ops.text(f'DESC TABLE "{database}"."events"')
    for text in (
        f"SELECT name, type, table FROM system.columns WHERE database = '{database}'",
        "SELECT name FROM system.functions",
        f"SELECT name FROM system.tables WHERE database = '{database}'",
        "SELECT name FROM system.databases",
        "/* ping */ SELECT version()",
        f'SELECT DISTINCT "kind" FROM "{database}"."events" WHERE "kind" != \'\' LIMIT 1000',
    ):
        assert await ops.text(text), text
