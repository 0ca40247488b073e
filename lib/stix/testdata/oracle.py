"""Changes the objects of bundle.json one value at a time and has the JSON schemas of OASIS judge them.

Arguments: the folder schemas of cti-stix2-json-schemas. Prints a list of {what, object, valid}.
"""
import copy
import glob
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
from jsonschema import Draft202012Validator, RefResolver  # noqa: E402

OTHER = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
VALUES = [None, 1, -1, 1.5, "x", "", [], {}, ["x"], [1], [OTHER], OTHER, True, "2026-01-01T00:00:00Z", {"a": 1}, 10**17]

store, named = {}, {}
for name in glob.glob(os.path.join(sys.argv[1], "*", "*.json")):
    with open(name, encoding="utf-8") as file:
        schema = json.load(file)
    store[schema["$id"]] = schema
    named[os.path.basename(name)[:-5]] = schema


def walk(value, path=()):
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from walk(inner, path + (key,))


def changed(whole, path, *value):
    whole = copy.deepcopy(whole)
    part = whole
    for key in path[:-1]:
        part = part[key]
    if value:
        part[path[-1]] = value[0]
    else:
        del part[path[-1]]
    return whole


def properties(kind):
    found = set()
    for schema in (named[kind], named["core"], named["cyber-observable-core"]):
        for part in [schema] + schema.get("allOf", []):
            found |= set(part.get("properties", {}))
    return found


with open(os.path.join(os.path.dirname(__file__), "bundle.json"), encoding="utf-8") as file:
    objects = json.load(file)["objects"]
out = []
for whole in objects:
    kind = whole["type"]
    if kind not in named:
        continue
    validator = Draft202012Validator(named[kind], resolver=RefResolver(named[kind]["$id"], named[kind], store=store))
    changes = [("as it is", whole)]
    for path in walk(whole):
        if path and path[0] not in ("id", "type"):
            place = "/".join(map(str, path))
            changes.append((f"{place} gone", changed(whole, path)))
            changes += [(f"{place} = {json.dumps(v)}", changed(whole, path, v)) for v in VALUES]
    for name in sorted(properties(kind) - set(whole)):
        changes += [(f"{name} = {json.dumps(v)}", {**whole, name: v}) for v in VALUES]
    out += [{"what": kind + " " + what, "object": one, "valid": validator.is_valid(one)} for what, one in changes]
json.dump(out, sys.stdout)
