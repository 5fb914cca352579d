"""Run a learner's code so that nothing outside the run changes: seeds, settings, output, the notebook's variables."""

from __future__ import annotations

import contextlib
import copy
import ctypes
import functools
import os
import random
import signal
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from autograder.recorder import OutOfTime

_ATOMS = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, int, float, complex, str, bytes)


@contextlib.contextmanager
def isolated(obj: Any, seed: int, stand_ins: dict[str, Any] | None = None) -> Iterator[None]:
    """Seed everything, silence everything, and put everything back afterwards.

    The global variables that the learner's code can reach are replaced by copies meanwhile, so that a function that
    trains the notebook's `model` instead of its own argument leaves the notebook's as it was. `stand_ins` replace
    globals of the same name.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_settings_kept())
        stack.enter_context(_output_captured())
        stack.enter_context(_figures_kept())
        for namespace in _namespaces(obj):
            stack.enter_context(_variables_kept(obj, namespace, stand_ins or {}))
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        random.seed(seed)
        yield


@contextlib.contextmanager
def _settings_kept() -> Iterator[None]:
    kept = random.getstate(), np.random.get_state(), torch.get_rng_state()
    threads, dtype, folder = torch.get_num_threads(), torch.get_default_dtype(), os.getcwd()
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float32)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), torch.inference_mode(False), torch.enable_grad():
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.set_num_threads(threads)
        torch.set_default_dtype(dtype)
        random.setstate(kept[0])
        np.random.set_state(kept[1])
        torch.set_rng_state(kept[2])
        os.chdir(folder)


@contextlib.contextmanager
def _output_captured() -> Iterator[None]:
    """Swallow what is printed or displayed; without IPython only what is printed."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    sink = _Sink()
    with contextlib.ExitStack() as stack:
        if shell is not None:
            from IPython.utils.capture import capture_output

            stack.enter_context(capture_output())
        stack.enter_context(contextlib.redirect_stdout(sink))
        stack.enter_context(contextlib.redirect_stderr(sink))
        yield


class _Sink:
    """A text stream that forgets: an endless loop that prints must not fill the memory."""

    encoding, errors = "utf-8", "strict"

    def write(self, text: str) -> int:
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        pass

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


@contextlib.contextmanager
def _figures_kept() -> Iterator[None]:
    """Close the figures that the learner's code opens meanwhile."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    before = set(pyplot.get_fignums()) if pyplot else set()
    try:
        yield
    finally:
        pyplot = sys.modules.get("matplotlib.pyplot")
        for number in set(pyplot.get_fignums()) - before if pyplot else ():
            pyplot.close(number)


def _functions(obj: Any) -> list[types.FunctionType]:
    """The plain functions behind a function, class, bound method, partial or callable instance."""
    if isinstance(obj, functools.partial):
        return _functions(obj.func)
    if isinstance(obj, types.MethodType):
        return _functions(obj.__func__)
    if isinstance(obj, types.FunctionType):
        wrapped = getattr(obj, "__wrapped__", None)
        return [obj, *(_functions(wrapped) if wrapped is not None else [])]
    if isinstance(obj, property):
        return _functions(obj.fget)
    if isinstance(obj, (staticmethod, classmethod)):
        return _functions(obj.__func__)
    cls = obj if isinstance(obj, type) else type(obj)
    members = [member for part in cls.__mro__[:-1] for member in vars(part).values()]
    kinds = (types.FunctionType, property, staticmethod, classmethod)
    return [function for member in members if isinstance(member, kinds) for function in _functions(member)]


def _namespaces(obj: Any) -> list[dict[str, Any]]:
    """The global namespaces of the learner's own code (not those of installed modules)."""
    found: list[dict[str, Any]] = []
    for function in _functions(obj):
        module = sys.modules.get(function.__globals__.get("__name__", ""))
        installed = module is not None and "site-packages" in (getattr(module, "__file__", None) or "")
        if not installed and not any(function.__globals__ is namespace for namespace in found):
            found.append(function.__globals__)
    return found


def _reachable(obj: Any, namespace: dict[str, Any]) -> set[str]:
    """The names of `namespace` that the code of `obj` can reach, through functions and classes of the namespace."""
    names: set[str] = set()
    waiting = [f.__code__ for f in _functions(obj) if f.__globals__ is namespace]
    while waiting:
        code = waiting.pop()
        waiting += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
        for name in set(code.co_names) - names:
            if name in namespace:
                names.add(name)
                waiting += [f.__code__ for f in _functions(namespace[name]) if f.__globals__ is namespace]
    return names


@contextlib.contextmanager
def _variables_kept(obj: Any, namespace: dict[str, Any], stand_ins: dict[str, Any]) -> Iterator[None]:
    before = dict(namespace)
    reachable = {name: before[name] for name in _reachable(obj, namespace) if not isinstance(before[name], _ATOMS)}
    namespace.update(_copies(reachable))
    namespace.update({name: value for name, value in stand_ins.items() if name in before})
    try:
        yield
    finally:
        for name in set(namespace) - set(before):
            del namespace[name]
        namespace.update(before)


def _copies(values: dict[str, Any]) -> dict[str, Any]:
    """Deep copies that keep shared parts shared; a value that cannot be copied stands for itself."""
    try:
        return copy.deepcopy(values)
    except Exception:
        copies = {}
        for name, value in values.items():
            try:
                copies[name] = copy.deepcopy(value)
            except Exception:
                # such as a generator or a tensor inside a graph: nothing better to do than to lend the original
                copies[name] = value
        return copies


class time_limit:
    """Raise OutOfTime in the code under `with` after `seconds`, again and again until it leaves the block.

    Counts the process's own computing time, so that a busy machine takes nothing away from honest code; what only
    waits is stopped after `PATIENCE` times as many seconds on the clock.

    Once is not enough: a bare `except:` in an endless loop swallows it. Signals reach sleeping code but only work in
    the main thread of a POSIX process; elsewhere a watchdog thread does it between two bytecodes.
    """

    REPEAT = 0.02
    PATIENCE = 3

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.armed = False

    def _is_over(self) -> bool:
        computing, clock = time.process_time() - self.started[0], time.monotonic() - self.started[1]
        return computing >= self.seconds or clock >= self.PATIENCE * self.seconds

    def __enter__(self) -> time_limit:
        self.armed = True
        self.started = time.process_time(), time.monotonic()
        main = threading.current_thread() is threading.main_thread()
        self.by_signal = hasattr(signal, "setitimer") and main
        if self.by_signal:
            self.handler = signal.signal(signal.SIGALRM, self._on_alarm)
            signal.setitimer(signal.ITIMER_REAL, self.seconds, self.REPEAT)
        else:
            self.thread_id, self.done, self.lock = threading.get_ident(), threading.Event(), threading.Lock()
            threading.Thread(target=self._watch, daemon=True).start()
        return self

    def disarm(self) -> None:
        """Stop raising; call it first in whatever catches OutOfTime."""
        self.armed = False
        if self.by_signal:
            signal.setitimer(signal.ITIMER_REAL, 0)
        else:
            with self.lock:
                self.done.set()
                _raise_in(self.thread_id, None)

    def __exit__(self, *_: object) -> None:
        self.disarm()
        if self.by_signal:
            signal.signal(signal.SIGALRM, self.handler)

    def _on_alarm(self, *_: object) -> None:
        if self.armed and self._is_over():
            raise OutOfTime

    def _watch(self) -> None:
        if self.done.wait(self.seconds):
            return
        while not self.done.wait(self.REPEAT):
            with self.lock:
                if not self.done.is_set() and self._is_over():
                    _raise_in(self.thread_id, OutOfTime)


def _raise_in(thread_id: int, exception: type[BaseException] | None) -> None:
    """Raise `exception` in another thread between two bytecodes, or take back one that has not been raised yet."""
    target = ctypes.py_object(exception) if exception else ctypes.c_void_p(0)
    set_async: Callable = ctypes.pythonapi.PyThreadState_SetAsyncExc
    set_async(ctypes.c_ulong(thread_id), target)
