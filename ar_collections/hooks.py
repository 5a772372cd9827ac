def post_init_hook(env):
    """Give every root company its policies, and ask for the first refresh; nothing heavier.

    The figures of a database with millions of items are made by the job, not here.
    """
    env["res.company"].search([])._ar_create_policies()
    env.ref("ar_collections.ir_cron_ar_collection_refresh_full")._trigger()


def uninstall_hook(env):
    """Take away what hangs on our records without a foreign key to them."""
    models = env["ir.model"].search([("model", "=like", "ar.collection%")]).mapped("model")
    # activities without a record, of a type that goes with us
    approval = env["ar.collection.approval"]._activity_type()
    env["mail.activity"].with_context(active_test=False).search(
        [("activity_type_id", "in", approval.ids)]
    ).unlink()
    env.cr.execute("DROP FUNCTION IF EXISTS ar_collection_audit_guard() CASCADE")
    for name, field in (
        ("mail.message", "model"),
        ("mail.activity", "res_model"),
        ("mail.followers", "res_model"),
        ("ir.attachment", "res_model"),
        ("ir.filters", "model_id"),
    ):
        env[name].search([(field, "in", models)]).unlink()
