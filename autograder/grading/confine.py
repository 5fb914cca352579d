"""What a process inside the box gives up before it meets a learner's code. Linux only.

Each function takes away one kind of freedom: identity, namespaces, resources, files, system calls.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import struct
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

NEW_NS, NEW_IPC, NEW_USER, NEW_PID = 0x00020000, 0x08000000, 0x10000000, 0x20000000
_NEW_ANY = 0x7E020000
_NOSUID, _NODEV, _NOEXEC = 2, 4, 8
_REC_PRIVATE = 0x4000 | 0x40000
_DETACH = 2
_SET_DUMPABLE, _SET_SECCOMP, _CAPBSET_DROP, _SET_NO_NEW_PRIVS, _SET_CHILD_SUBREAPER = 4, 22, 24, 38, 36
_CAPABILITIES = 41

DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "ptmx", "pts")

# what no notebook needs, by the names libseccomp knows
_DENIED = """
    ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp mount umount2
    pivot_root chroot move_mount fsopen fsconfig fsmount fspick open_tree mount_setattr unshare setns
    name_to_handle_at open_by_handle_at bpf perf_event_open userfaultfd io_uring_setup io_uring_enter
    io_uring_register add_key request_key keyctl init_module finit_module delete_module kexec_load
    kexec_file_load reboot swapon swapoff acct quotactl settimeofday clock_settime adjtimex
    clock_adjtime sethostname setdomainname iopl ioperm vhangup lookup_dcookie nfsservctl
    fanotify_init
"""
_TIOCSTI = 0x5412
# Landlock's version from which on signals do not leave what it restricts (Linux 6.12)
SCOPES_SIGNALS = 6


class ConfineError(RuntimeError):
    """A wall that was asked for could not be built."""


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise ConfineError(f"{what}: {os.strerror(number)}")


def _prctl(option: int, argument: int = 0) -> int:
    return _libc.prctl(option, ctypes.c_ulong(argument), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def become(uid: int) -> None:
    """Turn from root into the user (and group) `uid` for good; every capability goes."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def uncover_proc() -> None:
    """Take off the covers bubblewrap puts over parts of /proc when it runs as root.

    A covered /proc cannot be mounted anew for a submission. The covers protect from root; nobody is root in here.
    """
    for name in ("sys", "sysrq-trigger", "irq", "bus"):
        while _libc.umount2(f"/proc/{name}".encode(), _DETACH) == 0:
            pass


def hide_memory(hidden: bool = True) -> None:
    """Forbid processes of the same user to look into this one (and into what it forks)."""
    _prctl(_SET_DUMPABLE, 0 if hidden else 1)


def adopt_orphans() -> None:
    """Become the parent of all orphans among the descendants, so that none gets out of sight."""
    _check(_prctl(_SET_CHILD_SUBREAPER, 1), "subreaper")


def enter_namespaces() -> None:
    """Move into own user, mount and IPC namespaces; the next child founds an own process namespace.

    Raises ConfineError where the system does not allow it.
    """
    uid, gid = os.getuid(), os.getgid()
    hide_memory(False)
    _check(_libc.unshare(NEW_USER | NEW_NS | NEW_PID | NEW_IPC), "unshare")
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    except OSError as error:
        raise ConfineError(f"user namespace: {error}") from None
    _check(_libc.mount(b"none", b"/", None, ctypes.c_ulong(_REC_PRIVATE), None), "private mounts")


def mount_empty(folder: str, size: int) -> None:
    """Put an empty folder of at most `size` bytes, in memory, in place of `folder`."""
    options = f"size={size},nr_inodes=20000,mode=0700".encode()
    flags = ctypes.c_ulong(_NOSUID | _NODEV)
    _check(_libc.mount(b"tmpfs", folder.encode(), b"tmpfs", flags, options), f"tmpfs on {folder}")


def mount_proc() -> bool:
    """Show only the processes of this process namespace in /proc; False where the system refuses."""
    flags = ctypes.c_ulong(_NOSUID | _NODEV | _NOEXEC)
    return _libc.mount(b"proc", b"/proc", b"proc", flags, None) == 0


def drop_capabilities() -> None:
    """Give up every capability, also those of the own user namespace, and any way to win one back."""
    for capability in range(_CAPABILITIES):
        _prctl(_CAPBSET_DROP, capability)
    header = struct.pack("Ii", 0x20080522, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
    _check(_prctl(_SET_NO_NEW_PRIVS, 1), "no_new_privs")


@dataclass(frozen=True)
class Allowance:
    """What one process may use: bytes of memory beyond what it starts with, processes, bytes a file, CPU seconds."""

    memory: int
    processes: int
    file_bytes: int
    cpu_seconds: int


def tasks_of_user() -> int:
    """How many processes and threads this user runs: the kernel counts them all, unless in a namespace of one's own."""
    found = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                found += len(os.listdir(folder / "task"))
    return found


def limit_resources(allowance: Allowance, *, others: int) -> None:
    """Set the limits the kernel enforces on each single process. `others`: tasks that count as the submission's."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    address_space = pages * resource.getpagesize() + allowance.memory
    for name, value in (
        ("AS", address_space),
        ("NPROC", allowance.processes + others),
        ("FSIZE", allowance.file_bytes),
        ("CPU", allowance.cpu_seconds),
        ("NOFILE", 1024),
        ("CORE", 0),
        ("MSGQUEUE", 0),
    ):
        which = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))


def restrict_files(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Allow these folders and the usual devices only; signals and TCP stay inside too. Returns Landlock's version.

    0 where the kernel or the package has no Landlock.
    """
    version = landlock_version()
    if not version:
        return 0
    from py_landlock import AccessFs, Landlock, LandlockError

    read = AccessFs.READ_FILE | AccessFs.READ_DIR | AccessFs.EXECUTE
    of_files = AccessFs.READ_FILE | AccessFs.WRITE_FILE | AccessFs.EXECUTE | AccessFs.TRUNCATE | AccessFs.IOCTL_DEV
    everything = ~AccessFs(0) & ~AccessFs.MAKE_CHAR & ~AccessFs.MAKE_BLOCK
    device = AccessFs.READ_FILE | AccessFs.READ_DIR | AccessFs.WRITE_FILE | AccessFs.IOCTL_DEV
    rules = Landlock(strict=False)
    devices = [f"/dev/{name}" for name in DEVICES]
    for paths, access in ((readable, read), (writable, everything), (devices, device)):
        for path in filter(os.path.exists, paths):
            rules.add_path_rule(path, access=access if os.path.isdir(path) else access & of_files)
    try:
        rules.apply()
    except (LandlockError, OSError) as error:
        raise ConfineError(f"Landlock: {error}") from None
    return version


def landlock_version() -> int:
    """Landlock's version, 0 where the kernel or the package has none."""
    try:
        from py_landlock import Landlock, LandlockError
    except ImportError:
        return 0
    try:
        return int(Landlock(strict=False).abi_version)
    except (LandlockError, OSError):
        return 0


def build_filter(*, connect: bool, kill: bool) -> bytes:
    """Return the system call filter as BPF code, b"" where the system has no libseccomp.

    Sockets only within the machine; `connect` and `kill` say whether those calls are left.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, OSError, RuntimeError):
        return b""
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(errno.EPERM)
    denied = [
        *_DENIED.split(),
        *(() if connect else ("connect",)),
        *(() if kill else ("kill", "tkill", "pidfd_send_signal")),
    ]
    for name in denied:
        # an unknown name is a call this machine does not have
        with contextlib.suppress(OSError, ValueError):
            rules.add_rule(refuse, name)
    rules.add_rule(refuse, "socket", seccomp.Arg(0, seccomp.NE, 1))
    rules.add_rule(refuse, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, _TIOCSTI))
    for bit in (1 << n for n in range(32)):
        if _NEW_ANY & bit:
            rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, bit, bit))
    # the C library falls back to `clone`, whose flags a filter can see
    with contextlib.suppress(OSError, ValueError):
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def install_filter(code: bytes) -> None:
    """Put the system call filter in force for this process and all it starts."""
    if not code:
        return
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    _check(_prctl(_SET_NO_NEW_PRIVS, 1), "no_new_privs")
    _check(_libc.prctl(_SET_SECCOMP, ctypes.c_ulong(2), program, ctypes.c_ulong(0), ctypes.c_ulong(0)), "seccomp")
