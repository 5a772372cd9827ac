"""In Odoo's shell, before tests: what each class or browser would else make again for itself.

Companies with a chart of accounts, which ``ArCollectionsCommon`` takes instead of making its
own, and the bundles of the web client. Pages that no test of ours opens are archived: their
bundles would take longer than those of all other pages.
"""

from odoo.addons.ar_collections.tests.prepared import prepare_companies

UNOPENED = (
    "api_doc.docclient",
    "mail.discuss_public_channel_template",
    "spreadsheet.public_spreadsheet_layout",
    "web.qunit_suite",
    "web.test_helpers",
    "web.unit_tests_suite",
)

prepare_companies(env)  # noqa: F821, given by the shell
for name in UNOPENED:
    page = env.ref(name, raise_if_not_found=False)  # noqa: F821
    if page:
        page.active = False
env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821
# no page names this one, but each browser asks for it
env["ir.qweb"]._get_asset_bundle("bus.websocket_worker_assets", css=False).js()  # noqa: F821
env.cr.commit()  # noqa: F821
