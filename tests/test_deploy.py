"""What is in deploy/ agrees with the rest. No container is built here."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from runtime import settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
OURS = ("runtime", "ui", "app.py")  # what reads the environment
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")


def lines(word: str) -> list[list[str]]:
    """The arguments of every line of the Dockerfile that begins with a word."""
    return [shlex.split(line)[1:] for line in DOCKERFILE.splitlines() if line.startswith(word + " ")]


def variables(text: str) -> set[str]:
    return set(re.findall(r"\$\{([A-Z0-9_]+)\}", text))


def test_every_file_that_the_image_copies_is_there() -> None:
    copied = [source for arguments in lines("COPY") if "--from=packages" not in arguments for source in arguments[:-1]]
    assert len(copied) > 8
    for source in copied:
        assert (ROOT / source).exists(), source


def test_the_image_has_all_that_the_app_imports_and_reads() -> None:
    copied = {source for arguments in lines("COPY") for source in arguments[:-1]}
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"pages", "ui", "assets", ".streamlit"}
    assert rooms - {"tests", "benchmarks", "training"} <= copied
    assert {"app.py", "contents.py"} <= copied


def test_the_image_runs_as_nobody_in_particular_and_is_asked_for_its_health_where_it_answers() -> None:
    assert lines("USER") == [["theoria"]]
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert last.index("\nUSER ") < last.index("\nCMD ")
    assert "http://127.0.0.1:8501/_stcore/health" in DOCKERFILE  # tests/runtime/test_server.py asks the same
    assert "--server.port=8501" in last


def test_torch_is_installed_in_the_version_that_is_required() -> None:
    wanted = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if re.match(r"torch==", line)]
    assert len(wanted) == 1
    assert "grep '^torch==' requirements.txt" in DOCKERFILE


@pytest.mark.parametrize("replica", ["n0", "n1"])
def test_a_replica_is_told_only_what_exists_and_its_own_name(replica: str) -> None:
    told = COMPOSE["services"][replica]["environment"]
    assert told["NODE"] == replica
    assert set(told) <= set(vars(settings))
    assert told["RAY_ADDRESS"].split(":")[0] in COMPOSE["services"]


def test_every_setting_in_the_documents_exists() -> None:
    text = (DEPLOY / "hosted.md").read_text()
    named = set(re.findall(r"`([A-Z][A-Z_]+)(?:=[^`]*)?`", text))
    assert {"NODE", "RAY_ADDRESS", "WORKERS", "CACHE_MB"} <= named
    assert named <= set(vars(settings)), named - set(vars(settings))


def test_the_proxy_is_given_every_value_of_its_template_and_knows_the_replicas() -> None:
    proxy, template = COMPOSE["services"]["proxy"], (DEPLOY / "nginx.conf").read_text()
    assert variables(template) == set(proxy["environment"])
    nodes = {name for name, service in COMPOSE["services"].items() if "NODE" in service.get("environment", {})}
    assert nodes == set(re.findall(r"^upstream (n\d)", template, re.MULTILINE)) == set(proxy["depends_on"])
    assert {proxy["environment"][node.upper()] for node in nodes} == {f"{node}:8501" for node in nodes}


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_a_gpu_is_asked_for_only_in_its_profile() -> None:
    for name, service in COMPOSE["services"].items():
        assert ("deploy" in service) == (name == "ray-gpu") == (service.get("profiles") == ["gpu"])
