"""Goes through a TAXII server with the client of OASIS, which is not changed.

Prints one JSON object of what it saw; arguments: URL of discovery, name, password.
"""
import datetime
import json
import sys

from taxii2client.v21 import ApiRoot, Collection, Server, Status, as_pages
import requests

where, user, password = sys.argv[1:]
seen = {}
server = Server(where, user=user, password=password)
seen["title"] = server.title
seen["contact"] = server.contact
root = server.default
seen["root"] = root.title
seen["versions"] = root.versions
seen["collections"] = [[c.title, c.can_read, c.can_write] for c in root.collections]
collection = root.collections[0]

KEY = "indicator--00000000-0000-4000-8000-%012d"
TIME = "2026-01-0%dT00:00:00.000Z"


def indicator(number, day):
    return {"type": "indicator", "spec_version": "2.1", "id": KEY % number, "created": TIME % 1, "modified": TIME % day,
            "pattern": "[ipv4-addr:value = '198.51.100.3']", "pattern_type": "stix", "valid_from": TIME % 1, "x_case": {"编号": number}}


sent = [indicator(n, 1) for n in range(10)] + [indicator(0, 2), {"type": "x-bad", "id": "x-bad--1"}]
status = collection.add_objects({"objects": sent})
seen["status"] = [status.status, status.total_count, status.success_count, status.failure_count, status.failures[0]["message"]]
again = Status(root.url + "status/" + status.id + "/", user=user, password=password)
seen["again"] = again.success_count

seen["same"] = collection.get_objects(version="all", limit=1000)["objects"] == sent[:-1]
seen["pages"] = [len(p["objects"]) for p in as_pages(collection.get_objects, per_request=4)]
seen["manifests"] = [len(p["objects"]) for p in as_pages(collection.get_manifest, per_request=4)]
seen["last"] = collection.get_object(KEY % 0)["objects"][0]["modified"]
seen["first"] = collection.get_object(KEY % 0, version="first")["objects"][0]["modified"]
seen["object_versions"] = collection.object_versions(KEY % 0)["versions"]
seen["none"] = dict(collection.get_objects(type=["malware", "tool"]))
seen["one"] = len(collection.get_objects(id=[KEY % 1, KEY % 2], type="indicator", spec_version="2.1")["objects"])
manifest = collection.get_manifest()
after = datetime.datetime.fromisoformat(manifest["objects"][3]["date_added"].replace("Z", "+00:00"))
seen["after"] = len(collection.get_objects(added_after=after)["objects"])
seen["headers"] = [h in manifest.headers for h in ("X-TAXII-Date-Added-First", "X-TAXII-Date-Added-Last")]
collection.delete_object(KEY % 0, version="first")
seen["left"] = collection.object_versions(KEY % 0)["versions"]
collection.delete_object(KEY % 0)


def refused(do):
    try:
        do()
    except requests.exceptions.HTTPError as e:
        return e.response.status_code
    return 0


seen["refused"] = [
    refused(lambda: collection.get_object(KEY % 0)),
    refused(lambda: collection.get_objects(version=["all", "last"])),
    refused(lambda: Server(where, user=user, password="wrong").title),
    refused(lambda: Collection(root.url + "collections/7/", user=user, password=password).title),
    refused(lambda: ApiRoot(where.replace("taxii2", "api9"), user=user, password=password).title),
    refused(lambda: collection.add_objects("{")),
]
print(json.dumps(seen, sort_keys=True, ensure_ascii=False))
