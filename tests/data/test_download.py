"""Downloads from a real HTTP server on this machine, with everything that goes wrong on the way."""

import hashlib
import http.server
import threading
from collections import Counter

import pytest

from snntrainer3d.data import available, fetch, load
from snntrainer3d.data.download import download
from snntrainer3d.errors import DataUnavailableError, FileFormatError, StorageError

CONTENT = {"one.gz": b"1" * 200_000, "two.gz": b"22"}
FILES = {name: hashlib.md5(content).hexdigest() for name, content in CONTENT.items()}
MNIST_FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


class Mirrors(http.server.ThreadingHTTPServer):
    """Serves CONTENT below paths that say how it is spoiled: /good/, /wrong/, /gone/, /cut/, /moody/."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked = Counter()

    def url(self, mood):
        return f"http://127.0.0.1:{self.server_address[1]}/{mood}/"


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        _, mood, name = self.path.split("/")
        self.server.asked[self.path] += 1
        content = CONTENT[name]
        if mood == "gone" or (mood == "moody" and self.server.asked[self.path] < 3):
            self.send_error(404 if mood == "gone" else 503)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write({"wrong": b"x" * len(content), "cut": content[: len(content) // 2]}.get(mood, content))

    def log_message(self, *_):
        pass


@pytest.fixture
def mirrors(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Mirrors()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def names(folder):
    return {path.name for path in folder.iterdir()} - {".download.lock"}


@pytest.mark.slow
def test_all_files_come_with_progress(mirrors, tmp_path):
    told = []
    download(FILES, [mirrors.url("good")], tmp_path, lambda *args: told.append(args))
    assert {name: (tmp_path / name).read_bytes() for name in FILES} == CONTENT
    shares = [share for _, share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {phase for phase, _, _ in told} == {"downloading"}
    assert told[-1][2] == "two.gz (2 of 2)"


def test_only_what_is_missing_is_brought(mirrors, tmp_path):
    (tmp_path / "one.gz").write_bytes(CONTENT["one.gz"])
    download(FILES, [mirrors.url("good")], tmp_path)
    assert set(mirrors.asked) == {"/good/two.gz"}


@pytest.mark.parametrize(("mood", "told"), [("wrong", "wrong checksum"), ("gone", "HTTP 404"), ("cut", "broke off")])
def test_a_bad_mirror_is_told_and_leaves_nothing_behind(mirrors, tmp_path, mood, told):
    with pytest.raises(DataUnavailableError, match=told) as caught:
        download(FILES, [mirrors.url(mood)], tmp_path, attempts=2, pause_s=0.01)
    assert names(tmp_path) == set()
    assert mirrors.asked[f"/{mood}/one.gz"] == 2
    assert str(tmp_path) in caught.value.hint
    assert all(name in caught.value.hint for name in FILES)


@pytest.mark.parametrize("mood", ["wrong", "gone", "cut"])
def test_the_second_mirror_is_asked_at_once(mirrors, tmp_path, mood):
    download(FILES, [mirrors.url(mood), mirrors.url("good")], tmp_path, pause_s=60.0)
    assert names(tmp_path) == set(FILES)


@pytest.mark.slow
def test_a_mirror_that_recovers_is_asked_again(mirrors, tmp_path):
    download(FILES, [mirrors.url("moody")], tmp_path, attempts=3, pause_s=0.01)
    assert names(tmp_path) == set(FILES)
    assert mirrors.asked["/moody/two.gz"] == 3


def test_progress_may_stop_it_and_nothing_is_left(mirrors, tmp_path):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(FILES, [mirrors.url("good")], tmp_path, stop)
    assert names(tmp_path) == set()


def test_a_folder_that_cannot_be_made_is_told(mirrors, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        download(FILES, [mirrors.url("good")], tmp_path / "file" / "mnist")


@pytest.fixture
def offline(monkeypatch, tmp_path):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("SNNTRAINER3D_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SNNTRAINER3D_DATA", str(tmp_path / "data"))
    return tmp_path


def test_offline_says_which_files_to_put_where(offline):
    with pytest.raises(DataUnavailableError, match="no connection") as caught:
        fetch("mnist", mirrors=["http://127.0.0.1:9/"], attempts=1)
    assert all(name in caught.value.hint for name in MNIST_FILES)
    assert str(offline / "home" / "data" / "mnist") in caught.value.hint
    assert not available("mnist")


def test_a_fetched_file_that_is_wrong_inside_is_named(offline):
    folder = offline / "data" / "mnist"
    folder.mkdir(parents=True)
    for name in MNIST_FILES:
        (folder / name).write_bytes(b"not gzip")
    assert available("mnist")
    with pytest.raises(FileFormatError, match=r"train-images-idx3-ubyte\.gz is not a whole IDX file"):
        load("mnist")


@pytest.mark.usefixtures("offline")
def test_what_ships_with_the_package_needs_no_network():
    fetch("digits")
    fetch("xor")
    assert len(load("digits").train) == 1438
