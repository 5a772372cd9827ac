"""In Odoo's shell, before tests: what each class or browser would else make again for itself.

Companies with a chart of accounts, which ``ArCollectionsCommon`` takes instead of making its
own, and the bundles of the web client.
"""

from odoo.addons.ar_collections.tests.prepared import prepare_companies

prepare_companies(env)  # noqa: F821, given by the shell
env["ir.qweb"]._pregenerate_assets_bundles()  # noqa: F821
env.cr.commit()  # noqa: F821
