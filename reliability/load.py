"""The application under load: many long runs, many pages and clients, a million updates; what it takes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import ssl
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
from websockets.asyncio.client import connect

from reliability.victims import Server
from snntrainer3d.events import EpochDone, Finished, Prepared, StateChanged, Update, dump_event
from snntrainer3d.runs import RunStore
from snntrainer3d.spec import parse_run

PAGES, CLIENTS = 10, 100
LOOK_S = 5.0
_LEAKY = {"kind": "leaky", "beta": 0.8}


def tiny(**training: Any) -> dict[str, Any]:
    """Give the document of a network of 4 hidden neurons on digits."""
    layers = [{"kind": "dense", "size": size, "neuron": _LEAKY} for size in (4, 10)]
    common = {"dataset": "digits", "num_steps": 2, "validation_share": 0.0, "engine": "fused"}
    return {"network": {"input": {"shape": [1, 8, 8]}, "layers": layers}, "training": {**common, **training}}


def taken(server: Server) -> dict[str, int]:
    """Give what a server and its own processes take; jobs, which outlive it, are not counted."""
    process = psutil.Process(server.pid)
    children = [one for one in process.children(recursive=True) if "snntrainer3d.jobs.child" not in one.cmdline()]
    return {
        "memory_mb": sum(one.memory_info().rss for one in (process, *children)) >> 20,
        "files": process.num_fds(),
        "sockets": len(process.net_connections("inet")),
        "threads": process.num_threads(),
    }


def machine() -> dict[str, Any]:
    """Give what the figures depend on: cores, and how many processes waited for them in the last minute."""
    return {"cores": psutil.cpu_count(), "load_average": round(psutil.getloadavg()[0], 1)}


def _cpu_s(server: Server) -> float:
    times = psutil.Process(server.pid).cpu_times()
    return times.user + times.system


def many_runs(home: Path, runs: int, points: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Fill a store with long runs, then time what a page asks of it."""
    _fill(home, runs, points, tell)
    with Server(home) as server:
        first = _timed(server, 5)
        ids = [row["id"] for row in server.ask("GET", "/runs")["runs"][:20]]
        for run in ids:
            server.ask("GET", f"/runs/{run}/curves?points=500")
        return {"runs": runs, "points": points, "asked_ms": first, **machine(), **taken(server)}


def _fill(home: Path, runs: int, points: int, tell: Callable[[str], None]) -> None:
    spec = parse_run(tiny())
    prepared = Prepared(
        engine="fused", threads=1, parameters=310, train_samples=1438, validation_samples=0, test_samples=359,
        updates_per_epoch=100, total_updates=points,
    )  # fmt: skip
    record = _record(points, prepared)
    with RunStore(home) as store:
        for at in range(runs):
            run = store.create(spec, launcher="cli").id
            store.folder(run).events.write_bytes(record)
            store.sync(run)
            if (at + 1) % 100 == 0:
                tell(f"{at + 1} runs of {points:,} points written")


def _record(points: int, prepared: Prepared) -> bytes:
    """Give the record of a run with so many points, an epoch for every hundred."""
    events: list[Any] = [StateChanged(state="running"), prepared]
    for done in range(1, points + 1):
        epoch = 1 + (done - 1) // 100
        measured = {"loss": 2.0 / done, "accuracy": 0.5, "learning_rate": 1e-3, "samples_per_second": 1e4}
        events.append(Update(update=done, epoch=epoch, rates=[0.1, 0.2], **measured))
        if done % 100 == 0:
            events.append(
                EpochDone(epoch=epoch, update=done, train_loss=0.2, train_accuracy=0.9, rates=[], seconds=1.0)
            )
    events.append(Finished(results={"updates": points}))
    return b"".join(dump_event(event) + b"\n" for event in events)


def _timed(server: Server, times: int) -> dict[str, float]:
    """Give the median time of each question in milliseconds."""
    run = server.ask("GET", "/runs?limit=1")["runs"][0]["id"]
    questions = {
        "the list of all runs": "/runs",
        "the newest 50 runs": "/runs?limit=50",
        "the best 50 runs": "/runs?sort=test_accuracy&limit=50",
        "one run": f"/runs/{run}",
        "a curve of 500 points": f"/runs/{run}/curves?points=500",
        "a page of events": f"/runs/{run}/events?after=9000",
    }
    return {
        name: round(statistics.median(_ms(server, path) for _ in range(times)), 1) for name, path in questions.items()
    }


def _ms(server: Server, path: str) -> float:
    begun = time.perf_counter()
    server.ask("GET", path)
    return (time.perf_counter() - begun) * 1000


def many_clients(home: Path, seconds: float) -> dict[str, Any]:
    """Let ten pages watch one training and a hundred clients ask, and see what the server takes."""
    with Server(home) as server:
        run = server.ask("POST", "/runs", json={"spec": tiny(epochs=100_000, batch_size=64)})["id"]
        server.until(run, "running", update=1)
        before, cpu = taken(server), _cpu_s(server)
        got, asked, during = asyncio.run(_crowd(server, run, seconds))
        cpu = _cpu_s(server) - cpu
        server.ask("POST", f"/runs/{run}/cancel")
        server.until(run, "cancelled")
        time.sleep(2)
        return {
            "pages": PAGES, "clients": CLIENTS, "seconds": seconds, **machine(), "server_cpu_s": round(cpu, 1),
            "frames": got["frames"], "messages": got["texts"],
            "requests": len(asked), "request_median_ms": round(statistics.median(asked) * 1000, 1),
            "request_95_ms": round(sorted(asked)[int(0.95 * len(asked))] * 1000, 1),
            "request_slowest_ms": round(max(asked) * 1000, 1), "before": before, "during": during,
            "after": taken(server),
        }  # fmt: skip


async def _crowd(server: Server, run: str, seconds: float) -> tuple[dict[str, int], list[float], dict[str, int]]:
    url = server.url
    got = {"frames": 0, "texts": 0}
    asked: list[float] = []
    end = time.monotonic() + seconds

    async def page() -> None:
        async with connect(url.replace("http", "ws") + "/api/ws", max_size=None, proxy=None, open_timeout=None) as line:
            await line.send(json.dumps({"watch": run, "hertz": 5, "events_after": 0}))
            while (left := end - time.monotonic()) > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(left):
                        message = await line.recv()
                        if isinstance(message, bytes):
                            got["frames"] += 1
                            await line.send(json.dumps({"ack": int.from_bytes(message[8:12], "little")}))
                        else:
                            got["texts"] += 1

    async def client(at: int, mine: httpx.AsyncClient) -> None:
        paths = ["/api/runs", f"/api/runs/{run}", "/api/health", f"/api/runs/{run}/curves?points=200"]
        await asyncio.sleep(at / CLIENTS)
        while time.monotonic() < end:
            begun = time.perf_counter()
            answer = await mine.get(paths[at % len(paths)])
            assert answer.status_code == 200, answer.text
            asked.append(time.perf_counter() - begun)
            await asyncio.sleep(1.0)

    async def look() -> dict[str, int]:
        await asyncio.sleep(seconds / 2)
        return await asyncio.to_thread(taken, server)

    # One for all of them, made before: each takes this process time in which it would not answer the pages.
    context = ssl.create_default_context()
    async with contextlib.AsyncExitStack() as stack:
        made = [httpx.AsyncClient(base_url=url, timeout=120, verify=context) for _ in range(CLIENTS)]
        clients = [await stack.enter_async_context(one) for one in made]
        end = time.monotonic() + seconds
        pages = (page() for _ in range(PAGES))
        asking = (client(at, one) for at, one in enumerate(clients))
        during, *_ = await asyncio.gather(look(), *pages, *asking)
    return got, asked, during


def many_updates(home: Path, updates: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Train a tiny network for so many updates in one server, and look at it all the while."""
    batch, samples = 1, 1438
    epochs = -(-updates // -(-samples // batch))
    with Server(home) as server:
        spec = tiny(epochs=epochs, batch_size=batch, learning_rate=1e-4)
        run = server.ask("POST", "/runs", json={"spec": spec})["id"]
        looks: list[dict[str, Any]] = []
        while (row := server.ask("GET", f"/runs/{run}"))["status"] not in {"finished", "failed", "interrupted"}:
            done = (row["progress"] or {}).get("update", 0)
            job = [one for one in psutil.Process(server.pid).children() if "snntrainer3d.jobs.child" in one.cmdline()]
            job_mb = sum(one.memory_info().rss for one in job) >> 20
            size = sum(file.stat().st_size for file in home.rglob("*") if file.is_file()) >> 10
            looks.append({"at": time.monotonic(), "update": done, "job_mb": job_mb, "home_kb": size, **taken(server)})
            if len(looks) % 12 == 0:
                tell(str(looks[-1]))
            time.sleep(LOOK_S)
        done = (row["progress"] or {}).get("update", 0)
        return {"status": row["status"], "updates": done, "looks": _few(looks), **machine()}


def _few(looks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give ten moments, each with the updates a second since the one before."""
    begun = [look for look in looks if look["update"] > 0]
    chosen = [begun[round(at * (len(begun) - 1) / 9)] for at in range(10)] if len(begun) >= 10 else begun
    for before, look in itertools.pairwise(chosen):
        look["updates_per_s"] = round((look["update"] - before["update"]) / max(look["at"] - before["at"], 1e-9))
    return [{key: value for key, value in look.items() if key != "at"} for look in chosen]
