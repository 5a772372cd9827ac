"""The notices and what became of them; read by ``odoo shell``, which gives ``env``."""

import json

notices = env["ar.collection.notice"].search([])  # noqa: F821 (given by the shell)
rows = [
    {
        "name": notice.name,
        "state": notice.state,
        "unknown": notice.delivery_unknown,
        "email": notice.collection_id.contact_id.email,
        "message_id": notice.message_reference,
        "error": notice.error,
    }
    for notice in notices
]
print("E2E " + json.dumps(rows))
