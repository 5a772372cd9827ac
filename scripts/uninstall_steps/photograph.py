"""What stands in the database, as names; read by ``odoo shell``, which gives ``env``.

Every view of the models that the addon extends is opened: a broken one is named.
"""

import json

QUERIES = {
    "columns": """
        SELECT table_name || '.' || column_name FROM information_schema.columns
         WHERE table_schema = 'public'""",
    "indexes": "SELECT tablename || ': ' || indexname FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": """
        SELECT conrelid::regclass || ': ' || conname FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace""",
    "names given by addons": """
        SELECT module || '.' || name FROM ir_model_data WHERE module LIKE 'ar\\_%'""",
    "models": "SELECT model FROM ir_model",
    "fields": "SELECT model || '.' || name FROM ir_model_fields",
    "choices": """
        SELECT field.model || '.' || field.name || '=' || choice.value
          FROM ir_model_fields_selection choice
          JOIN ir_model_fields field ON field.id = choice.field_id""",
    "jobs": "SELECT cron_name FROM ir_cron",
    "groups": "SELECT id || ' ' || (name ->> 'en_US') FROM res_groups",
    "rules": "SELECT id || ' ' || name FROM ir_rule",
    "views": "SELECT id || ' ' || name FROM ir_ui_view",
    "menus": "SELECT id || ' ' || (name ->> 'en_US') FROM ir_ui_menu",
    "actions": "SELECT id || ' ' || (name ->> 'en_US') FROM ir_actions",
    "mail templates": "SELECT id || ' ' || (name ->> 'en_US') FROM mail_template",
    "sequences": "SELECT id || ' ' || name FROM ir_sequence",
    "parameters": "SELECT key FROM ir_config_parameter",
    "messages": "SELECT DISTINCT model FROM mail_message WHERE model LIKE 'ar.%'",
    "mails": "SELECT id::text FROM mail_mail",
    "activities": "SELECT DISTINCT res_model FROM mail_activity WHERE res_model LIKE 'ar.%'",
    "followers": "SELECT DISTINCT res_model FROM mail_followers WHERE res_model LIKE 'ar.%'",
    "attachments": """
        SELECT DISTINCT coalesce(res_model, name) FROM ir_attachment
         WHERE res_model LIKE 'ar.%' OR name LIKE '%ar\\_collection%'""",
    "filters": "SELECT name FROM ir_filters WHERE model_id LIKE 'ar.%'",
    "address types": "SELECT DISTINCT type FROM res_partner WHERE type LIKE 'ar\\_%'",
}
EXTENDED = ("account.move", "account.move.line", "res.partner", "res.config.settings")


def photograph(env):
    result = {}
    for part, query in QUERIES.items():
        env.cr.execute(query)
        result[part] = [str(name) for (name,) in env.cr.fetchall()]
    result["broken views"] = broken_views(env)
    return result


def broken_views(env):
    broken = []
    views = env["ir.ui.view"].search([("model", "in", EXTENDED), ("mode", "=", "primary")])
    for view in views:
        try:
            env[view.model].get_view(view.id, view.type)
        except Exception as error:
            broken.append(f"{view.xml_id}: {error}")
    return broken


print("STEP " + json.dumps(photograph(env)))  # noqa: F821 (given by the shell)
