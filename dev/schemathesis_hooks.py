"""What schemathesis cannot know of this API: which refusals a schema could not have foretold."""

import schemathesis
from schemathesis import GenerationMode

# Faults that depend on what is stored, or on several fields at once.
BEYOND_ANY_SCHEMA = {"not_known", "not_allowed", "duplicate", "swapped_coordinates"}

# Single fields whose values a schema describes only in part: (end of the pointer, code).
BEYOND_THIS_SCHEMA = {
    ("_at", "out_of_range"),  # instants are of this century, and in their order
    ("/from", "out_of_range"),
    ("?from", "out_of_range"),
    ("?updated_since", "out_of_range"),
    ("?to", "out_of_range"),
    ("/id", "malformed"),  # a step whose predecessor answered null where an id may be
    ("?asked_since", "out_of_range"),
    ("?asked_until", "out_of_range"),
    ("/until", "out_of_range"),  # after now
    ("?before", "malformed"),  # opaque, as `cursor` is
    ("?after", "malformed"),
    ("?cursor", "malformed"),  # opaque: only what we wrote ourselves is read
    ("?datum", "required"),  # needed beside `near` and `bbox`
    ("?near", "required"),  # needed beside `radius_m`
    ("?near", "out_of_range"),
    ("?bbox", "out_of_range"),
    ("?bbox", "malformed"),  # its south must not lie north of its north
    ("?skip_faults", "required"),
    ("/bytes", "out_of_range"),  # the installation's own limit, which GET /v1/visit-rules tells
    ("/head", "malformed"),  # Base64
    ("/to", "required"),  # or `budget_minutes`
    ("/to", "out_of_range"),  # not before `from`
    ("?year", "required"),  # for files that do not say it themselves
    ("/segments", "required"),  # of a day that is worked in a week that is not
    ("/look_alike_distance", "out_of_range"),  # not below `same_shot_distance`
    ("photo", "too_short"),  # a part without bytes
    ("/jwks_url", "malformed"),  # a URL
    ("/name", "too_short"),  # more than white space
    ("/address", "too_short"),
    ("/external_id", "too_short"),
    ("/file_name", "malformed"),  # a name, and no path
    ("?since", "out_of_range"),
    ("?until", "out_of_range"),
    ("/fields", "too_short"),  # nothing is written
    ("/url", "malformed"),  # a URL, and one that the installation sends to
    ("/email", "malformed"),
    ("/wecom_app", "malformed"),  # an id as the other system forms them
    ("/wecom_robot", "malformed"),
    ("/dingtalk_robot", "malformed"),
    ("/feishu_robot", "malformed"),
    ("/reason_code", "required"),  # where the stage ends the deal
    ("/recipient", "required"),  # or `contact_id`
    ("/callback_token", "required"),
    ("/callback_aes_key", "required"),
    ("/callback_aes_key", "malformed"),  # 43 characters that are 32 bytes
    ("/token", "required"),  # by the channel that is set up, and what is kept of it
    ("/secret", "required"),
    ("/corp_id", "required"),
    ("/agent_id", "required"),
    ("/to", "malformed"),
    ("/to", "too_short"),  # more than white space
    ("/company", "required"),  # or `person`
    ("/customer_id", "required"),  # or `deal_id`
    ("/next_step", "required"),  # beside its date
    ("/seconds", "required"),  # of a call
    ("/sign_on", "required"),  # where the outcome is that they sign on a date
    ("/note", "required"),  # where the reason is another one
    ("/reason", "too_short"),  # more than white space
}


def is_beyond(error):
    pointer, code = error["pointer"], error["code"]
    # What a deal's fields are, and what each can hold, is said by the organisation's playbook.
    # What an action holds beside them depends on its kind.
    if pointer.startswith(("/fields/", "/data/")):
        return True
    return code in BEYOND_ANY_SCHEMA or any(pointer.endswith(end) and code == known for end, known in BEYOND_THIS_SCHEMA)


@schemathesis.check
def refused_for_what_no_schema_says(ctx, response, case):
    """A request that keeps the schema is refused only for what the schema cannot say."""
    if response.status_code not in (400, 422) or case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    problem = response.json()
    # Bytes that are no form, no file or not what was declared: their content is no matter of a schema.
    if problem["code"] in ("upload_broken", "bytes_differ", "idempotency_key_reused") or case.path.endswith(":import") or case.path.startswith("/v1/playbook"):
        return
    surprising = [error for error in problem.get("errors", []) if not is_beyond(error)]
    assert problem.get("errors") and not surprising, f"refused though it keeps the schema: {problem['code']} {surprising}"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Nobody listens to the live stream for longer than a second here: most of a run would be spent on waiting."""
    if case.path != "/v1/stream":
        return
    query = case.query if isinstance(case.query, dict) else {}
    if "for_s" not in query or (isinstance(query["for_s"], int) and 1 <= query["for_s"] <= 3600):
        case.query = {**query, "for_s": 1}
