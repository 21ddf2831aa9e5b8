"""The page's WebSocket, with a real client: catching up, newest frame wins, and a slow or senseless client."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from made_runs import UPDATES, Served, small_spec, trained_for
from pydantic import TypeAdapter
from websockets.sync.client import ClientConnection, connect

from snntrainer3d.events import Cancelled, Notice
from snntrainer3d.frames import decode_frame, encode_frame, frame_bytes, make_frame
from snntrainer3d.runs import LiveFrameWriter, RecordWriter, append_event
from snntrainer3d.server import study_models
from snntrainer3d.server.run_feed import PORTION, News, RunFeed
from snntrainer3d.server.socket import TICK_S

pytestmark = pytest.mark.slow

PATIENCE_S = 120.0
QUIET_S = 0.4
LARGEST_GROWTH_BYTES = 30e6
FRAMES = 5

SERVER_MESSAGE: TypeAdapter[Any] = TypeAdapter(study_models.ServerMessage)


@pytest.fixture
def page(served: Served) -> Iterator[ClientConnection]:
    with connect(address(served), max_size=None) as connection:
        assert next_of(connection, "runs")["kind"] == "runs"
        yield connection


def address(served: Served) -> str:
    return f"ws{served.url.removeprefix('http')}/api/ws"


def tell(page: ClientConnection, **message: Any) -> None:
    page.send(json.dumps(message))


def next_of(page: ClientConnection, kind: str) -> Any:
    """Give the next message of a kind, or the next `frame`; others are passed over."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        message = page.recv(timeout=until - time.monotonic())
        if isinstance(message, bytes):
            if kind == "frame":
                return decode_frame(message)
            continue
        value = json.loads(message)
        SERVER_MESSAGE.validate_python(value)
        if value["kind"] == kind:
            return value
    raise AssertionError(f"no {kind} came")


def silent(page: ClientConnection, kind: str) -> bool:
    """Tell whether no message of a kind comes for a while."""
    until = time.monotonic() + QUIET_S
    while (left := until - time.monotonic()) > 0:
        try:
            message = page.recv(timeout=left)
        except TimeoutError:
            return True
        if ("frame" if isinstance(message, bytes) else json.loads(message)["kind"]) == kind:
            return False
    return True


def until_told(page: ClientConnection, what: Callable[[Any], bool]) -> Any:
    """Give the first message of the list that says this."""
    while not what(told := next_of(page, "runs")):
        continue
    return told


class Training:
    """A run that a test trains by hand."""

    def __init__(self, served: Served) -> None:
        spec = small_spec()
        self.id = served.store.create(spec).id
        self.folder = served.store.folder(self.id)
        trained = trained_for(spec)
        self._weights = [trained.tensors[f"layers.{index}.weight"] for index in range(2)]
        self._room = frame_bytes(spec.network.weight_shapes())
        self.update = 0

    def learn(self) -> int:
        self.update += 1
        live = LiveFrameWriter(self.folder.frame, self._room)
        live.write(encode_frame(make_frame(self.id, self.update, self.update, 0, self._weights)))
        live.close()
        return self.update

    def say(self, *texts: str) -> None:
        with RecordWriter(self.folder.events) as record:
            for text in texts:
                record.write(Notice(level="info", code="test", text=text))


@pytest.fixture
def training(served: Served) -> Training:
    return Training(served)


def test_a_change_of_the_list_is_told(served: Served, page: ClientConnection) -> None:
    run = served.store.create(small_spec(name="newest")).id
    assert next_of(page, "runs")["runs"][0]["id"] == run
    served.store.rename(run, "renamed")
    assert next_of(page, "runs")["runs"][0]["name"] == "renamed"
    assert silent(page, "runs")


def test_only_the_rows_that_changed_are_sent_again(served: Served) -> None:
    kept, gone = (served.store.create(small_spec(name=name)).id for name in ("kept", "gone"))
    append_event(served.store.folder(gone).events, Cancelled())
    served.store.sync(gone)
    with connect(address(served), max_size=None) as page:
        assert next_of(page, "runs")["whole"]
        served.store.rename(kept, "renamed")
        # What was written just before may come by itself, however late.
        change = until_told(page, lambda told: "renamed" in [row["name"] for row in told["runs"]])
        assert (change["whole"], change["gone"]) == (False, [])
        served.store.rename(kept, "again")
        change = next_of(page, "runs")
        assert [row["name"] for row in change["runs"]] == ["again"]
        served.store.delete(gone)
        change = next_of(page, "runs")
        assert (change["whole"], change["runs"], change["gone"]) == (False, [], [gone])
    with connect(address(served), max_size=None) as page:
        again = next_of(page, "runs")
        assert again["whole"], "who comes anew is told everything"
        assert kept in [row["id"] for row in again["runs"]]


def test_events_are_caught_up_with_and_followed(page: ClientConnection, training: Training) -> None:
    training.say("one", "two", "three")
    tell(page, watch=training.id, events_after=1)
    first = next_of(page, "events")
    assert ([event["text"] for event in first["events"]], first["next"], first["run"]) == (
        ["two", "three"],
        3,
        training.id,
    )
    training.say("four")
    assert [event["text"] for event in next_of(page, "events")["events"]] == ["four"]
    assert silent(page, "events")


@pytest.mark.slow
def test_a_long_record_comes_in_portions_without_a_gap(page: ClientConnection, training: Training) -> None:
    count = 2 * PORTION + 7
    training.say(*(str(number) for number in range(count)))
    tell(page, watch=training.id)
    texts: list[str] = []
    while len(texts) < count:
        portion = next_of(page, "events")
        assert len(portion["events"]) <= PORTION
        texts += [event["text"] for event in portion["events"]]
        assert portion["next"] == len(texts)
    assert texts == [str(number) for number in range(count)]


def test_the_next_frame_waits_for_the_acknowledgement_and_is_the_newest(
    page: ClientConnection, training: Training
) -> None:
    training.learn()
    tell(page, watch=training.id, hertz=30)
    assert next_of(page, "frame").update == 1
    for _ in range(3):
        training.learn()
    assert silent(page, "frame")
    tell(page, ack=99)
    assert silent(page, "frame")
    tell(page, ack=1)
    assert next_of(page, "frame").update == 4
    tell(page, ack=4)
    assert silent(page, "frame"), "the same frame must not come twice"


@pytest.mark.slow
def test_frames_come_no_faster_than_asked_for(page: ClientConnection, training: Training) -> None:
    training.learn()
    tell(page, watch=training.id, hertz=4)
    begun, frames = time.monotonic(), 0
    while frames < 4:
        sequence = next_of(page, "frame").sequence
        frames += 1
        training.learn()
        tell(page, ack=sequence)
    assert time.monotonic() - begun > 3 / 4 * 0.95


@pytest.mark.slow
def test_a_run_is_looked_at_no_more_often_than_frames_are_asked_for(
    page: ClientConnection, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    real = RunFeed.news

    def news(self: RunFeed, *, weights: bool) -> News:
        nonlocal looks
        looks += 1
        return real(self, weights=weights)

    monkeypatch.setattr(RunFeed, "news", news)
    training.learn()
    tell(page, watch=training.id)
    begun = time.monotonic()
    for _ in range(FRAMES):
        sequence = next_of(page, "frame").sequence
        training.learn()
        tell(page, ack=sequence)
    # Half as many again: a late acknowledgement is looked at beside the regular turn.
    assert FRAMES <= looks <= 1.5 * (time.monotonic() - begun) / TICK_S + 2


@pytest.mark.slow
def test_frames_can_be_switched_off_while_events_go_on(page: ClientConnection, training: Training) -> None:
    tell(page, live=False)
    training.learn()
    training.say("one")
    tell(page, watch=training.id)
    assert next_of(page, "events")["next"] == 1
    assert silent(page, "frame")
    tell(page, live=True)
    assert next_of(page, "frame").update == 1


def test_a_finished_run_shows_its_last_weights(page: ClientConnection, finished: str) -> None:
    tell(page, watch=finished)
    assert next_of(page, "frame").update == UPDATES


@pytest.mark.slow
def test_watching_another_run_begins_anew(page: ClientConnection, training: Training, served: Served) -> None:
    other = Training(served)
    training.learn()
    other.learn()
    other.say("of the other")
    tell(page, watch=training.id)
    assert next_of(page, "frame").run == training.id
    tell(page, watch=other.id)
    assert next_of(page, "events")["run"] == other.id
    tell(page, watch=other.id)
    assert next_of(page, "frame").run == other.id
    tell(page, watch=None)
    silent(page, "frame")  # one may be on its way
    other.learn()
    assert silent(page, "frame")


@pytest.mark.parametrize(
    "message",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        '{"watch": 3}',
        '{"watch": "x", "hertz": 0}',
        '{"watch": "x", "hertz": 1e9}',
        '{"watch": "x", "events_after": -1}',
        '{"ack": "one"}',
        '{"live": 7}',
        '{"watch": null, "more": 1}',
        '{"ack": 1} {"ack": 2}',
        "[" * 10_000,
        b"bytes",
    ],
)
def test_a_senseless_message_is_answered_and_the_line_lives(
    page: ClientConnection, training: Training, message: str | bytes
) -> None:
    page.send(message)
    error = next_of(page, "error")["error"]
    assert error["code"] in {"spec", "input"}
    training.say("still here")
    tell(page, watch=training.id)
    assert next_of(page, "events")["next"] == 1


def test_watching_what_does_not_exist_is_told_once(page: ClientConnection) -> None:
    tell(page, watch="nothing-of-that-name")
    assert next_of(page, "error")["error"]["code"] == "not_found"
    assert silent(page, "error")


@pytest.mark.slow
def test_a_page_may_vanish_at_any_moment(served: Served, training: Training) -> None:
    for _ in range(5):
        with connect(address(served)) as gone:
            tell(gone, watch=training.id)
            gone.socket.shutdown(socket.SHUT_RDWR)
    assert served.client.get("/api/health").status_code == 200


@pytest.mark.slow
def test_a_client_that_reads_nothing_costs_no_memory(served: Served) -> None:
    import psutil

    training = Training(served)
    process = psutil.Process()
    text = "x" * 20_000
    with connect(address(served), max_size=None, max_queue=1) as lazy:
        tell(lazy, watch=training.id, hertz=30)
        training.say(*[text] * 50)
        time.sleep(1)
        before = process.memory_info().rss
        for _ in range(20):
            training.say(*[text] * 100)
            training.learn()
            time.sleep(0.1)
        # 40 MB were said; the server holds one portion on its way, and looks again when the client has taken it.
        grown = process.memory_info().rss - before
        lazy.socket.shutdown(socket.SHUT_RDWR)
    assert grown < LARGEST_GROWTH_BYTES
    assert served.client.get("/api/health").status_code == 200
