"""What Schemathesis can't know of the API by its description alone."""

import hashlib
import hmac
import json
import os
import time

import requests
import schemathesis

# Refusals of what a schema allows: what is wrong is known to nobody but the server, by what it holds or by what a text says.
# `invalid_parameter` and `invalid_body` are not among them: what the description calls valid must never be refused with these.
UNFORESEEN = {
    "invalid_cursor",  # none that a list gave out
    "unknown_kind",  # a kind is a name; `GET /kinds` lists them
    "invalid_config",  # by the schema of the kind
    "unknown_command",  # by the kind of the agent
    "invalid_command",  # by the schema of the command
    "invalid_runbook",  # by `GET /runbooks/schema`, and by what its expressions say
    "invalid_input",  # by the runbook
    "invalid_hook",  # by the language of expressions
    "invalid_vital",  # by the origin of its page, and by the time
    "invalid_reading",  # by the type of the metric
    "invalid_span",  # times in their order, and how much one answer holds
    "unknown_retention_class",  # the setting `RETENTION_CLASSES` names them
    "invalid_schedule",  # by the language of cron, and times in their order
    "reason_required",  # by what the step says
    "version_conflict",  # another version is there
    "plan_changed",  # another plan is there
    "key_reused",  # the key came with another body
    "forbidden_key",  # `__proto__` in an object that may hold any key
}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    # What is too large for the server to read at all is refused too.
    if response.status_code == 431:
        return type(failure).__name__ != "AcceptedNegativeData"
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    return json.loads(response.content).get("code") not in UNFORESEEN


# What others need is not taken from them: this is ended in its place.
SPARE = {"shop": "spare", "greet-1": "greet-2", "hourly": "daily", "signed": "pushes"}


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    # So is what has little to tell looked at, where a look is long: ledgers grow while they are tried.
    if case.method == "DELETE" or path.endswith(("/cancel", "/disable", "/approvals/{path}", "/verify", "/export")):
        named = case.path_parameters.get("id")
        case.path_parameters["id"] = SPARE.get(named, named)
    # Following a run that goes on has no end; the one that has ended is followed to its end.
    if path.endswith("/runs/{id}/logs") and "follow" in (case.query or {}):
        case.path_parameters["id"] = "greet-0"
    # Following the ledger goes on for ten minutes.
    if path.endswith("/evidence/stream") and str((case.query or {}).get("follow")).lower() == "true":
        case.query["follow"] = "false"
    if path.endswith(("/evidence/export", "/evidence/rebuild")):
        asked = case.query if path.endswith("/export") else case.body
        if isinstance(asked, dict) and not asked.get("agent"):
            asked["agent"] = "spare"
    # It ends a session: not that of all the others.
    if path.endswith("/auth/logout"):
        own, spare = os.environ["YMERA_TOKEN"], os.environ["YMERA_SPARE_TOKEN"]
        for headers in (case.headers, kwargs.get("headers")):
            if headers and headers.get("Authorization") == f"Bearer {own}":
                headers["Authorization"] = f"Bearer {spare}"
    # The credentials of the example are nobody's.
    if path.endswith("/auth/login") and isinstance(case.body, dict) and case.body.get("username") == "ann":
        case.body = json.loads(os.environ["YMERA_CREDENTIALS"])
    if path.endswith("/hooks/{id}") and case.path_parameters.get("id") == "signed":
        sign(case)


def sign(case):
    """Signs a delivery, byte by byte as it is going to be sent."""
    sent = case.as_transport_kwargs(base_url="http://127.0.0.1")
    body = requests.Request(**{**sent, "cookies": None}).prepare().body or b""
    now = str(int(time.time()))
    signed = now.encode() + b"." + (body.encode() if isinstance(body, str) else body)
    digest = hmac.new(os.environ["YMERA_HOOK_KEY"].encode(), signed, hashlib.sha256).hexdigest()
    case.headers["X-Ymera-Signature"] = f"t={now},v1={digest}"


@schemathesis.serializer("application/csp-report", "application/reports+json")
def reports(ctx, value):
    return json.dumps(value).encode()


@schemathesis.deserializer("application/x-ndjson")
def lines(ctx, response):
    return [json.loads(line) for line in response.content.splitlines()]
