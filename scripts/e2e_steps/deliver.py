"""Deliver what is queued; read by ``odoo shell``, which gives ``env``. May be killed."""

print("E2E delivering", flush=True)
env["ar.collection.notice"]._cron_deliver()  # noqa: F821 (given by the shell)
env.cr.commit()  # noqa: F821
print("E2E delivered", flush=True)
