"""The chart: Helm takes it, Kubernetes's own schemas take what it makes, its settings are settings, all is closed."""

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from schemas.topics import TOPICS
from streams import settings
from streams.cli.run import WORKERS
from streams.embedded.handover import SECRETS
from streams.engine.signing_keys import EVERY, load_key
from streams.engine.worker import STOP_SECONDS
from streams.settings import Settings
from streams.settings.mcp import Mcp
from tests.helm import CHART, KUBERNETES, SETS, VALUES, environ, helm, objects, of_kind, pods, program, rendered

pytestmark = pytest.mark.skipif(program() is None, reason="no Helm: the set-up builds it where Go is")

DEFAULTS: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
OF_OPERATORS = {"ScaledObject", "TriggerAuthentication", "PodMonitor", "PrometheusRule"}
"""Kinds that Kubernetes itself does not know."""
PODS = [(name, kind) for name in SETS for kind in ("Deployment", "Job")]
SECRET_VALUE = "https://portal.bitrix24.ru/rest/1/code/"


@pytest.mark.parametrize("name", SETS)
def test_helm_takes_it(name: str) -> None:
    """Without one warning."""
    said = helm("lint", "--strict", CHART, "-f", VALUES / f"{name}.yaml", "--kube-version", KUBERNETES)
    assert said.returncode == 0 and "WARNING" not in said.stdout, said.stdout + said.stderr


@pytest.mark.parametrize("name", SETS)
def test_kubernetes_takes_what_it_makes(name: str) -> None:
    """By the API's own schemas, with no unknown key; what other operators read is named."""
    made = objects(name)
    for one in made:
        if one["kind"] not in OF_OPERATORS:
            kubernetes_validate.validate(one, KUBERNETES, strict=True)
    assert ({one["kind"] for one in made} & OF_OPERATORS == OF_OPERATORS) is (name == "scaled")


@pytest.mark.parametrize(
    "wrong",
    [
        "kafka.bootstrap=kafka",
        "kafka.security=SASL_SSL",
        "image.repository=",
        "clickhouse.url=",
        "storeApi.token.secret=",
        "workers.notify.replicas=2",
        "workers.store.keda.enabled=true",
        "workers.transcribe.keda.max=5",
        "workers.typo.replicas=1",
        "ingress.enabled=true",
        "settngs=x",
    ],
)
def test_wrong_values_are_refused(wrong: str) -> None:
    """Before anything is installed, naming the value."""
    said = rendered(VALUES / "small.yaml", "--set", wrong)
    assert said.returncode != 0
    named = wrong.split("=")[0].split(".")
    assert "values don't meet" in said.stderr and (named[0] in said.stderr)


@pytest.mark.parametrize("name", SETS)
def test_every_worker_is_in_it(name: str) -> None:
    """By one template, at its own port, with time to end in order and to come up."""
    made, metrics = pods(name, "Deployment"), Settings.model_construct().metrics
    door = {"mcp"} & made.keys()
    assert made.keys() - door == DEFAULTS["workers"].keys() - {"mcp"} == WORKERS.keys()
    assert bool(door) is (name == "production"), "it is off unless it is asked for"
    for worker, pod in made.items():
        if worker in door:
            continue
        [container] = pod["containers"]
        assert container["args"] == ["worker", worker]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        assert ports["metrics"] == getattr(metrics, worker)
        assert pod["terminationGracePeriodSeconds"] > 2 * STOP_SECONDS + 5
        probes = [container[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "liveness", "readiness")]
        assert probes == ["/healthz", "/healthz", "/readyz"]
        assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]


@pytest.mark.parametrize(("name", "kind"), PODS)
def test_all_is_closed(name: str, kind: str) -> None:
    """No root, no right to gain, nothing writable but data and /tmp, no token of the cluster."""
    for pod in pods(name, kind).values():
        [container] = pod["containers"]
        assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is pod["enableServiceLinks"] is False
        closed = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert container["securityContext"] == closed
        mounted = {one["name"] for one in container["volumeMounts"]}
        assert mounted == {one["name"] for one in pod["volumes"]} and {"data", "tmp"} <= mounted
        for first in pod.get("initContainers", []):
            assert first["securityContext"] == closed and {one["name"] for one in first["volumeMounts"]} <= mounted


@pytest.mark.parametrize(("name", "kind"), PODS)
def test_its_settings_are_settings(name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read as a worker reads them: a name or a value that is none would end it at its start."""
    if kind == "Deployment":  # before the first installation there is no ConfigMap
        (tmp_path / "leadpulse.toml").write_text(of_kind(name, "ConfigMap")["leadpulse"]["data"]["leadpulse.toml"])
    monkeypatch.chdir(tmp_path)
    for known in [known for known in os.environ if known.startswith("LEADPULSE_")]:
        monkeypatch.delenv(known)
    for pod in pods(name, kind).values():
        with monkeypatch.context() as one:
            for variable, value in environ(pod).items():
                file = tmp_path / value.rpartition("/")[2]
                if value.startswith("/run/secrets/"):
                    file.write_text(SECRET_VALUE)
                one.setenv(variable, str(file) if value.startswith("/run/secrets/") else value)
            loaded = settings.load()
        assert loaded.store.backend == "clickhouse" and loaded.metrics.host == "0.0.0.0"


@pytest.mark.parametrize(("name", "kind"), PODS)
def test_secrets_are_files_that_are_mounted(name: str, kind: str) -> None:
    """Each that is named is there, no value stands in a variable, and a worker gets its own only."""
    for worker, pod in pods(name, kind).items():
        named = {value for value in environ(pod).values() if value.startswith("/run/secrets/leadpulse/")}
        [volume] = [one["projected"] for one in pod["volumes"] if one["name"] == "secrets"]
        items = [item["path"] for source in volume["sources"] for item in source["secret"]["items"]]
        assert named == {f"/run/secrets/leadpulse/{path}" for path in items}
        own = SECRETS.get(worker, frozenset({"store", "store.web_token"})) | {"kafka"}
        for path in set(items) - {"kafka-ca"}:
            section, _, field = path.lower().partition("__")
            assert section in own or f"{section}.{field}" in own
        assert all("valueFrom" not in one for one in pod["containers"][0]["env"])
    secrets = of_kind(name, "Secret")
    secrets.pop("leadpulse-keys", None)
    assert not [one for one in secrets.values() if one["stringData"].keys() != {"username"}]


@pytest.mark.parametrize("name", SETS)
def test_who_signs_has_his_own_key_only(name: str, tmp_path: Path) -> None:
    """The chart makes each, another at each installation, or the operator names his Secret; a pod gets the one of its
    own and tells the others its public part before it starts. No key stands in values or in a variable."""
    made, signers = of_kind(name, "Secret").get("leadpulse-keys"), set(EVERY)
    assert (made is None) is (name == "scaled")
    if made is not None:
        assert made["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
        for file, value in made["data"].items():
            (tmp_path / file).write_bytes(base64.b64decode(value))
            (tmp_path / file).chmod(0o440)
        keys = [load_key(tmp_path, who) for who in EVERY]
        again = rendered(VALUES / f"{name}.yaml").stdout
        assert len({key.private for key in keys}) == len(EVERY) and made["data"]["web.key"] not in again
    for worker, pod in pods(name, "Deployment").items():
        mounted = [one for one in pod["volumes"] if one["name"] == "keys"]
        assert bool(mounted) is (worker in signers)
        if mounted:
            secret = {"secretName": "leadpulse-keys" if made else "leadpulse-signing", "defaultMode": 0o440}
            items = [{"key": f"{worker}.key", "path": f"{worker}.key"}]
            assert mounted == [{"name": "keys", "secret": secret | {"items": items}}]
            assert [one["args"] for one in pod["initContainers"]] == [["keys", "ensure", worker]]
            assert environ(pod)["LEADPULSE_COMMANDS__KEYS"] == "/run/secrets/leadpulse-keys"


def test_mcp_is_a_door_of_its_own() -> None:
    """Where it is asked for: one pod that runs `leadpulse mcp`, at its port, reached by /mcp only."""
    pod = pods("production", "Deployment")["mcp"]
    [container] = pod["containers"]
    assert container["args"] == ["mcp"] and container["ports"] == [{"name": "http", "containerPort": Mcp().port}]
    probes = [container[f"{probe}Probe"]["httpGet"] for probe in ("startup", "liveness", "readiness")]
    assert probes == [{"path": "/healthz", "port": "http"}] * 3
    [rule] = of_kind("production", "Ingress")["leadpulse"]["spec"]["rules"]
    ways = {way["path"]: way["backend"]["service"]["name"] for way in rule["http"]["paths"]}
    assert ways["/mcp"] == "leadpulse-mcp" and "leadpulse-mcp" in of_kind("production", "Service")


@pytest.mark.parametrize("name", SETS)
def test_topics_and_tables_come_first(name: str) -> None:
    """Topics, then tables, before each installation and upgrade; the network lets them out already then."""
    jobs = of_kind(name, "Job")
    weights = {job: one["metadata"]["annotations"]["helm.sh/hook-weight"] for job, one in jobs.items()}
    assert weights == {"leadpulse-topics": "0", "leadpulse-migrate": "1"}
    assert [pod["containers"][0]["args"][0] for pod in pods(name, "Job").values()] == ["topics", "migrate"]
    first = of_kind(name, "NetworkPolicy")["leadpulse-prepare"]["metadata"]["annotations"]
    hooks = {one["metadata"]["annotations"]["helm.sh/hook"] for one in jobs.values()}
    assert hooks == {first["helm.sh/hook"]} == {"pre-install,pre-upgrade"} and int(first["helm.sh/hook-weight"]) < 0


@pytest.mark.parametrize("name", SETS)
def test_the_network_is_closed(name: str) -> None:
    """Every pod has its policy both ways; pipeline and actions reach Kafka only, and only store ClickHouse."""
    policies = {key.removeprefix("leadpulse-"): one["spec"] for key, one in of_kind(name, "NetworkPolicy").items()}
    assert policies.keys() == {*WORKERS, "mcp", "prepare"}
    out = {key: {port["port"] for rule in one["egress"] for port in rule["ports"]} for key, one in policies.items()}
    kafka, house = set(DEFAULTS["networkPolicy"]["kafkaPorts"]), set(DEFAULTS["networkPolicy"]["clickhousePorts"])
    assert out["pipeline"] == out["actions"] == kafka | {53}
    assert {key for key, ports in out.items() if ports & house} == {"store", "prepare"}
    assert all(one["policyTypes"] == ["Ingress", "Egress"] for one in policies.values())


def test_keda_asks_for_what_there_is() -> None:
    """Groups and topics by the names that workers use, and no more pods than partitions."""
    partitions = {topic.name: topic.partitions for topic in TOPICS}
    scaled = {key.removeprefix("leadpulse-"): one["spec"] for key, one in of_kind("scaled", "ScaledObject").items()}
    assert scaled.keys() == {"pipeline", "transcribe", "minutes"}
    for worker, spec in scaled.items():
        asked = [trigger["metadata"] for trigger in spec["triggers"]]
        assert {one["consumerGroup"] for one in asked} == {f"leadpulse-{worker}"}
        assert spec["maxReplicaCount"] <= max(partitions[one["topic"]] for one in asked)
        assert {(one["sasl"], one["tls"]) for one in asked} == {("scram_sha512", "enable")}
        assert "replicas" not in of_kind("scaled", "Deployment")[f"leadpulse-{worker}"]["spec"]
        own = DEFAULTS["workers"][worker]["keda"]["max"]
        assert own <= max(partitions[one["topic"]] for one in asked)


def test_rules_are_the_ones_that_are_tested() -> None:
    """Word for word those of `deploy/prometheus`."""
    [rule] = of_kind("scaled", "PrometheusRule").values()
    files = [CHART.parents[1] / "deploy" / "prometheus" / name for name in ("recording.yml", "alerts.yml")]
    assert rule["spec"]["groups"] == [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]


def test_what_may_be_one_only_is_replaced_before_the_next() -> None:
    """Two of `notify` would each count Telegram's limits alone; elsewhere a pod beyond the partitions is never made."""
    strategies = {key: one["spec"]["strategy"] for key, one in of_kind("production", "Deployment").items()}
    assert {key for key, one in strategies.items() if one["type"] == "Recreate"} == {
        "leadpulse-store",
        "leadpulse-notify",
        "leadpulse-web",
        "leadpulse-agent",
        "leadpulse-actions",
        "leadpulse-mcp",
    }
    rolling = {key: one["rollingUpdate"]["maxSurge"] for key, one in strategies.items() if "rollingUpdate" in one}
    assert {key for key, surge in rolling.items() if surge} == {"leadpulse-gateway"}


def test_every_value_is_checked() -> None:
    """The schema knows each that `values.yaml` has, and the page explains each at the top."""
    schema = json.loads((CHART / "values.schema.json").read_text())
    assert schema["properties"].keys() - {"global"} == DEFAULTS.keys()
    page = (CHART / "README.md").read_text()
    assert set(re.findall(r"^\| `(\w+)", page, re.M)) == DEFAULTS.keys()
