import logging
import tempfile
from datetime import timedelta
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

#: So many items are written while the reader waits; more by a job.
AT_ONCE = 20_000
#: Days after which a file is removed.
KEPT_DAYS = 14
MIMETYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
#: A file waits, is made, or could not be made and may be asked for again.
TRANSITIONS = {"waiting": ("done", "failed"), "failed": ("waiting",), "done": ()}


class ArCollectionExport(models.Model):
    """A file that somebody asked for: made at once, or by a job when it is large.

    It is made with the rights of who asked, and only that person can read it.
    """

    _name = "ar.collection.export"
    _description = "Export"
    _inherit = ["mail.thread"]
    _order = "id desc"

    name = fields.Char(readonly=True)
    document = fields.Selection(
        [
            ("ageing", "Aged receivables"),
            ("sub_ledger", "Receivables sub-ledger"),
            ("year_end", "Receivables at year end"),
            ("sample", "Sample for the auditor"),
            ("run", "Decisions of a run"),
        ],
        required=True,
        readonly=True,
        default="ageing",
    )
    file_format = fields.Selection(
        [("xlsx", "Spreadsheet"), ("pdf", "PDF"), ("zip", "Archive")], required=True, readonly=True
    )
    options = fields.Json(readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Asked by", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    branches = fields.Json(readonly=True, help="Ids of the companies that were open.")
    state = fields.Selection(
        [("waiting", "Waiting"), ("done", "Ready"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="waiting",
    )
    attachment_id = fields.Many2one(
        "ir.attachment", string="File", readonly=True, index="btree_not_null"
    )
    error = fields.Text(readonly=True)

    def write(self, vals):
        if not self.env.su:
            raise UserError(self.env._("A file is made as it was asked for. Ask for another one."))
        return super().write(vals)

    # === ACTIONS === #
    def action_download(self):
        """The file. :raises UserError: it is not ready."""
        self.ensure_one()
        self.check_access("read")
        if self.state != "done":
            raise UserError(
                self.env._("%(name)s is not ready yet.", name=self.name or self.document)
            )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "download",
        }

    def action_send(self):
        """Write an e-mail with the file."""
        self.ensure_one()
        self.check_access("read")
        if self.state != "done":
            raise UserError(
                self.env._("%(name)s is not ready yet.", name=self.name or self.document)
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_subject": self.name,
                "default_attachment_ids": self.attachment_id.ids,
            },
        }

    def action_retry(self):
        """Try again to make files that failed."""
        self.check_access("read")
        # sudo: the state is written by this transition only
        for export in self.filtered(lambda row: row.state == "failed").sudo():
            export._set_state("waiting", error=False)
        self._trigger()
        return True

    # === MAKING === #
    @api.model
    def _ask(self, document, file_format, options, at_once):
        """Ask for a file. :param at_once: make it now; else a job does. :return: the export."""
        # sudo: a reader writes nothing; the row is only who asked for what
        export = self.sudo().create(
            {
                "document": document,
                "file_format": file_format,
                "options": options,
                "user_id": self.env.uid,
                "company_id": self.env.company._ar_root().id,
                "branches": [self.env.company.id, *(self.env.companies - self.env.company).ids],
            }
        )
        if at_once:
            export._make()
        else:
            self._trigger()
        return export.with_env(self.env)

    @api.model
    def _trigger(self):
        # sudo: our job
        self.env.ref("ar_collections.ir_cron_ar_collection_export").sudo()._trigger()

    def _make(self):
        """Write the file with the rights of who asked."""
        self.ensure_one()
        asker = self.with_user(self.user_id).with_context(
            allowed_company_ids=self.branches, lang=self.user_id.lang, tz=self.user_id.tz
        )
        with tempfile.TemporaryDirectory(prefix="ar-export-") as folder:
            path = Path(folder, "file")
            name = asker._write_file(str(path))
            attachment = self.env["ir.attachment"].create(
                {
                    "name": name,
                    "raw": path.read_bytes(),
                    "mimetype": MIMETYPES[self.file_format],
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        self._set_state("done", name=name, attachment_id=attachment.id)

    def _write_file(self, path):
        """Write the document to a path. :return: name of the file."""
        ageing = self.env["ar.collection.ageing"]
        write = {
            "ageing": ageing._write_pdf if self.file_format == "pdf" else ageing._write_xlsx,
            "sub_ledger": ageing._write_sub_ledger,
            "year_end": ageing._write_year_end,
            "sample": ageing._write_sample,
            "run": self.env["ar.collection.run"]._write_xlsx,
        }[self.document]
        return write(path, self.options or {})

    def _set_state(self, state, **vals):
        for export in self:
            if state not in TRANSITIONS[export.state]:
                raise UserError(
                    self.env._("%(name)s cannot be made again.", name=export.display_name)
                )
        self.write({"state": state, **vals})

    @api.model
    def _cron_export(self):
        """Make the files that wait, the oldest first."""
        waiting = self.search([("state", "=", "waiting")], order="id")
        cron = self.env["ir.cron"]
        for number, found in enumerate(waiting, 1):
            export = found.try_lock_for_update()
            if not export:
                continue
            try:
                with self.env.cr.savepoint():
                    export._make()
            except UserError as error:
                export._set_state("failed", error=str(error))
            except Exception:
                _logger.exception("Export %s could not be made", export.id)
                export._set_state(
                    "failed", error=self.env._("An error of the program; the log tells more.")
                )
            export._tell()
            if not cron._commit_progress(1, remaining=len(waiting) - number):
                break

    def _tell(self):
        """Tell who asked that the file is ready, or what went wrong."""
        name = self.name or dict(self._fields["document"].selection)[self.document]
        done = self.state == "done"
        self.message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=self.env._("%(name)s is ready", name=name)
            if done
            else self.env._("%(name)s could not be made", name=name),
            body=self.env._("The file is attached.") if done else self.error,
            attachment_ids=self.attachment_id.ids,
        )

    @api.autovacuum
    def _gc_exports(self):
        """Files are made again from the ledger whenever they are wanted."""
        old = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        exports = self.search([("create_date", "<", old)])
        exports.attachment_id.unlink()
        exports.unlink()
