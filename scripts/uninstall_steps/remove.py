"""Uninstall the addon as the Apps list does; read by ``odoo shell``, which gives ``env``."""

addons = env["ir.module.module"].search(  # noqa: F821 (given by the shell)
    [("name", "=like", "ar_collections%"), ("state", "=", "installed")]
)
addons.button_immediate_uninstall()
print("STEP true")
