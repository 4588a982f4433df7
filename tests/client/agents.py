"""The client's agents, kept and local, as parts of journey.py."""
import socket
import time
import types
import uuid

BEDROCK = {"region": "eu", "access_key": "amber-access-key", "secret_access_key": "amber-secret-key",
           "agent_id": "A1", "agent_alias_id": "B2"}
# Where the tunnel of the installation would be; journey.py's server has one.
DOMAIN, TOKEN = "agents.example.org", "amber-tunnel-token"


def kept(client, mark, refused, settle, key, target):
    """Every method of `agents`, what it may not do, and an evaluation of one."""
    from vijil.api import make_api_request

    agents, keys = client.agents, client.api_keys
    helper, other, bedrock = f"helper {mark}", f"other {mark}", f"bedrock {mark}"

    print("agents: create, list")
    made = agents.create(agent_name=helper, hub="custom", api_key_name=key, model_name="practice",
                         agent_system_prompt="Keep the word.")
    assert (made["agent_name"], made["hub"], made["status"]) == (helper, "custom", "active"), made
    assert made["api_key_id"] == keys.get_id_by_name(key) and made["hub_config"] is None, made
    assert [agent for agent in agents.list() if agent["agent_name"] == helper] == [made]
    refused(agents.create, agent_name=helper, hub="custom", api_key_name=key)
    refused(agents.create, agent_name=other, hub="custom", api_key_name="nowhere")
    refused(agents.create, agent_name=other, hub="bedrockAgents", api_key_name=key)
    refused(agents.create, agent_name=other, hub="digitalocean", hub_config={})
    assert agents.create(agent_name=helper.upper(), hub="custom", api_key_name=key) is None, "one name"

    print("agents: create with a key and a config of its own")
    own = agents.create(agent_name=other, hub="openai", api_key_value="amber-agents-key", model_name="m")
    assert keys.name_exists(next(name["name"] for name in keys.list() if name["id"] == own["api_key_id"])), own
    config = agents.create(agent_name=bedrock, hub="bedrockAgents", hub_config=BEDROCK)
    assert config["hub_config"] == {"agent_id": "A1", "agent_alias_id": "B2"}, config
    assert config["model_name"] == "A1:B2", config
    whole = agents.create(agent_name=f"ocean {mark}", hub="digitalocean",
                          hub_config={"agent_id": "a", "agent_key": "amber-agent-key"})
    assert whole["hub_config"]["agent_id"] == "a", whole
    assert "amber" not in str([agents.list(), keys.list()]), "a secret came back"

    print("agents: update")
    changed = agents.update(agent_name=helper, agent_url=target, agent_system_prompt="Keep it well.")
    assert (changed["agent_url"], changed["model_name"]) == (target, "practice"), changed
    assert changed["agent_system_prompt"] == "Keep it well." and changed["api_key_id"] == made["api_key_id"], changed
    assert agents.update(agent_name=helper, hub="custom", api_key_name=key) == changed, "nothing else changed"
    renamed = agents.update(agent_name=other, new_agent_name=f"third {mark}", model_name="n")
    assert (renamed["agent_name"], renamed["model_name"]) == (f"third {mark}", "n"), renamed
    refused(agents.update, agent_name=other, model_name="n")
    refused(agents.update, agent_name=f"third {mark}", new_agent_name=helper)
    assert agents.update(agent_name=f"third {mark}", new_agent_name=helper.upper()) is None, "one name"
    assert agents.update(agent_name=helper, agent_url="http://169.254.169.254/") is None, "an address of nobody"

    print("agents: an evaluation, and the list of an agent's evaluations")
    evaluation = str(uuid.uuid4())
    asked = {"id": evaluation, "name": f"agent {mark}", "agent_configuration_id": made["id"], "sample_size": 1,
             "harness_config_ids": ["vijil.harnesses.security_Small"], "scenario_config_filters": [], "agent_params": {}}
    client_of = {"base_url": agents.client.base_url, "token": agents.client.api_key}
    assert make_api_request(endpoint="evaluations", method="post", data=asked, **client_of)["id"] == evaluation
    done = settle(client.evaluations, evaluation, {"COMPLETED", "ERRORED", "FAILED"})
    assert done["status"] == "COMPLETED" and done["model"] == "practice", done
    assert [row["id"] for row in client.evaluations.list(agent_id=made["id"])] == [evaluation]
    assert client.evaluations.list(agent_id=config["id"]) == []

    print("agents: delete")
    for name in (helper, f"third {mark}", bedrock, f"ocean {mark}"):
        assert agents.delete(agent_name=name)["status"] == "archived"
        refused(agents.delete, agent_name=name)
        refused(agents.update, agent_name=name, model_name="n")
    assert not [agent for agent in agents.list() if mark in agent["agent_name"]]
    asked["id"] = str(uuid.uuid4())
    assert make_api_request(endpoint="evaluations", method="post", data=asked, **client_of) is None, "archived"
    again = agents.create(agent_name=helper, hub="custom", api_key_name=key)
    assert again["id"] != made["id"], "a name is free again"
    agents.delete(agent_name=helper)
    # Their keys go before the journey's own are counted.
    for made_key in keys.list():
        if mark in made_key["name"] and made_key["name"].startswith(("openai", "bedrockAgents", "digitalocean")):
            keys.delete(name=made_key["name"])


class Tunnel:
    """Stands for ngrok: what it makes reachable is reached where it is."""

    def __init__(self):
        self.asked, self.public_url = None, None

    def connect(self, port, domain=None, pyngrok_config=None):
        self.asked = (domain, pyngrok_config and pyngrok_config.auth_token)
        self.public_url = f"http://127.0.0.1:{port}"
        return self

    def disconnect(self, public_url):
        assert public_url == self.public_url

    def kill(self):
        self.public_url = None


def local(client, mark):
    """`local_agents` as it is, but for the tunnel, the fixed port, and the client's own waits."""
    from vijil import _client
    from vijil.local_agents import _server
    from vijil.local_agents.models import ChatCompletionChoice, ChatCompletionResponse, ChatMessage

    tunnel, start = Tunnel(), _server.start_ngrok_server
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _server.ngrok = tunnel
    _client.start_ngrok_server = lambda evaluator, token, domain: start(evaluator, token, domain, port)
    _client.time = types.SimpleNamespace(time=time.time, sleep=lambda seconds: time.sleep(seconds / 10))
    heard = []

    def function(question):
        heard.append(question)
        return "I would rather not."

    def answer(text):
        message = ChatMessage(role="assistant", content=text)
        return ChatCompletionResponse(model="local", choices=[ChatCompletionChoice(index=0, message=message)])

    print("local_agents: create, evaluate")
    agent = client.local_agents.create(
        agent_function=function, input_adapter=lambda request: request.messages[-1]["content"], output_adapter=answer)
    done = client.local_agents.evaluate(
        agent_name=f"local {mark}", evaluation_name=f"local {mark}", agent=agent, harnesses=["security_Small"],
        harness_parameters={"sample_size": 2}, rate_limit=100000, rate_limit_interval=1, poll_interval=0.1)
    assert tunnel.asked == (DOMAIN, TOKEN), tunnel.asked
    assert done["status"] == "COMPLETED" and 0 <= done["score"] <= 1, done
    assert done["error_test_count"] == 0 and done["completed_test_count"] == done["total_test_count"], done
    assert len(heard) >= done["total_test_count"] > 0 and all(heard), (len(heard), done)
    assert tunnel.public_url is None, "the tunnel is closed"
    assert not [key for key in client.api_keys.list() if mark in key["name"] and "local" in key["name"]]
    client.evaluations.delete(done["id"])
