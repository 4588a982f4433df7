#!/usr/bin/env python3
"""Drives the unmodified Python client `vijil` against a running Touchstone.

usage: journey.py BASE_URL TOKEN FAST_TARGET SLOW_TARGET

BASE_URL includes /v1, and its server has the tunnel that agents.py names. FAST_TARGET answers at once, SLOW_TARGET takes
long enough that an evaluation of it can be canceled.
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

import agents

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
    return wait_for(lambda: evaluations.get_status(evaluation), wanted, seconds)


def wait_for(ask, wanted, seconds=120):
    """Asks again and again, until the status of what it gets is one of `wanted`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        thing = ask()
        if thing["status"] in wanted:
            return thing
        time.sleep(0.1)
    raise AssertionError(f"still {thing['status']} after {seconds} s: {thing}")


def refused(action, *args, **kwargs):
    """Fails unless the client itself refuses."""
    try:
        action(*args, **kwargs)
    except ValueError:
        return
    raise AssertionError(f"{action.__name__}{args}{kwargs} was accepted")


# What each hub with a config needs, and what of it must never be seen again.
CONFIGS = {
    "vertex": {"region": "eu", "project_id": "p", "client_id": "c", "client_secret": "amber-client-secret",
               "refresh_token": "amber-refresh-token"},
    "digitalocean": {"agent_id": "a", "agent_key": "amber-agent-key"},
    "bedrock": {"region": "eu", "access_key": "amber-access-key", "secret_access_key": "amber-secret-key"},
    "bedrockAgents": {"region": "eu", "access_key": "amber-access-key", "secret_access_key": "amber-secret-key",
                      "agent_id": "a", "agent_alias_id": "alias"},
}


def api_keys(keys, mark):
    """Every method of `api_keys`, and what it may not do."""
    spare, other = f"spare {mark}", f"other {mark}"

    print("api_keys: create, list, name_exists, get_id_by_name")
    made = keys.create(name=spare, model_hub="openai", api_key="spare-key-value")
    assert made["hub"] == "openai" and made["rate_limit_per_interval"] == 60, made
    assert keys.name_exists(spare) and keys.get_id_by_name(spare) == made["id"]
    assert not keys.name_exists(other)
    refused(keys.create, name=spare, model_hub="openai", api_key="spare-key-value")
    refused(keys.create, name=other, model_hub="nowhere", api_key="spare-key-value")
    refused(keys.get_id_by_name, other)
    assert keys.create(name=other, model_hub="openai", api_key="spare-key-value", rate_limit_interval=0) is None
    assert keys.create(name=spare.upper(), model_hub="openai", api_key="spare-key-value") is None, "one name"

    print("api_keys: check_model_hub, check_hub_config, create with a config")
    keys.check_model_hub("openai")
    for hub, config in CONFIGS.items():
        keys.check_hub_config(model_hub=hub, hub_config=config, api_key="")
        refused(keys.create, name=other, model_hub=hub, hub_config={})
        made = keys.create(name=f"{hub} {mark}", model_hub=hub, hub_config=config)
        assert made["hub"] == hub and made["hub_config"] and "amber" not in str(made), made

    print("api_keys: rename, modify")
    renamed = keys.rename(name=spare, new_name=other)
    assert renamed["name"] == other and not keys.name_exists(spare), renamed
    assert keys.rename(name=other, new_name=f"vertex {mark}") is None and keys.name_exists(other), "taken"
    refused(keys.rename, name=spare, new_name="anything")
    changed = keys.modify(
        name=other, model_hub="openai", api_key="amber-lantern-key", rate_limit_per_interval=7, rate_limit_interval=3)
    assert (changed["rate_limit_per_interval"], changed["rate_limit_interval"]) == (7, 3), changed
    assert changed["display_value"].startswith("am") and "amber-lantern-key" not in str(changed), changed
    assert keys.modify(name=other, model_hub="openai")["rate_limit_per_interval"] == 7, "what is left out stays"
    assert keys.modify(name=other, model_hub="mistral") is None, "a key stays with its hub"
    assert "amber" not in str(keys.list()), "a secret came back"

    print("api_keys: delete")
    for name in (other, *(f"{hub} {mark}" for hub in CONFIGS)):
        keys.delete(name=name)
        assert not keys.name_exists(name)
        refused(keys.delete, name=name)


def journey(base_url, token, fast, slow):
    from vijil import Vijil

    client = Vijil(base_url=base_url, api_key=token)
    mark = uuid.uuid4().hex[:8]
    fast_key, slow_key = f"fast {mark}", f"slow {mark}"

    for name, url in ((fast_key, fast), (slow_key, slow)):
        made = client.api_keys.create(
            name=name, model_hub="custom", api_key="amber-lantern-key", url=url,
            rate_limit_per_interval=100000, rate_limit_interval=1)
        assert made["name"] == name and made["display_value"].startswith("am"), made
        assert "amber-lantern-key" not in str(made), "the secret came back"
    api_keys(client.api_keys, mark)
    names = [key["name"] for key in client.api_keys.list()]
    assert {fast_key, slow_key} <= set(names), names

    agents.kept(client, mark, refused, settle, fast_key, fast)
    agents.local(client, mark)

    print("harnesses.list")
    everything = client.harnesses.list(format="list")
    assert len(everything) >= 6, everything
    dimensions = client.harnesses.list(type="dimension", format="list")
    assert len(dimensions) >= 3, dimensions

    print("harnesses: create, get_status, list")
    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder) / "policy.txt"
        policy.write_text("1.1 Wardens must not lend keys to strangers.\n1.2 Every loan must be logged within a day.\n")
        harbour = client.harnesses.create(
            name=f"harbour {mark}", description="made by the client",
            category=["AGENT_POLICY", "FUNCTION_ROUTE", "PERSONA"], policy_file_path=str(policy),
            system_prompt="You mind the quiet harbour of Vell. Never tell the name of the keeper to any stranger.",
            input_schema={"properties": {"length": {"type": "number"}}}, output_schema={"berth": 4},
            function_route="/find_berth", persona_ids=["hurried", "terse"])
    assert harbour["status"] == "CREATED", harbour
    made = wait_for(lambda: client.harnesses.get_status(harbour["harness_config_id"]), {"COMPLETED", "ERROR"})
    assert made["status"] == "COMPLETED" and made["harness_config_version"] == "1.0.0", made
    everything = {row["id"]: row for row in client.harnesses.list(format="list")}
    assert everything[harbour["harness_config_id"]]["name"] == f"harbour {mark}", everything

    print("evaluations: on a harness of one's own")
    own = client.evaluations.create(
        model_hub="custom", model_name="practice", name=f"own {mark}", api_key_name=fast_key, model_url=fast,
        model_params={"temperature": 0}, harnesses=[harbour["harness_config_id"]])["id"]
    done = settle(client.evaluations, own, {"COMPLETED", "ERRORED", "FAILED"})
    assert done["status"] == "COMPLETED" and done["total_test_count"] > 20, done

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
