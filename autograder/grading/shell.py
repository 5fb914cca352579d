"""An IPython shell inside one process that behaves as a Jupyter kernel does and hands its outputs on as plain data."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import getpass
import inspect
import io
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from ipykernel import zmqshell
from ipykernel.compiler import XCachingCompiler
from IPython.core.error import StdinNotImplementedError
from jupyter_client.session import Session, json_packer

Emit = Callable[[bytes], None]
FLUSH_SECONDS = 0.2


class Outputs:
    """Where everything that a cell shows passes through: counted, cut where it is too much, then emitted as JSON."""

    def __init__(self) -> None:
        self.emit: Emit = lambda payload: None
        self.limit = 1_000_000
        self.left = 0
        self.lost = 0

    def start(self) -> None:
        """Begin a new cell."""
        self.left, self.lost = self.limit, 0

    def text(self, name: str, text: str) -> None:
        """Hand on printed text, as much of it as is left."""
        kept = text[: self.left]
        self.lost += len(text) - len(kept)
        self.left -= len(kept)
        if kept:
            self.emit(json_packer({"event": "stream", "name": name, "text": kept}))

    def message(self, kind: str, content: dict[str, Any]) -> None:
        """Hand on what a kernel would send as a message of this kind."""
        payload = json_packer({"event": kind, "content": content})
        # figures may take more room than text, but not without end
        if len(payload) > 4 * self.limit or self.left <= -16 * self.limit:
            self.lost += len(payload)
            return
        self.left -= len(payload) // 4
        self.emit(payload)

    def finish(self) -> None:
        """End a cell; says what was cut."""
        if self.lost:
            note = f"\n[{self.lost:,} more characters of output were cut here]\n"
            self.emit(json_packer({"event": "stream", "name": "stdout", "text": note}))


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr`: gathers text for a moment, as a kernel does, and what reaches the descriptor."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name, self.outputs = name, outputs
        self.parts: list[str] = []
        self.size, self.since = 0, 0.0
        self.descriptor = -1

    def capture_descriptor(self, descriptor: int) -> None:
        """Let what is written to file descriptor 1 or 2 from outside Python arrive here too."""
        self.descriptor = descriptor
        memory = os.memfd_create(self.name)
        os.dup2(memory, descriptor)
        os.close(memory)

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        now = time.monotonic()
        if self.parts and (now - self.since > FLUSH_SECONDS or self.size > 100_000):
            self.flush()
        if not self.parts:
            self.since = now
        kept = text if len(text) <= self.outputs.limit else text[: self.outputs.limit]
        self.outputs.lost += len(text) - len(kept)
        self.parts.append(kept)
        self.size += len(kept)
        return len(text)

    def flush(self) -> None:
        text = "".join(self.parts) + self._from_descriptor()
        self.parts, self.size = [], 0
        if text:
            self.outputs.text(self.name, text)

    def _from_descriptor(self) -> str:
        try:
            size = os.fstat(self.descriptor).st_size
            if not size:
                return ""
            data = os.pread(self.descriptor, min(size, self.outputs.limit), 0)
            os.ftruncate(self.descriptor, 0)
            os.lseek(self.descriptor, 0, os.SEEK_SET)
        except OSError:
            return ""
        self.outputs.lost += size - len(data)
        return data.decode("utf-8", "replace")

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        if self.descriptor < 0:
            raise io.UnsupportedOperation("fileno")
        return self.descriptor


class _Messages(Session):
    """A kernel's session whose messages end up in `Outputs`."""

    outputs: Outputs

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
        if isinstance(msg_or_type, dict):
            kind, content = msg_or_type["header"]["msg_type"], msg_or_type["content"]
        else:
            kind = msg_or_type
        self.outputs.message(kind, content)
        return None


class _Compiler(XCachingCompiler):
    """Names cells as a kernel does, and spares tracebacks a search through all modules for each frame."""

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        name = super().get_code_name(raw_code, code, number)
        by_file: dict[str, str] = inspect.modulesbyfile  # type: ignore[attr-defined]
        by_file[name] = by_file[os.path.realpath(name)] = "__main__"
        return name


class _Kernel:
    """What a shell asks of its kernel."""

    eventloop = None


class ZMQInteractiveShell(zmqshell.ZMQInteractiveShell):
    """The kernel's own shell under the kernel's own name, without a kernel."""

    def enable_gui(self, gui: Any = None) -> None:
        """There is no event loop of a window system to join."""


class Notebook:
    """A running notebook: executes cells one at a time."""

    def __init__(self) -> None:
        from traitlets.config import Config

        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        self.outputs = Outputs()
        session = _Messages()
        session.outputs = self.outputs
        ZMQInteractiveShell.clear_instance()
        self.shell = ZMQInteractiveShell.instance(config=config, compiler_class=_Compiler)
        self.shell.kernel = _Kernel()
        self.shell.displayhook.session = session
        self.shell.display_pub.session = session
        self.stdout, self.stderr = Stream("stdout", self.outputs), Stream("stderr", self.outputs)
        self.loop: asyncio.AbstractEventLoop | None = None
        self.lost_loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """Take over the streams of this process."""
        sys.stdout, sys.stderr = self.stdout, self.stderr
        builtins.input = getpass.getpass = _no_input
        self.stdout.capture_descriptor(1)
        self.stderr.capture_descriptor(2)

    def run(self, source: str) -> dict[str, Any]:
        """Execute one cell as a kernel would and return how it ended; outputs are emitted meanwhile."""
        self.outputs.start()
        if not source.strip():
            return {"status": "ok", "execution_count": None}
        result = self._run_in_loop(source)
        for stream in (self.stdout, self.stderr):
            stream.flush()
        self.outputs.finish()
        wrong = result is None or not result.success or self.shell._last_traceback_during_displayhook
        return {"status": "error" if wrong else "ok", "execution_count": self.shell.execution_count - 1}

    def skip(self, source: str) -> int:
        """Count a cell that was executed elsewhere as executed; returns its number."""
        self.shell.history_manager.store_inputs(self.shell.execution_count, source)
        self.shell.execution_count += 1
        return self.shell.execution_count - 1

    def _run_in_loop(self, source: str) -> Any:
        # inside a running event loop as in Jupyter, where `asyncio.run` fails and `await` works
        if self.loop is None or not _works(self.loop):
            # a loop that lost its descriptors is kept: it would complain when collected
            self.lost_loop = self.loop
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
        task = self.loop.create_task(self._run(source))
        try:
            return self.loop.run_until_complete(task)
        except KeyboardInterrupt:
            # it came while the cell was waiting for something else in the loop
            pass
        except OSError:
            # the cell closed all file descriptors, the loop's too
            return task.result() if task.done() else None
        if task.done():
            return None
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
            return self.loop.run_until_complete(task)
        return None

    async def _run(self, source: str) -> Any:
        shell = self.shell
        failure = None
        try:
            transformed = shell.transform_cell(source)
        except Exception:
            transformed, failure = source, sys.exc_info()
        if not shell.should_run_async(source, transformed_cell=transformed, preprocessing_exc_tuple=failure):
            return shell.run_cell(source, store_history=True)
        shell._last_traceback_during_displayhook = False
        result = None
        try:
            result = await shell.run_cell_async(
                source, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=failure
            )
        finally:
            shell.events.trigger("post_execute")
            shell.events.trigger("post_run_cell", result)
        return result


def _works(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        os.fstat(loop._selector.fileno())  # type: ignore[attr-defined]
    except (OSError, ValueError):
        return False
    return not loop.is_closed()


def _no_input(prompt: str = "", stream: Any = None) -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")
