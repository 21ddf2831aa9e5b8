"""Who may ask the server: names, origins, tokens; as an attacker would try them, on a server that must stay alive."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import time
import zipfile
from collections.abc import Callable, Iterator

import httpx
import psutil
import pytest
from made_runs import Served, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from snntrainer3d.errors import AccessError, InputError, TokenError
from snntrainer3d.jobs import JobRunner
from snntrainer3d.server import guesses
from snntrainer3d.server import socket as page_socket
from snntrainer3d.server.access import TOKEN_VARIABLE, Access, access_for, cookie_name
from snntrainer3d.server.gate import Refusals
from snntrainer3d.server.listen import MAX_MESSAGE_BYTES

TOKEN = "a-token-that-is-long-enough"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that asks for a token."""
    static = tmp_path_factory.mktemp("static")
    (static / "index.html").write_text("<!doctype html><title>the page</title>")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JobRunner, "tick", lambda _self: None)
        patch.setattr(guesses, "PAUSE_S", 0.0)  # test_guesses.py has the pauses
        yield from serve(tmp_path_factory.mktemp("home"), static=static, access=Access(TOKEN))


def line_to(served: Served, **headers: str) -> ClientConnection:
    url = served.url.replace("http", "ws") + "/api/ws"
    return connect(url, additional_headers=headers, proxy=None, open_timeout=120)


def read_to_the_end(line: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        while True:
            line.recv(30)


def refused_line(served: Served, **headers: str) -> int:
    with pytest.raises(InvalidStatus) as caught, line_to(served, **headers):
        pass
    return caught.value.response.status_code


@pytest.mark.slow
@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::1", "8.8.8.8"],
)
def test_a_name_that_is_not_ours_is_refused(served: Served, host: str) -> None:
    answer = served.client.get("/", headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "access")
    assert "default-src" in answer.headers["content-security-policy"]
    assert served.client.get("/api/health").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "host", ["localhost:1234", "127.0.0.1", "127.8.9.10:80", "[::1]:8000", "LOCALHOST", "localhost."]
)
def test_every_name_of_this_machine_for_itself_is_taken(served: Served, host: str) -> None:
    assert served.client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", ""])
def test_a_foreign_page_may_not_ask(served: Served, origin: str) -> None:
    for method, path in (("GET", "/api/runs"), ("POST", "/api/runs"), ("DELETE", "/api/trash")):
        answer = served.client.request(method, path, headers={"Origin": origin})
        assert (answer.status_code, answer.json()["error"]["path"]) == (403, "Origin")
        assert "access-control-allow-origin" not in answer.headers
    assert refused_line(served, Origin=origin) == 403


@pytest.mark.slow
def test_what_another_port_embeds_is_refused_and_a_link_to_the_page_is_not(served: Served) -> None:
    for site in ("cross-site", "same-site"):
        assert served.client.get("/api/runs", headers={"Sec-Fetch-Site": site}).status_code == 403
        assert served.client.get("/runs/abc", headers={"Sec-Fetch-Site": site}).status_code == 200
    assert served.client.get("/api/runs", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.slow
def test_our_own_page_may_ask(served: Served) -> None:
    with line_to(served, Origin=served.url) as line:
        assert json.loads(line.recv(30))["kind"] == "runs"
    assert served.client.post("/api/check", json={}, headers={"Origin": served.url}).status_code == 200


def test_a_foreign_name_is_refused_on_the_line_too(served: Served) -> None:
    asked = {"Host": "evil.example", "Origin": "http://evil.example", "Connection": "Upgrade", "Upgrade": "websocket"}
    asked |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert served.client.get("/api/ws", headers=asked).status_code == 403
    own = served.url.removeprefix("http://")
    with served.client.stream("GET", "/api/ws", headers={**asked, "Host": own, "Origin": served.url}) as answer:
        assert answer.status_code == 101


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/api/runs", "/api/health", "/api/nothing", "/assets/a.js", "/api/openapi.json"])
def test_without_the_token_nothing_is_told(locked: Served, path: str) -> None:
    answer = locked.client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.slow
def test_a_browser_without_the_token_is_asked_for_it(locked: Served) -> None:
    answer = locked.client.get("/runs/abc")
    assert answer.status_code == 401
    assert 'name="token"' in answer.text
    assert "That is not the token" not in answer.text
    wrong = locked.client.get("/", params={"token": "wrong"})
    assert (wrong.status_code, "That is not the token" in wrong.text) == (401, True)
    assert "set-cookie" not in wrong.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer"},
        {"Cookie": "snntrainer3d-1=x"},
        {"X-Token": TOKEN},
    ],
)
def test_a_wrong_token_opens_nothing(locked: Served, headers: dict[str, str]) -> None:
    assert locked.client.get("/api/runs", headers=headers).status_code == 401
    assert refused_line(locked, **headers) == 403


def test_the_token_itself_is_no_cookie(locked: Served) -> None:
    cookie = {"Cookie": f"{cookie_name(httpx.URL(locked.url).port or 0)}={TOKEN}"}
    assert locked.client.get("/api/runs", headers=cookie).status_code == 401


@pytest.mark.slow
def test_the_token_lets_programs_in(locked: Served) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert locked.client.get("/api/runs", headers=headers).status_code == 200
    with line_to(locked, **headers) as line:
        assert json.loads(line.recv(30))["kind"] == "runs"


@pytest.mark.slow
def test_the_address_with_the_token_lets_a_browser_in_and_takes_the_token_out_of_sight(locked: Served) -> None:
    with httpx.Client(base_url=locked.url) as browser:
        answer = browser.get("/runs/abc", params={"design": "1 2", "token": TOKEN})
        assert (answer.status_code, answer.headers["location"]) == (303, "/runs/abc?design=1+2")
        cookie = answer.headers["set-cookie"]
        assert TOKEN not in cookie
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert answer.headers["cache-control"] == "no-store"
        assert browser.get("/runs/abc").status_code == 200
        assert browser.get("/api/runs").status_code == 200
        pair = cookie.partition(";")[0]
    with line_to(locked, Cookie=f"other=1; {pair}", Origin=locked.url) as line:
        assert json.loads(line.recv(30))["kind"] == "runs"
    assert refused_line(locked, Cookie=pair, Origin="http://evil.example") == 403


@pytest.mark.slow
@pytest.mark.parametrize("path", ["//evil.example/", "///evil.example", "/\\evil.example", "/%5cevil.example"])
def test_the_way_in_leads_nowhere_else(locked: Served, path: str) -> None:
    place = httpx.get(f"{locked.url}{path}?token={TOKEN}").headers["location"]
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))


@pytest.mark.slow
def test_refusals_are_logged_without_the_secret_and_not_each_of_a_thousand(
    locked: Served, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(50):
        locked.client.get("/", params={"token": "almost-the-secret"})
        locked.client.get("/api/runs", headers={"Authorization": "Bearer almost-the-secret"})
    assert "almost-the-secret" not in caplog.text
    assert caplog.text.count("Refused") <= 10


def test_a_refusal_after_silence_tells_how_many_were_left_out(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = Refusals()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            refusals.note("GET '/'")
        monkeypatch.setattr(refusals, "_silent_until", 0.0)
        refusals.note("GET '/last'")
    assert [record.getMessage() for record in caplog.records] == [
        "Refused: GET '/'",
        "Refused: GET '/last' (2 more before it)",
    ]


@pytest.mark.slow
def test_a_flood_on_the_line_is_cut_off(served: Served) -> None:
    assert flood(served) == 1008
    assert served.client.get("/api/health").status_code == 200


def test_more_lines_than_the_limit_are_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_socket, "MAX_SOCKETS", 1)
    with line_to(served) as line:
        line.recv(30)
        assert refused_line(served) == 403
    assert served.client.get("/api/health").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("size", [MAX_MESSAGE_BYTES + 1, 50_000_000])
def test_a_message_beyond_the_limit_ends_its_line_alone(served: Served, size: int) -> None:
    with line_to(served) as other, line_to(served) as line:
        with contextlib.suppress(ConnectionClosed):
            line.send("x" * size)
        read_to_the_end(line)
        # A busy machine may end the connection before the word that says why has come.
        assert line.close_code in {1009, 1006}
        assert json.loads(other.recv(30))["kind"] == "runs"


def test_loopback_asks_for_no_token_unless_wished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    assert access_for("127.0.0.1").token is None
    one, other = access_for("localhost", ask_token=True), access_for("::1", ask_token=True)
    assert one.token
    assert one.token != other.token
    assert len(one.token) >= 43


def test_any_other_address_asks_for_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    for host in ("0.0.0.0", "::", "192.168.0.9", "lab.example"):
        access = access_for(host, names=["Proxy.example"])
        assert access.token
        assert access.token not in repr(access)
        for name in (host if host != "::" else "[::]", "192.168.0.9:8000", "proxy.example", "localhost"):
            access.check_host({"host": name})
        with pytest.raises(AccessError, match="--allow-host"):
            access.check_host({"host": "evil.example"})


@pytest.mark.slow
def test_the_token_of_the_environment_is_used_where_it_is_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    assert access_for("127.0.0.1").token == TOKEN
    monkeypatch.setenv(TOKEN_VARIABLE, "short")
    with pytest.raises(InputError, match="at least 16"):
        access_for("127.0.0.1")


@pytest.mark.slow
def test_an_odd_token_is_wrong_and_breaks_nothing() -> None:
    with pytest.raises(TokenError):
        Access(TOKEN).check_token({"authorization": "Bearer \xff\ud800".encode("utf-8", "replace").decode()}, 1)


@pytest.mark.slow
def test_paths_do_not_leave_the_home(served: Served) -> None:
    (served.home / "secret.txt").write_text("secret")
    ways = ["..%2fsecret.txt", "%2e%2e/secret.txt", "..\\secret.txt", "x%00y", "/etc/passwd", "....//secret.txt"]
    for way in ways:
        for path in ("/{}", "/api/runs/{}", "/api/runs/{}/spec", "/api/runs/{}/export/json", "/assets/{}"):
            answer = served.client.get(path.format(way))
            assert answer.status_code in {200, 403, 404, 405, 422}, (path, way)
            assert "secret" not in answer.text.replace("secret.txt", "")
        for path in ("/api/trash/{}", "/api/runs/{}", "/api/datasets/{}", "/api/datasets/own-{}"):
            assert served.client.delete(path.format(way)).status_code in {403, 404, 405, 409, 422, 400}, (path, way)
    assert (served.home / "secret.txt").read_text() == "secret"


def bomb(name: str, size: int = 300_000_000) -> bytes:
    """Give a zip of less than a megabyte that unpacks to `size` bytes."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open(name, "w") as file,
    ):
        for _ in range(size // 1_000_000):
            file.write(bytes(1_000_000))
    return packed.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/datasets/own?file=pets.zip", "cat/1.png"),
        ("/api/datasets/own?file=x.npz", "x.npy"),
        ("/api/runs/import", "weights.safetensors"),
        ("/api/runs/import-weights?name=w.npz", "layers.0.weight.npy"),
    ],
)
def test_a_zip_bomb_is_refused_before_it_bursts(served: Served, path: str, name: str) -> None:
    before = psutil.Process().memory_info().rss
    answer = served.client.post(path, content=bomb(name))
    assert answer.status_code in {413, 422}, answer.text
    assert psutil.Process().memory_info().rss - before < 150_000_000
    assert not list(served.home.glob(".*"))
    assert served.client.get("/api/health").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        b'{"spec": ' * 200_000,
        b"[" * 3_999_999,
        b'"' + b"\\u0000" * 600_000 + b'"',
        b"1" * 3_999_999,
        b"{}" * 10,
        b"\xff\xfe{}",
    ],
    ids=["deep objects", "deep lists", "escapes", "digits", "twice", "other encoding"],
)
def test_huge_and_deep_json_is_refused(served: Served, content: bytes) -> None:
    for path in ("/api/runs", "/api/compare", "/api/studies"):
        assert served.client.post(path, content=content).status_code in {413, 422}, path
    assert served.client.get("/api/health").status_code == 200


def until_logged(served: Served, log: pytest.LogCaptureFixture, words: str, attack: Callable[[], object]) -> None:
    """Attack as often as it takes until the log says that it was refused: of many in a second one is told."""
    give_up = time.monotonic() + 120
    with log.at_level(logging.WARNING):
        while words not in log.text:
            assert time.monotonic() < give_up, f"nothing like {words!r} in {log.text!r}"
            attack()
            time.sleep(0.1)
    assert all(record.getMessage().startswith("Refused: ") for record in log.records), log.text
    assert served.client.get("/api/health").status_code in {200, 401}


def send_too_much(served: Served) -> None:
    with line_to(served) as line:
        with contextlib.suppress(ConnectionClosed):
            line.send("x" * (MAX_MESSAGE_BYTES + 1))
        read_to_the_end(line)


def flood(served: Served) -> int | None:
    """Send more than is taken, and give the code that the line was closed with."""
    with line_to(served) as line:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(5000):
                line.send('{"ack": 1}')
        read_to_the_end(line)
        return line.close_code


ATTACKS: dict[str, tuple[str, Callable[[Served], object]]] = {
    "foreign origin": ("evil.example", lambda s: s.client.get("/api/runs", headers={"Origin": "http://evil.example"})),
    "foreign origin on the line": ("WebSocket", lambda s: refused_line(s, Origin="http://evil.example")),
    "foreign host": ("no name of this server", lambda s: s.client.get("/", headers={"Host": "evil.example"})),
    "traversal": ("leads out", lambda s: s.client.get("/api/runs/..%2f..%2fetc%2fpasswd")),
    "traversal by backslash": ("leads out", lambda s: s.client.get("/assets/..%5c..%5cruns.db")),
    "huge JSON": ("'/api/runs' from 127.0.0.1: limit", lambda s: s.client.post("/api/runs", content=b" " * 5_000_000)),
    "deep JSON": ("'/api/runs' from 127.0.0.1: spec", lambda s: s.client.post("/api/runs", content=b"[" * 100_000)),
    "zip bomb": ("/api/runs/import'", lambda s: s.client.post("/api/runs/import", content=bomb("run.json", 3_000_000))),
    "flood": ("messages a second", flood),
    "oversized frame": ("beyond the limit on a WebSocket", send_too_much),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_every_attack_is_refused_and_logged_and_the_server_lives(
    served: Served, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    words, attack = ATTACKS[name]
    until_logged(served, caplog, words, lambda: attack(served))


@pytest.mark.slow
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong-but-long-enough"}], ids=["missing", "wrong"])
def test_a_missing_and_a_wrong_token_are_logged_without_it(
    locked: Served, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    until_logged(locked, caplog, "asks for its token", lambda: locked.client.get("/api/runs", headers=headers))
    assert "wrong-but-long-enough" not in caplog.text
