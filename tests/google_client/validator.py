"""Checks JSON against a Google discovery document. Must not know the sandbox.

Strict where Google's own client is lenient: an unknown field, a number where text is promised, an
enum value that is not listed, or a number out of its format's range is a fault.
"""

import base64
import re
from urllib.parse import parse_qsl, unquote, urlsplit

RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
DATETIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$")
ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "status"],
            "properties": {
                "code": {"type": "integer", "format": "int32"},
                "message": {"type": "string"},
                "status": {"type": "string"},
                "errors": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "string"}}},
                "details": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "any"}}},
            },
        }
    },
}


class Document:
    """One API's discovery document."""

    def __init__(self, document):
        self.schemas = document["schemas"]
        self.common = document["parameters"]
        self.methods = list(_methods(document))

    def method_of(self, verb, url):
        """The method that a request meant, and the values of its path parameters."""
        path = urlsplit(url).path.lstrip("/")
        for method in self.methods:
            values = _matched(method.get("flatPath", method["path"]), path)
            if values is not None and method["httpMethod"] == verb:
                return method, values
        raise ValueError(f"no method of the document is {verb} {path}")

    def request_faults(self, verb, url, body):
        method, _ = self.method_of(verb, url)
        known = {**self.common, **method.get("parameters", {})}
        faults = []
        for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
            parameter = known.get(name)
            if parameter is None:
                faults.append(f"query: unknown parameter {name}")
            elif "enum" in parameter and value not in parameter["enum"]:
                faults.append(f"query {name}: {value} is not listed")
            elif parameter.get("type") == "boolean" and value not in ("true", "false"):
                faults.append(f"query {name}: {value} is not a boolean")
        if "request" in method:
            faults += self.faults(method["request"], body, "request")
        elif body is not None:
            faults.append("request: a body where none is meant")
        return faults

    def answer_faults(self, verb, url, status, body):
        if status >= 400:
            faults = self.faults(ERROR, body, "error")
            if not faults and body["error"]["code"] != status:
                faults.append("error.code: not the HTTP status")
            return faults
        method, _ = self.method_of(verb, url)
        if "response" not in method:
            return [] if body is None else ["answer: a body where none is meant"]
        return self.faults(method["response"], body, "answer")

    def faults(self, schema, value, at):
        """What is wrong with a value; an empty list when nothing is."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        kind = schema.get("type", "object")
        if kind == "any":
            return []
        if kind == "object":
            return self._object_faults(schema, value, at)
        if kind == "array":
            if not isinstance(value, list):
                return [f"{at}: not a list"]
            return [
                fault
                for index, item in enumerate(value)
                for fault in self.faults(schema["items"], item, f"{at}[{index}]")
            ]
        return _scalar_faults(schema, kind, value, at)

    def _object_faults(self, schema, value, at):
        if not isinstance(value, dict):
            return [f"{at}: not an object"]
        faults = [f"{at}.{name}: missing" for name in schema.get("required", []) if name not in value]
        properties = schema.get("properties", {})
        for name, item in value.items():
            inner = properties.get(name, schema.get("additionalProperties"))
            if inner is None:
                faults.append(f"{at}.{name}: unknown field")
            else:
                faults += self.faults(inner, item, f"{at}.{name}")
        return faults


def _scalar_faults(schema, kind, value, at):
    form = schema.get("format")
    if kind == "string":
        if not isinstance(value, str):
            return [f"{at}: not text"]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{at}: {value} is not listed"]
        if form in RANGES and not _whole_within(value, form):
            return [f"{at}: {value} is not {form}"]
        if form == "google-datetime" and not DATETIME.match(value):
            return [f"{at}: {value} is not a moment"]
        if form == "byte":
            try:
                base64.b64decode(value, validate=True)
            except ValueError:
                return [f"{at}: not base64"]
        return []
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{at}: not a boolean"]
    if kind == "integer":
        good = isinstance(value, int) and not isinstance(value, bool)
        low, high = RANGES[form or "int32"]
        return [] if good and low <= value <= high else [f"{at}: {value} is not {form}"]
    if kind == "number":
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
        return [] if good else [f"{at}: not a number"]
    return [f"{at}: the document has an unknown type {kind}"]


def _whole_within(text, form):
    if not re.fullmatch(r"-?\d+", text):
        return False
    low, high = RANGES[form]
    return low <= int(text) <= high


def _methods(node):
    yield from node.get("methods", {}).values()
    for resource in node.get("resources", {}).values():
        yield from _methods(resource)


def _matched(template, path):
    names = re.findall(r"\{\+?(\w+)\}", template)
    parts = re.split(r"\{\+?\w+\}", template)
    # A colon ends a name only where a verb may follow it; inside a path an app's ID has some.
    holes = [r"([^/]+)" if after.startswith("/") else r"([^/:]+)" for after in parts[1:]]
    pattern = re.escape(parts[0]) + "".join(hole + re.escape(after) for hole, after in zip(holes, parts[1:]))
    found = re.fullmatch(pattern, path)
    return dict(zip(names, map(unquote, found.groups()))) if found else None
