"""What schemathesis holds every answer of the API against, and how long it lets the server wait."""

import schemathesis

# A poll may wait for minutes; a run has thousands of requests.
LONGEST_WAIT_MS = 100


@schemathesis.check
def never_fails(ctx, response, case):
    """Whatever is sent, the server does not fail. 501 says that Segue does not have something."""
    if response.status_code >= 500 and response.status_code not in (501, 504):
        raise AssertionError(f"the server failed: {response.status_code}")


@schemathesis.hook
def map_body(ctx, body):
    """Keeps what is asked, but for the patience; an activation that names none waits ten seconds."""
    if isinstance(body, dict):
        wait = body.get("requestTimeout")
        polls = ctx.operation.path == "/v2/jobs/activation"
        if (wait is None and polls) or (isinstance(wait, int) and (wait == 0 or wait > LONGEST_WAIT_MS)):
            body["requestTimeout"] = LONGEST_WAIT_MS
    return body
