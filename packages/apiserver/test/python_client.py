"""What a program with the official Python client does, against the kubeconfig that is named. Prints one JSON object."""

import json
import sys
import time

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.dynamic.exceptions import ResourceNotFoundError


def served(dynamics, api_version, kind):
    """The resource of a new kind: a real server serves it only after a moment."""
    deadline = time.monotonic() + 20
    while True:
        try:
            dynamics.resources.invalidate_cache()
            return dynamics.resources.get(api_version=api_version, kind=kind)
        except ResourceNotFoundError:
            if time.monotonic() > deadline:
                raise


config.load_kube_config(sys.argv[1])
core = client.CoreV1Api()
apps = client.AppsV1Api()
result = {"version": client.VersionApi().get_code().git_version}

core.create_namespace({"metadata": {"name": "python"}})
core.create_namespaced_config_map("python", {"metadata": {"name": "one", "labels": {"part": "a"}}, "data": {"x": "1"}})
core.create_namespaced_config_map("python", {"metadata": {"name": "two"}, "data": {"x": "2"}})
result["listed"] = [item.metadata.name for item in core.list_namespaced_config_map("python").items]
selected = core.list_namespaced_config_map("python", label_selector="part in (a)")
result["selected"] = [item.metadata.name for item in selected.items]
page = core.list_namespaced_config_map("python", limit=1)
rest = core.list_namespaced_config_map("python", limit=1, _continue=page.metadata._continue)
result["pages"] = [page.items[0].metadata.name, rest.items[0].metadata.name]

patched = core.patch_namespaced_config_map("one", "python", {"data": {"y": "3"}})
result["patched"] = patched.data
stale = core.read_namespaced_config_map("two", "python")
core.patch_namespaced_config_map("two", "python", {"data": {"x": "22"}})
try:
    core.replace_namespaced_config_map("two", "python", stale)
    result["stale"] = "accepted"
except ApiException as error:
    result["stale"] = [error.status, json.loads(error.body)["reason"]]
try:
    core.read_namespaced_config_map("three", "python")
except ApiException as error:
    result["missing"] = [error.status, json.loads(error.body)["message"]]

container = client.V1Container(name="web", image="web:1")
labels = {"app": "web"}
template = client.V1PodTemplateSpec(metadata=client.V1ObjectMeta(labels=labels), spec=client.V1PodSpec(containers=[container]))
spec = client.V1DeploymentSpec(selector=client.V1LabelSelector(match_labels=labels), template=template)
deployment = apps.create_namespaced_deployment("python", client.V1Deployment(metadata=client.V1ObjectMeta(name="web"), spec=spec))
result["defaults"] = [deployment.spec.replicas, deployment.spec.strategy.type, deployment.metadata.generation]
scaled = apps.patch_namespaced_deployment_scale("web", "python", {"spec": {"replicas": 3}})
result["scaled"] = [scaled.spec.replicas, apps.read_namespaced_deployment("web", "python").metadata.generation]

version = core.list_namespaced_config_map("python").metadata.resource_version
core.delete_namespaced_config_map("two", "python")
events = watch.Watch().stream(core.list_namespaced_config_map, "python", resource_version=version, timeout_seconds=10)
event = next(iter(events))
result["watched"] = [event["type"], event["object"].metadata.name]

dynamics = dynamic.DynamicClient(client.ApiClient())
crds = dynamics.resources.get(api_version="apiextensions.k8s.io/v1", kind="CustomResourceDefinition")
schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer", "maximum": 5}}}}}
names = {"plural": "boxes", "singular": "box", "kind": "Box", "listKind": "BoxList"}
crds.create({
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "boxes.python.example.com"},
    "spec": {
        "group": "python.example.com",
        "scope": "Namespaced",
        "names": names,
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
    },
})
boxes = served(dynamics, "python.example.com/v1", "Box")
box = {"apiVersion": "python.example.com/v1", "kind": "Box", "metadata": {"name": "b"}, "spec": {"size": 2}}
result["custom"] = boxes.create(box, namespace="python").spec.size
try:
    boxes.create({**box, "metadata": {"name": "c"}, "spec": {"size": 9}}, namespace="python")
except ApiException as error:
    result["invalid"] = [error.status, json.loads(error.body)["details"]["causes"][0]["field"]]

print(json.dumps(result))
