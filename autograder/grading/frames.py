"""Messages between the trusted side and the box: JSON behind a length, over a stream socket.

What comes out of the box is read as JSON within a size limit and never as anything else.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

HEADER = struct.Struct(">I")
CREDENTIALS = struct.Struct("3i")
MAX_FRAME = 8_000_000
TICK = 0.1


class Closed(Exception):
    """The other side is gone, or speaks no frames."""


class Late(Exception):
    """No complete frame arrived in time."""


class Channel:
    """One end of a stream socket that carries frames, and file descriptors with them."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock

    def send(self, message: Any, fds: tuple[int, ...] = ()) -> None:
        """Send one message. Raises Closed where nobody listens."""
        self.send_bytes(json.dumps(message, separators=(",", ":")).encode(), fds)

    def send_bytes(self, payload: bytes, fds: tuple[int, ...] = ()) -> None:
        """Send one message that is already JSON."""
        data = HEADER.pack(len(payload)) + payload
        try:
            sent = socket.send_fds(self.sock, [data], list(fds)) if fds else 0
            self.sock.sendall(data[sent:])
        except OSError as error:
            raise Closed(str(error)) from None

    def receive(self, max_fds: int = 0) -> tuple[Any, list[int]]:
        """Wait for one message and the descriptors that come with it (the box's own side: no limit on time)."""
        fds: list[int] = []
        try:
            if max_fds:
                head, fds, _, _ = socket.recv_fds(self.sock, HEADER.size, max_fds, socket.MSG_CMSG_CLOEXEC)
            else:
                head = self.sock.recv(HEADER.size)
            head += self._exactly(HEADER.size - len(head)) if head else b""
            if not head:
                raise Closed("end of stream")
            return json.loads(self._exactly(HEADER.unpack(head)[0])), fds
        except (OSError, ValueError) as error:
            raise Closed(str(error)) from None

    def _exactly(self, n: int) -> bytes:
        parts = []
        while n:
            part = self.sock.recv(min(n, 1 << 20))
            if not part:
                raise Closed("end of stream")
            parts.append(part)
            n -= len(part)
        return b"".join(parts)

    def receive_by(
        self, deadline: float, tick: Callable[[], None] = lambda: None, limit: int = MAX_FRAME
    ) -> tuple[dict[str, Any], int]:
        """Return one message from an untrusted sender and its size in bytes.

        `tick` is called about every tenth of a second and may raise. Raises Late at `deadline` (of
        `time.monotonic`), Closed where the sender is gone or sends anything but a JSON object within `limit` bytes.
        """
        size = HEADER.unpack(self._exactly_by(HEADER.size, deadline, tick))[0]
        if not 0 < size <= limit:
            raise Closed(f"a frame of {size} bytes")
        payload = self._exactly_by(size, deadline, tick)
        try:
            message = json.loads(payload, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise Closed(f"no JSON: {error}") from None
        if not isinstance(message, dict):
            raise Closed("a frame that is no object")
        # JSON can spell halves of surrogate pairs, which no file can hold
        return (_mended(message) if b"\\ud" in payload.lower() else message), size

    def _exactly_by(self, n: int, deadline: float, tick: Callable[[], None]) -> bytes:
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        data = bytearray()
        ticked = time.monotonic()
        while len(data) < n:
            now = time.monotonic()
            if now >= deadline:
                raise Late
            if now - ticked >= TICK:
                tick()
                ticked = now
            if not poll.poll(1000 * min(TICK, deadline - now)):
                continue
            try:
                part = self.sock.recv(min(n - len(data), 1 << 20))
            except OSError as error:
                raise Closed(str(error)) from None
            if not part:
                raise Closed("end of stream")
            data += part
        return bytes(data)

    def receive_pid(self, seconds: float) -> int:
        """Return the process id of the sender of one greeting, as the kernel tells it. Raises Closed or Late.

        The socket must have had SO_PASSCRED set before the greeting was sent.
        """
        self.sock.settimeout(seconds)
        try:
            data, ancillary, _, _ = self.sock.recvmsg(1, socket.CMSG_SPACE(CREDENTIALS.size))
        except TimeoutError:
            raise Late from None
        except OSError as error:
            raise Closed(str(error)) from None
        finally:
            self.sock.settimeout(None)
        for level, kind, payload in ancillary:
            if data and (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                pid = CREDENTIALS.unpack(payload[: CREDENTIALS.size])[0]
                if pid > 0:
                    return pid
        raise Closed("no greeting")

    def greet(self) -> None:
        """Tell the other side which process this is: the kernel adds the process id."""
        try:
            self.sock.sendall(b"!")
        except OSError as error:
            raise Closed(str(error)) from None

    def close(self) -> None:
        """Close this end."""
        self.sock.close()


def _refuse(name: str) -> None:
    raise ValueError(f"the bare literal {name}")


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_mended(entry) for entry in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(entry) for key, entry in value.items()}
    return value


def pair() -> tuple[Channel, socket.socket]:
    """Return the trusted end of a new channel, which learns who sends, and the socket for the other side."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return Channel(ours), theirs
