from odoo import models
from odoo.tools import SQL

from . import repeated


class ArCollectionNotice(models.Model):
    """The mail of a notice in the thread of the debtor."""

    _name = "ar.collection.notice"
    _inherit = ["ar.collection.notice", "ar.collection.debtor.mail"]

    def _message_id(self):
        """Stable over retries, so that a receiver can tell a second copy."""
        database = self.env["ir.config_parameter"].get_param("database.uuid", "odoo")
        return f"<ar-notice-{self.id}-{database}@ar-collections>"


class ArCollection(models.Model):
    _inherit = "ar.collection"

    def _thread_before(self):
        """What a new message of the account follows.

        :return: (id of the message it answers, Message-Ids that it refers to as text): the
            newest comment or e-mail, else message; of the last ones the three most public.
        """
        self.ensure_one()
        repeated.flush(self.env, ["mail.message"])
        [row] = repeated.execute(
            self.env,
            SQL(
                """
                WITH thread AS (
                    SELECT message.id, message.message_id, message.message_type, message.date,
                           message.is_internal IS NOT TRUE AND subtype.internal IS NOT TRUE
                               AS public,
                           subtype.id AS subtype_id
                      FROM mail_message message
                      LEFT JOIN mail_message_subtype subtype ON subtype.id = message.subtype_id
                     WHERE message.model = 'ar.collection' AND message.res_id = %s),
                recent AS (
                    SELECT * FROM thread WHERE subtype_id IS NOT NULL AND message_id IS NOT NULL
                     ORDER BY id DESC LIMIT 32),
                chosen AS (
                    SELECT * FROM recent
                     ORDER BY public DESC,
                              message_type IN ('comment', 'auto_comment', 'email',
                                               'email_outgoing') DESC,
                              message_type NOT IN ('user_notification', 'out_of_office') DESC,
                              id DESC
                     LIMIT 3)
                SELECT (SELECT id FROM thread WHERE message_type != 'user_notification'
                         ORDER BY message_type IN ('comment', 'email') DESC, date DESC, id DESC
                         LIMIT 1) AS parent_id,
                       (SELECT string_agg(message_id, ' ' ORDER BY id) FROM chosen) AS earlier
                """,
                self.id,
            ),
        )
        return row["parent_id"], row["earlier"]
