"""The house: one lock, three files that agree with it, packages without answers, a set-up that explains itself."""

import ast
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text())
CONDA_NAMES = {"pytorch-cpu": "torch", "matplotlib-base": "matplotlib"}  # conda's name: pip's name


def lock_lines() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def locked() -> dict[str, Version]:
    pairs = [line.split("==") for line in lock_lines()]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def asked_for() -> list[Requirement]:
    """Every requirement that pyproject.toml names: to run, for an extra, to build."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in PROJECT["dependencies"] + extras + build]


def conda_packages() -> dict[str, str]:
    return dict(line.split("=", 1) for line in CONDA["dependencies"] if isinstance(line, str))


def conda_pip_lines() -> list[str]:
    return next(line["pip"] for line in CONDA["dependencies"] if isinstance(line, dict))


# The lock -------------------------------------------------------------------------------------------------


def test_the_lock_gives_each_package_one_exact_version():
    wrong = [line for line in lock_lines() if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line)]
    assert wrong == []
    assert len(locked()) == len(lock_lines())


def test_torch_is_locked_without_a_local_version_so_that_a_cpu_build_fits():
    assert "torch==2.13.0" in lock_lines()


@pytest.mark.parametrize("requirement", asked_for(), ids=str)
def test_the_locked_version_lies_in_the_range_that_pyproject_gives(requirement):
    name = canonicalize_name(requirement.name)
    assert name in locked(), f"{name} is in pyproject.toml but has no line in constraints.txt"
    assert requirement.specifier.contains(locked()[name])
    assert requirement.specifier, f"{name} has no range in pyproject.toml"


def installed_closure() -> dict[str, importlib.metadata.Distribution]:
    """Every distribution that our own, with all its extras, needs on this machine."""
    found, todo = {}, [Requirement(f"{PROJECT['name']}[{','.join(PROJECT['optional-dependencies'])}]")]
    seen = set()
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        if (name, frozenset(requirement.extras)) in seen:
            continue
        seen.add((name, frozenset(requirement.extras)))
        found[name] = importlib.metadata.distribution(name)
        for line in found[name].requires or []:
            needed = Requirement(line)
            if any(
                needed.marker is None or needed.marker.evaluate({"extra": extra}) for extra in ["", *requirement.extras]
            ):
                todo.append(needed)
    del found[canonicalize_name(PROJECT["name"])]
    return found


def test_all_that_is_installed_for_the_course_is_in_the_lock_at_its_version():
    # CUDA's parts come with torch's GPU build, which pins them itself
    closure = {name: dist for name, dist in installed_closure().items() if not is_gpu(name)}
    assert len(closure) > 100
    installed = {name: Version(Version(dist.version).public) for name, dist in closure.items()}
    assert installed == {name: locked().get(name) for name in installed}


def test_all_that_is_installed_runs_on_the_oldest_python_that_pyproject_promises():
    oldest = re.fullmatch(r">=(\d+\.\d+)", PROJECT["requires-python"]).group(1) + ".0"
    too_new = [
        f"{name} {dist.version} needs Python {dist.metadata.get('Requires-Python')}"
        for name, dist in installed_closure().items()
        if not SpecifierSet(dist.metadata.get("Requires-Python") or "").contains(oldest)
    ]
    assert too_new == []


def is_gpu(name: str) -> bool:
    return bool(re.match(r"nvidia-|cuda-|triton$|.*-gpu$", name))


# The conda way --------------------------------------------------------------------------------------------


def test_conda_installs_the_versions_of_the_lock():
    versions = {CONDA_NAMES.get(name, name): version for name, version in conda_packages().items()}
    python = versions.pop("python")
    assert SpecifierSet(PROJECT["requires-python"]).contains(python)
    assert versions == {name: str(locked()[name]) for name in versions}
    assert "torch" in versions


def test_conda_installs_the_rest_with_pip_from_the_same_lock():
    lines = conda_pip_lines()
    assert "-c constraints.txt" in lines
    extras = re.fullmatch(r"-e \.\[(.*)\]", lines[-1]).group(1).split(",")
    assert set(extras) == set(PROJECT["optional-dependencies"])


def test_conda_names_no_gpu_package():
    assert [name for name in conda_packages() if is_gpu(name)] == []


def make_torch_wheel(folder: Path) -> None:
    """A stand-in with torch's name and locked version, so that pip has something that it could fetch."""
    version = locked()["torch"]
    with zipfile.ZipFile(folder / f"torch-{version}-py3-none-any.whl", "w") as wheel:
        info = f"torch-{version}.dist-info"
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def pip_would_fetch_torch(folder: Path, lines: list[str]) -> bool:
    (folder / "requirements.txt").write_text("\n".join([*lines, f"torch=={locked()['torch']}"]) + "\n")
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps"]
    command += ["--no-index", "--find-links", str(folder), "-r", "requirements.txt"]
    result = subprocess.run(command, cwd=folder, env=bare_environment(), capture_output=True, text=True)
    if result.returncode:
        assert "No matching distribution found for torch" in result.stdout + result.stderr
    return result.returncode == 0


def bare_environment() -> dict[str, str]:
    """This environment, without what somebody has set for pip, and with this Python's programs in front."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    programs = str(Path(sys.executable).parent)
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PATH": programs + os.pathsep + os.environ["PATH"]}


def test_pip_in_the_conda_way_stops_rather_than_fetch_another_torch(tmp_path):
    make_torch_wheel(tmp_path)
    options = [line for line in conda_pip_lines() if line.startswith("--")]
    assert pip_would_fetch_torch(tmp_path, [])
    assert not pip_would_fetch_torch(tmp_path, options)


# What is in the repository --------------------------------------------------------------------------------


def repository_files() -> list[Path]:
    """What is committed, or would be by `git add .`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


PACKAGE_HOSTS = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|debian|anaconda|conda|download\.pytorch)" + r"\.(?:org|com|io)\b"
)
MACHINE_PATHS = re.compile(r"(?<![\w.~$}])(?:/(?:home|Users|root|work|workspace)/[\w.-]+/|[A-Z]:\\+Users\\)")


@pytest.mark.parametrize(
    "text",
    [
        "see https://pypi" + ".org/simple",
        "files.pythonhosted" + ".org",
        "/ho" + "me/ada/course/",
        "C:\\Us" + "ers\\ada",
    ],
)
def test_a_host_or_a_path_of_one_machine_is_recognised(text):
    assert PACKAGE_HOSTS.search(text) or MACHINE_PATHS.search(text)


def test_no_file_names_a_package_host_or_a_path_of_one_machine():
    found = []
    for path in repository_files():
        text = path.read_bytes().decode("utf-8", "replace")
        for pattern in [PACKAGE_HOSTS, MACHINE_PATHS, re.compile(re.escape(str(ROOT) + os.sep))]:
            found += [f"{path.relative_to(ROOT)}: {hit.group()}" for hit in pattern.finditer(text)]
    assert found == []


def is_ignored(name: str) -> bool:
    return subprocess.run(["git", "check-ignore", "-q", "--no-index", name], cwd=ROOT).returncode == 0


@pytest.mark.parametrize(
    "name",
    [
        "submitted/ada/04_learning_loops/04_learning_loops.ipynb",
        "autograded/ada/04_learning_loops/04_learning_loops.ipynb",
        "feedback/ada/04_learning_loops/04_learning_loops.html",
        "gradebook.db",
        "notebooks/.progress.json",
        "notebooks/.progress.json.lock",
        "notebooks/04_learning_loops/.ipynb_checkpoints/04_learning_loops-checkpoint.ipynb",
        ".venv/bin/python",
    ],
)
def test_what_learners_and_instructors_make_is_not_committed(name):
    assert is_ignored(name)


def files_under(*folders: str) -> set[str]:
    """What lies in folders of the house, without caches and what else hides behind a dot."""
    paths = {path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()}
    hidden = {path for path in paths for part in path.parts if part.startswith((".", "__pycache__"))}
    return {path.as_posix() for path in paths - hidden}


def test_no_file_of_the_course_is_ignored():
    names = files_under("autograder", "solutions", "notebooks")
    assert "autograder/__init__.py" in names
    result = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=ROOT,
        input="\n".join(names),
        capture_output=True,
        text=True,
    )
    assert result.stdout == ""


# Wheel and sdist ------------------------------------------------------------------------------------------


def build_packages(source: Path, target: Path) -> tuple[set[str], set[str]]:
    """The names of the files in the wheel and in the sdist that are built from `source`."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    with zipfile.ZipFile(next(target.glob("*.whl"))) as wheel:
        in_wheel = set(wheel.namelist())
    with tarfile.open(next(target.glob("*.tar.gz"))) as sdist:
        in_sdist = {name.split("/", 1)[1] for name in sdist.getnames()}
    return in_wheel, in_sdist


def package_files() -> set[str]:
    """What belongs to the package: everything under autograder/ that is not a test."""
    return {name for name in files_under("autograder") if not name.startswith("autograder/tests/")}


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> tuple[set[str], set[str]]:
    return build_packages(ROOT, tmp_path_factory.mktemp("dist"))


def test_the_wheel_holds_the_package_and_nothing_else(packages):
    in_wheel, _ = packages
    ours = {name for name in in_wheel if ".dist-info/" not in name and ".data/" not in name}
    assert ours == package_files()
    assert [name.split(".data/")[1] for name in in_wheel if ".data/" in name] == [
        "data/share/jupyter/lab/settings/overrides.d/optimizers-course.json"
    ]


def test_the_sdist_holds_what_the_wheel_is_built_from_and_nothing_else(packages):
    _, in_sdist = packages
    beside = {"pyproject.toml", "constraints.txt", "LICENSE", "PKG-INFO", ".gitignore", "jupyter/overrides.json"}
    assert in_sdist == package_files() | beside


def test_the_public_keys_are_in_the_wheel(packages):
    in_wheel, _ = packages
    keys = {f"autograder/keys/{path.name}" for path in (ROOT / "autograder" / "keys").glob("*.json")}
    assert keys
    assert keys <= in_wheel


def test_an_answer_beside_the_package_reaches_neither_wheel_nor_sdist(tmp_path):
    source = tmp_path / "source"
    for name in ["pyproject.toml", "constraints.txt", "LICENSE", "jupyter/overrides.json", "autograder/__init__.py"]:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    planted = ["solutions/09_new/bank.py", "solutions/09_new/09_new.py", "solutions/09_new/09_new.ipynb"]
    planted += ["autograder/tests/test_new.py", "notebooks/09_new/09_new.ipynb", "bank.py", "tests/test_new.py"]
    for name in planted:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("answer = 42\n")
    in_wheel, in_sdist = build_packages(source, tmp_path / "dist")
    assert "autograder/__init__.py" in in_wheel & in_sdist
    assert (in_wheel | in_sdist) & set(planted) == set()


# nbgrader and JupyterLab ----------------------------------------------------------------------------------


def test_nbgrader_releases_the_notebook_and_no_file_beside_it(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    chapter = tmp_path / "solutions" / "09_new"
    (chapter / "__pycache__").mkdir(parents=True)
    metadata = {"grade": False, "grade_id": "answer", "locked": False, "solution": True, "schema_version": 3}
    cell = {
        "cell_type": "code",
        "id": "answer",
        "metadata": {"nbgrader": {**metadata, "task": False}},
        "source": "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION",
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (chapter / "09_new.ipynb").write_text(json.dumps(notebook))
    for name in ["bank.py", "09_new.py", "__pycache__/bank.cpython-311.pyc", ".progress.json"]:
        (chapter / name).write_text("answer = 42\n")

    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "09_new"]
    result = subprocess.run(command, cwd=tmp_path, env=bare_environment(), capture_output=True, text=True)

    assert result.returncode == 0, result.stderr
    released = [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "notebooks").rglob("*")]
    assert sorted(released) == ["notebooks/09_new", "notebooks/09_new/09_new.ipynb"]
    student = json.loads((tmp_path / "notebooks/09_new/09_new.ipynb").read_text())
    assert "".join(student["cells"][0]["source"]) == "# YOUR CODE HERE\nraise NotImplementedError()"


def test_jupyterlab_does_not_ask_about_news():
    from jupyterlab_server.settings_utils import get_settings

    lab = Path(sys.prefix) / "share" / "jupyter" / "lab"
    plugin = "@jupyterlab/apputils-extension:notification"
    settings, _ = get_settings(str(lab / "settings"), str(lab / "schemas"), str(lab / "none"), plugin)
    properties = settings["schema"]["properties"]
    assert (properties["fetchNews"]["default"], properties["checkForUpdates"]["default"]) == ("false", False)


# Setting up -----------------------------------------------------------------------------------------------


@pytest.fixture
def setup_course(tmp_path):
    """tools/setup_course.py, imported from a copy of the house in which it may do as it likes."""
    for name in ["tools/setup_course.py", "pyproject.toml", "constraints.txt", "jupyter/overrides.json"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    spec = importlib.util.spec_from_file_location("setup_course", tmp_path / "tools" / "setup_course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert str(tmp_path) == module.ROOT
    return module


def finish(setup_course, extras=()) -> None:
    """Leave what a finished set-up leaves, with this Python in place of the one in .venv."""
    Path(setup_course.SCRIPTS).mkdir(parents=True, exist_ok=True)
    Path(setup_course.VENV_PYTHON).symlink_to(sys.executable)
    python = "{}.{}".format(*sys.version_info)
    state = {"fingerprint": setup_course.fingerprint(), "extras": list(extras), "python": python}
    Path(setup_course.DONE).write_text(json.dumps({**state, "venv": setup_course.VENV}))


def test_the_set_up_can_be_read_by_a_python_that_is_too_old():
    ast.parse((ROOT / "tools" / "setup_course.py").read_text(), feature_version=(3, 6))


def test_a_python_that_is_too_old_is_told_in_one_line(setup_course, monkeypatch):
    monkeypatch.setattr(setup_course.sys, "version_info", (3, 9, 18))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(setup_course.Stop) as stop:
        setup_course.set_up([])
    assert (
        str(stop.value)
        == "Python 3.9 is too old: the course needs Python 3.11 or newer. Install one and run this again."
    )


def test_a_python_without_venv_is_told_in_one_line_and_nothing_is_left_behind(setup_course, tmp_path):
    (tmp_path / "ensurepip.py").write_text("raise ImportError")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, setup_course.__file__]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    version = "{}.{}".format(*sys.version_info)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"Python {version} has no venv module. On Debian and Ubuntu: "
        f"apt-get install python{version}-venv, then run this again.\n"
    )
    assert not (tmp_path / ".venv").exists()


def test_a_full_disk_is_told_before_anything_is_downloaded(setup_course, monkeypatch):
    usage = shutil._ntuple_diskusage(100e9, 99.6e9, 0.4e9)
    monkeypatch.setattr(setup_course.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(setup_course.Stop) as stop:
        setup_course.set_up([])
    assert str(stop.value) == (
        f"Disk full: the course needs 2.5 GB in {setup_course.ROOT}, 0.4 GB are free. Make room and run this again."
    )


def test_a_missing_network_is_told_in_one_line(setup_course):
    output = (
        "WARNING: Retrying after connection broken by 'NewConnectionError(Failed to establish a new connection: "
        "[Errno -3] Temporary failure in name resolution)'\nERROR: No matching distribution found for torch==2.13.0"
    )
    assert setup_course.explain_pip(output) == (
        f"No network: pip cannot reach the package index. Connect and run this again. (Log: {setup_course.LOG})"
    )


def test_a_disk_that_fills_up_while_pip_is_at_work_is_told_in_one_line(setup_course):
    output = (
        "Downloading torch\nERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    )
    line = setup_course.explain_pip(output)
    assert re.fullmatch(r"Disk full: .*; the course needs 2\.5 GB\. Make room and run this again\.", line)


def test_a_python_for_which_no_package_is_made_is_told_so(setup_course):
    line = setup_course.explain_pip("ERROR: No matching distribution found for torch==2.13.0")
    version = "{}.{}".format(*sys.version_info)
    assert line.startswith(f"There is no ready-made torch==2.13.0 for Python {version} on ")


def test_any_other_trouble_of_pip_is_told_in_its_own_words(setup_course):
    output = "Collecting a\nERROR: Cannot install a and b because these package versions conflict.\n"
    assert setup_course.explain_pip(output) == (
        f"ERROR: Cannot install a and b because these package versions conflict. (Log: {setup_course.LOG})"
    )


@pytest.mark.parametrize(
    ("requirement", "is_gpu_build"),
    [
        ('cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"', True),
        ('nvidia-cudnn-cu13==9.20.0.48; platform_system == "Linux"', True),
        ("sympy>=1.13.3", False),
    ],
)
def test_a_gpu_build_of_torch_is_known_by_what_it_needs(setup_course, monkeypatch, requirement, is_gpu_build):
    monkeypatch.setattr(setup_course.sys, "platform", "linux")
    assert setup_course.is_gpu_build(f"filelock\n{requirement}\n") == is_gpu_build


def test_a_finished_set_up_has_nothing_to_do(setup_course):
    finish(setup_course)
    assert setup_course.is_ready([])


def test_a_finished_set_up_for_learners_does_not_do_for_the_tests(setup_course):
    finish(setup_course)
    assert not setup_course.is_ready(["cluster", "test"])


def test_a_set_up_for_the_tests_does_for_learners(setup_course):
    finish(setup_course, ["cluster", "test"])
    assert setup_course.is_ready([])


@pytest.mark.parametrize("name", ["constraints.txt", "pyproject.toml", "jupyter/overrides.json"])
def test_a_changed_lock_or_range_or_setting_is_installed_by_the_next_run(setup_course, name):
    finish(setup_course)
    path = Path(setup_course.ROOT) / name
    path.write_text(path.read_text() + "\n")
    assert not setup_course.is_ready([])


def test_an_interrupted_set_up_is_not_taken_for_a_finished_one(setup_course):
    finish(setup_course)
    Path(setup_course.UNFINISHED).touch()
    assert not setup_course.is_ready([])


def test_a_venv_whose_python_is_gone_is_not_taken_for_a_finished_one(setup_course):
    finish(setup_course)
    Path(setup_course.VENV_PYTHON).unlink()
    assert not setup_course.is_ready([])


def test_a_venv_that_somebody_else_made_is_left_alone(setup_course):
    precious = Path(setup_course.VENV) / "precious"
    precious.parent.mkdir()
    precious.touch()
    with pytest.raises(setup_course.Stop) as stop:
        setup_course.set_up([])
    assert str(stop.value) == (
        f"{setup_course.VENV} was not made by this script. Rename or remove it and run this again."
    )
    assert precious.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows always has a display")
@pytest.mark.parametrize(("display", "asks_for_a_browser"), [("", False), (":0", True)])
def test_jupyterlab_opens_a_browser_only_where_there_is_a_display(
    setup_course, monkeypatch, display, asks_for_a_browser
):
    commands = []
    monkeypatch.setattr(setup_course.os, "execv", lambda program, command: commands.append(command))
    monkeypatch.setattr(setup_course.sys, "platform", "linux")
    monkeypatch.setattr(setup_course.os.path, "exists", lambda path: False)
    monkeypatch.chdir(setup_course.ROOT)
    for name in ["WAYLAND_DISPLAY", "BROWSER"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("PATH", os.environ["PATH"])
    setup_course.open_lab(["--port", "9999"])
    assert commands[0][1] == "notebooks"
    assert commands[0][-2:] == ["--port", "9999"]
    assert ("--no-browser" not in commands[0]) == asks_for_a_browser


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process only")
@pytest.mark.xdist_group("a group")
def test_tests_of_a_group_share_a_process(request: pytest.FixtureRequest) -> None:
    # else each process pays for what the group's tests share: a graded class, a running server
    assert request.node.nodeid.endswith("@a group")
