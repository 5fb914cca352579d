"""Send work to a Dask cluster: the same unit of work, on any machine that has this package and a sandbox.

Neither scheduler nor workers need the course: cells go out, transcripts come back, the judgement stays here.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.grading.course import GradingError, stop
from autograder.grading.host import ServerError
from autograder.grading.sandbox import SandboxError
from autograder.grading.work import Work, close_servers, run

if TYPE_CHECKING:
    from distributed import Client
    from distributed import Future as Task

# for the scheduler to answer, and for a worker to be there
ANSWER_SECONDS, WORKER_SECONDS = 20, 60
# a fork server holds some 400 MB: a worker that has nothing to do gives them back
IDLE_SECONDS = 60

_lock = threading.Lock()
_running = 0
_closing: threading.Timer | None = None


class Cluster:
    """Hands work to a Dask cluster; whatever the cluster does, every future ends."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._call = _call()
        self._tasks: set[Task] = set()

    def submit(self, work: Work) -> Future[str]:
        """Send work to whichever worker is free. The future raises what `run` raises, and GradingError."""
        found: Future[str] = Future()
        task = self.client.submit(self._call, pickle.dumps(work), package_version(), pure=False)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._take(done, found))
        return found

    def cancel(self) -> None:
        """Take back what has not come back."""
        self.client.cancel(list(self._tasks))

    def _take(self, task: Task, found: Future[str]) -> None:
        self._tasks.discard(task)
        try:
            found.set_result(task.result())
        except (ServerError, SandboxError) as error:
            found.set_exception(error)
        except ImportError as error:
            found.set_exception(GradingError(str(error)))
        except CancelledError:
            lost = "The connection to the Dask scheduler was lost; what was graded so far is kept."
            found.set_exception(GradingError(f"{lost} Run the same command again."))
        except Exception as error:
            # a worker that was killed again and again, for one: nobody's zero
            told = (str(error).splitlines() or [""])[0]
            found.set_exception(ServerError(f"Dask: {type(error).__name__} {told}".strip()))


@contextmanager
def cluster(address: str, say: Callable[[str], None]) -> Iterator[Cluster]:
    """Connect to the Dask scheduler at `address`. Raises GradingError, in one line, where nothing can be sent to it."""
    try:
        from distributed import Client
    except ImportError:
        stop("--scheduler needs Dask: install the extra `cluster` (pip install -c constraints.txt -e '.[cluster]').")
    # what Dask reports about connections, the lines below say shorter
    for name in [name for name in logging.root.manager.loggerDict if name.startswith(("distributed", "tornado"))]:
        logging.getLogger(name).setLevel(logging.CRITICAL)

    class Connection(Client):
        def __del__(self) -> None:
            """Where nothing could be reached, Dask's own would wait another 40 seconds."""

    try:
        _knock(address)
        client = Connection(address, timeout=ANSWER_SECONDS, set_as_default=False)
    # Dask meets whatever listens there with whatever error (a web server, for one, with MemoryError)
    except Exception as error:
        told = (str(error).splitlines() or [type(error).__name__])[0]
        stop(f"No Dask scheduler answers at {address} ({told}). Is the address right, and `dask scheduler` running?")
    with client:
        if not client.scheduler_info()["workers"]:
            say(f"The scheduler at {address} has no worker yet; waiting for one.")
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError:
            stop(f"The Dask scheduler at {address} has no worker. Start some with `dask worker {address}`.")
        workers = Cluster(client)
        try:
            yield workers
        finally:
            workers.cancel()


def _knock(address: str) -> None:
    """See whether anybody listens: Dask itself would try for its full time, and longer for an address that is none."""
    from distributed.comm import parse_address, parse_host_port

    scheme, place = parse_address(address)
    if scheme not in ("tcp", "tls"):
        raise ValueError(f"{scheme}:// is none of its addresses")
    socket.create_connection(parse_host_port(place), timeout=ANSWER_SECONDS).close()


def _call() -> Callable[[bytes, str], str]:
    """What a worker calls. As a local function it is sent as code, so that a worker without the package can say so."""

    def execute_submission(work: bytes, version: str) -> str:
        from distributed import get_worker

        where = f"The Dask worker {get_worker().address}"
        try:
            from autograder.grading import cluster
        except ImportError as error:
            raise ImportError(f"{where} cannot import the course's package ({error}). Install it there.") from None
        if cluster.package_version() != version:
            raise ImportError(f"{where} has another version of the course's package. Update and restart it.")
        return cluster.run_here(work)

    return execute_submission


def run_here(work: bytes) -> str:
    """On a worker: execute one submission, and end its fork servers when nothing has come for a while."""
    global _running, _closing
    found: Work = pickle.loads(work)
    with _lock:
        _running += 1
        if _closing is not None:
            _closing.cancel()
            _closing = None
    try:
        return run(found)
    finally:
        with _lock:
            _running -= 1
            if not _running:
                _closing = threading.Timer(IDLE_SECONDS, _close_when_idle)
                _closing.daemon = True
                _closing.start()


def _close_when_idle() -> None:
    with _lock:
        if not _running:
            close_servers()


@cache
def package_version() -> str:
    """A fingerprint of what this process has loaded, or is about to: the package without its tests."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted([*package.glob("*.py"), *package.glob("exercises/*.py"), *package.glob("grading/*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
