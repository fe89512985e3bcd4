"""Works with the generated client, and compares what it reads with what it recorded."""

import base64
import hashlib
import json
import os
from datetime import datetime

from annals_client import AuthenticatedClient
from annals_client.api.keys import create_key
from annals_client.api.organisations import create_organisation
from annals_client.api.proofs import get_checkpoint, get_inclusion_proof
from annals_client.api.recording import record_events
from annals_client.api.trail import export_events, get_event, list_events
from annals_client.models.created_key import CreatedKey
from annals_client.models.draft import Draft
from annals_client.models.draft_list import DraftList
from annals_client.models.error_response import ErrorResponse
from annals_client.models.event import Event
from annals_client.models.event_list import EventList
from annals_client.models.export_events_format import ExportEventsFormat
from annals_client.models.inclusion_proof import InclusionProof
from annals_client.models.key_request import KeyRequest
from annals_client.models.key_request_role import KeyRequestRole
from annals_client.models.list_events_order import ListEventsOrder
from annals_client.models.list_events_without import ListEventsWithout
from annals_client.models.list_events_without_outcome import ListEventsWithoutOutcome
from annals_client.models.organisation import Organisation
from annals_client.models.organisation_request import OrganisationRequest
from annals_client.models.receipt import Receipt

api = os.environ["ANNALS_API"]
with open(os.environ["ANNALS_DRAFTS"], encoding="utf-8") as file:
    drafts = json.load(file)


def client_of(token: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=api, token=token)


def step(text: str) -> None:
    print(f"python: {text}", flush=True)


def expect(actual: object, expected: object) -> None:
    if actual != expected:
        raise SystemExit(f"python: expected {expected!r}, not {actual!r}")


def comparable(event: dict) -> dict:
    """An event or a draft without what the server adds, its time as a time."""
    added = ("sequence", "recordedAt", "organizationIdentity")
    kept = {name: value for name, value in event.items() if name not in added}
    return kept | {"createdAt": datetime.fromisoformat(kept["createdAt"])}


def expect_events(events: list[dict], expected: list[dict]) -> None:
    expect([comparable(event) for event in events], [comparable(draft) for draft in expected])


operator = client_of(os.environ["ANNALS_OPERATOR_KEY"])
organisation = create_organisation.sync(
    client=operator, body=OrganisationRequest(slug="python", name="Python")
)
assert isinstance(organisation, Organisation), organisation
key = create_key.sync(
    client=operator,
    body=KeyRequest(organisation="python", role=KeyRequestRole.ORG_ADMIN, name="generated"),
)
assert isinstance(key, CreatedKey), key
client = client_of(key.key)
step("created an organisation and a key")

one = record_events.sync(client=client, body=Draft.from_dict(drafts[0]))
assert isinstance(one, Receipt), one
expect((one.accepted, one.duplicates), (1, 0))
many = record_events.sync(
    client=client, body=DraftList(events=[Draft.from_dict(draft) for draft in drafts])
)
assert isinstance(many, Receipt), many
expect((many.accepted, many.duplicates), (len(drafts) - 1, 1))
step(f"recorded one event, then {many.accepted} and a duplicate")

wrong = record_events.sync(client=client, body=Draft(action="x", event_id=drafts[0]["eventID"]))
assert isinstance(wrong, ErrorResponse), wrong
denied = list_events.sync_detailed(client=client_of("annals_nobody_0123456789abcdef"))
expect(denied.status_code, 401)
assert isinstance(denied.parsed, ErrorResponse), denied
step("got errors as errors")

page = list_events.sync(
    client=client,
    action=["POST", "kms.decrypt"],
    without=ListEventsWithout(outcome=ListEventsWithoutOutcome.FAILURE),
    from_="2026-06-02",
    to="2026-06-04",
    order=ListEventsOrder.ASC,
    limit=7,
)
assert isinstance(page, EventList), page
matching = sorted(
    (
        draft
        for draft in drafts
        if draft["action"] in ("POST", "kms.decrypt")
        and draft["outcome"] != "failure"
        and "2026-06-02" <= draft["createdAt"] < "2026-06-05"
    ),
    key=lambda draft: draft["createdAt"],
)
expect(page.total_items, len(matching))
expect_events([event.to_dict() for event in page.items], matching[:7])
step(f"listed 7 of {len(matching)} events that match filters")

followed = list_events.sync(client=client, from_sequence=0, limit=20, include_system_services=True)
assert isinstance(followed, EventList), followed
expect([event.sequence for event in followed.items], list(range(20)))
expect(followed.next_sequence, 20)
step("followed the log by sequence")

arguments = export_events._get_kwargs(format_=ExportEventsFormat.NDJSON)
lines: dict[str, str] = {}
with client.get_httpx_client().stream(**arguments) as response:
    expect(response.status_code, 200)
    for line in response.iter_lines():
        lines[json.loads(line)["eventID"]] = line
oldest_first = sorted(drafts, key=lambda draft: draft["createdAt"])
expect_events([json.loads(line) for line in lines.values()], oldest_first)
whole = export_events.sync(client=client)
assert isinstance(whole, list), whole
expect_events([event.to_dict() for event in whole], oldest_first)
step(f"exported {len(lines)} events as NDJSON and as JSON")

draft = next(draft for draft in drafts if "user" not in draft)
event = get_event.sync(draft["eventID"], client=client)
assert isinstance(event, Event), event
expect_events([event.to_dict()], [draft])
step("got one event")

# The proof of an event without personal fields: its line is what its leaf is computed from.
proof = get_inclusion_proof.sync(client=client, event_id=draft["eventID"])
assert isinstance(proof, InclusionProof), proof
expect(proof.sequence, event.sequence)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


node = sha256(b"\x00", lines[draft["eventID"]].encode())
expect(base64.b64encode(node).decode(), proof.leaf)
# RFC 9162, 2.1.3.2
fn, sn = proof.sequence, proof.size - 1
for sibling in map(base64.b64decode, proof.hashes):
    if fn & 1 or fn == sn:
        node = sha256(b"\x01", sibling, node)
        while not fn & 1 and fn != 0:
            fn >>= 1
            sn >>= 1
    else:
        node = sha256(b"\x01", node, sibling)
    fn >>= 1
    sn >>= 1
expect((sn, base64.b64encode(node).decode()), (0, proof.root))
checkpoint = get_checkpoint.sync_detailed(client=client, size=proof.size)
expect(checkpoint.content.decode().split("\n")[1:3], [str(proof.size), proof.root])
step("checked a proof from the event to the signed checkpoint")
