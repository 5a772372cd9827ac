from odoo import models


class IrActionsReport(models.Model):
    _name = "ir.actions.report"
    _inherit = "ir.actions.report"

    def _build_wkhtmltopdf_args(
        self,
        paperformat_id,
        landscape,
        specific_paperformat_args=None,
        set_viewport_size=False,
    ):
        """Our letters have no scripts: do not wait a second for them to finish."""
        args = super()._build_wkhtmltopdf_args(
            paperformat_id, landscape, specific_paperformat_args, set_viewport_size
        )
        if self.env.context.get("ar_collections_letter") and "--javascript-delay" in args:
            args[args.index("--javascript-delay") + 1] = "0"
        return args
