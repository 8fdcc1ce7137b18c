"""Holds what the administration API answers against docs/openapi.yaml, strictly: members that the
document does not name are faults too."""
import copy
import json
import re

import jsonschema
import yaml

from hub import ROOT

ROOT_PATH = "/api/v1"
DOCUMENT = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())


def _resolve(node):
    """`node` without references."""
    if isinstance(node, list):
        return [_resolve(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return _resolve(target)
    return {key: _resolve(value) for key, value in node.items()}


def _close(schema):
    """Objects with named members get no others."""
    if isinstance(schema, list):
        return [_close(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "allOf" in schema:
        merged = {"type": "object", "required": [], "properties": {}}
        for part in schema["allOf"]:
            merged["required"] += part.get("required", [])
            merged["properties"].update(part.get("properties", {}))
        return _close(merged)
    closed = {key: _close(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


def operations():
    """(method, path template, operation) of everything in the document."""
    return [(method.upper(), path, operation)
            for path, item in DOCUMENT["paths"].items()
            for method, operation in item.items() if method in ("get", "post", "put", "delete")]


def _operation(method, path):
    path = path.split("?")[0].removeprefix(ROOT_PATH)
    exact = [o for m, template, o in operations() if m == method and template == path]
    if exact:
        return exact[0]
    for m, template, operation in operations():
        pattern = re.sub(r"\\\{[a-z]+\\\}", ".+", re.escape(template))
        if m == method and "{" in template and re.fullmatch(pattern, path):
            return operation
    raise AssertionError(f"docs/openapi.yaml has no {method} {path}")


def check(method, path, status, body):
    """The answer is as the document says; returns it parsed."""
    operation = _operation(method, path)
    responses = operation["responses"]
    if str(status) in responses:
        response = _resolve(responses[str(status)])
    else:
        assert status >= 400, f"{method} {path} answered {status}, which is not described"
        response = _resolve(responses["default"])
    return check_schema(response["content"]["application/json"]["schema"], body)


def check_schema(schema, body):
    value = json.loads(body)
    jsonschema.validate(value, _close(_resolve(copy.deepcopy(schema))),
                        cls=jsonschema.Draft202012Validator)
    return value


def schema_named(name):
    return DOCUMENT["components"]["schemas"][name]


def test_the_document_describes_refusals_of_every_operation():
    for method, path, operation in operations():
        assert "default" in operation["responses"], (method, path)
        assert operation["operationId"]
