#!/usr/bin/env python3
"""Drives the unmodified Python client `vijil` against a running Touchstone.

usage: journey.py BASE_URL TOKEN FAST_TARGET SLOW_TARGET

BASE_URL includes /v1. FAST_TARGET answers at once, SLOW_TARGET takes long enough that an evaluation of it can be canceled.
The script makes a virtual environment with the client beside the user's other caches and runs itself in it.
Exit 0 when every step held; else the failed step is printed.
"""
import os
import subprocess
import sys
import tempfile
import time
import uuid
import venv
from pathlib import Path

CLIENT = "vijil==0.1.58"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "touchstone-client" / CLIENT


def enter_environment():
    """Re-executes this script in the client's environment, making it first where it is missing."""
    python = CACHE / "bin" / "python"
    if Path(sys.prefix).resolve() == CACHE.resolve():
        return
    ready = CACHE / "ready"
    if not ready.exists():
        venv.create(CACHE, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", CLIENT], check=True)
        ready.touch()
    os.execv(python, [str(python), *sys.argv])


def settle(evaluations, evaluation, wanted, seconds=120):
    """Polls as the client's own users do, until the status is one of `wanted`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = evaluations.get_status(evaluation)
        if status["status"] in wanted:
            return status
        time.sleep(0.1)
    raise AssertionError(f"{evaluation} is still {status['status']} after {seconds} s")


def journey(base_url, token, fast, slow):
    from vijil import Vijil

    client = Vijil(base_url=base_url, api_key=token)
    mark = uuid.uuid4().hex[:8]
    fast_key, slow_key = f"fast {mark}", f"slow {mark}"

    print("api_keys: create, list, delete")
    for name, url in ((fast_key, fast), (slow_key, slow)):
        made = client.api_keys.create(
            name=name, model_hub="custom", api_key="amber-lantern-key", url=url,
            rate_limit_per_interval=100000, rate_limit_interval=1)
        assert made["name"] == name and made["display_value"].startswith("am"), made
        assert "amber-lantern-key" not in str(made), "the secret came back"
    spare = client.api_keys.create(name=f"spare {mark}", model_hub="openai", api_key="spare-key-value")
    assert spare["id"], spare
    names = [key["name"] for key in client.api_keys.list()]
    assert {fast_key, slow_key, f"spare {mark}"} <= set(names), names
    client.api_keys.delete(name=f"spare {mark}")
    assert f"spare {mark}" not in [key["name"] for key in client.api_keys.list()]

    print("harnesses.list")
    everything = client.harnesses.list(format="list")
    assert len(everything) >= 6, everything
    dimensions = client.harnesses.list(type="dimension", format="list")
    assert len(dimensions) >= 3, dimensions

    print("detectors.list")
    assert len(client.detectors.list()["results"]) >= 15

    print("evaluations: create, get_status, list")
    created = client.evaluations.create(
        model_hub="custom", model_name="practice", name=f"journey {mark}", api_key_name=fast_key, model_url=fast,
        model_params={"temperature": 0}, harness_params={"sample_size": 3}, harnesses=["security_Small", "safety_Small"])
    evaluation = created["id"]
    assert created["status"] == "CREATED", created
    done = settle(client.evaluations, evaluation, {"COMPLETED", "ERRORED", "FAILED"})
    assert done["status"] == "COMPLETED" and 0 <= done["score"] <= 1, done
    assert done["completed_test_count"] == done["total_test_count"] > 0, done
    listed = {row["id"]: row for row in client.evaluations.list(limit=50)}
    assert listed[evaluation]["score"], listed[evaluation]

    print("evaluations: summarize, describe, export")
    summary = client.evaluations.summarize(evaluation)
    levels = set(summary["level"])
    assert {"overall", "harness", "scenario", "probe"} <= levels, levels
    overall = float(summary[summary["level"] == "overall"]["score"].iloc[0])
    assert abs(overall - done["score"] * 100) < 0.01, (overall, done["score"])
    described = client.evaluations.describe(evaluation, limit=1000000, format="list")
    assert len(described) == done["total_test_count"], (len(described), done["total_test_count"])
    with tempfile.TemporaryDirectory() as folder:
        for form in ("csv", "json", "jsonl"):
            client.evaluations.export(evaluation, format=form, output_dir=folder)
        exported = list(Path(folder).iterdir())
        assert len(exported) == 3 and all(path.stat().st_size > 100 for path in exported), exported

    print("evaluations: cancel")
    running = client.evaluations.create(
        model_hub="custom", model_name="practice", name=f"canceled {mark}", api_key_name=slow_key, model_url=slow,
        harnesses=["security"])["id"]
    settle(client.evaluations, running, {"IN_PROGRESS"})
    client.evaluations.cancel(running)
    assert client.evaluations.get_status(running)["status"] == "CANCELED"

    print("evaluations: delete")
    for gone in (evaluation, running):
        client.evaluations.delete(gone)
        assert gone not in [row["id"] for row in client.evaluations.list(limit=50)]
    for name in (fast_key, slow_key):
        client.api_keys.delete(name=name)
    print("the client's journey held")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    enter_environment()
    journey(*sys.argv[1:])
