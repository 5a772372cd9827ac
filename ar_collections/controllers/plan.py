import binascii

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import Controller, content_disposition, request, route
from odoo.tools import consteq

#: So much of what a visitor types is kept.
NAME, MESSAGE, IMAGE = 120, 2000, 1_000_000
#: Nobody keeps a copy, no search engine lists it, and other sites are not told the link.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


class PlanController(Controller):
    """The page on which a debtor reads and signs a plan. The link is the key: no login.

    Whoever has no right to the plan is told the same, whether there is one or not.
    """

    @route(
        "/my/plan/<int:plan_id>", type="http", auth="public", website=True, sitemap=False,
        readonly=False,
    )  # fmt: skip
    def page(self, plan_id, access_token=None, answer=None, **_kwargs):
        plan = self._plan(plan_id, access_token)
        if not plan:
            return self._unknown()
        plan = self._in_its_language(plan)
        page = plan._prepare_page(visitor=self._visitor(plan, access_token), answer=answer)
        return self._respond("ar_collections.portal_plan", {"page": page})

    @route(
        "/my/plan/<int:plan_id>/<any(agreement,signed):document>", type="http", auth="public",
        website=True, sitemap=False, readonly=False,
    )  # fmt: skip
    def document(self, plan_id, document, access_token=None, **_kwargs):
        plan = self._plan(plan_id, access_token)
        attachment = plan and plan._page_document(document)
        if not attachment:
            return self._unknown()
        return request.make_response(
            attachment.raw,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", content_disposition(attachment.name, "inline")),
                ("X-Content-Type-Options", "nosniff"),
                *HEADERS.items(),
            ],
        )

    @route("/my/plan/<int:plan_id>/sign", type="jsonrpc", auth="public", website=True)
    def sign(self, plan_id, access_token=None, name="", position="", signature="", fingerprint=""):
        """Take the signature.

        :return: dict ``redirect_url``, or ``error``: a sentence for the visitor.
        """
        access_token = access_token or request.httprequest.args.get("access_token")
        plan = self._plan(plan_id, access_token)
        if not plan:
            return {"error": request.env._("This link does not open a payment plan.")}
        plan = self._in_its_language(plan)
        if self._visitor(plan, access_token) != "debtor":
            return {"error": plan.env._("Only the customer can sign here.")}
        try:
            with request.env.cr.savepoint():
                plan._sign(
                    str(name or "").strip()[:NAME],
                    str(position or "").strip()[:NAME],
                    self._image(plan, signature),
                    request.httprequest.remote_addr,
                    str(fingerprint or ""),
                )
        except UserError as error:
            return {"error": str(error)}
        return {"redirect_url": plan._page_url(answer="signed")}

    @route(
        "/my/plan/<int:plan_id>/<any(change,decline):answer>", type="http", auth="public",
        methods=["POST"], website=True, sitemap=False,
    )  # fmt: skip
    def answer(self, plan_id, answer, access_token=None, message="", **_kwargs):
        plan = self._plan(plan_id, access_token)
        if not plan:
            return self._unknown()
        plan = self._in_its_language(plan)
        if self._visitor(plan, access_token) != "debtor" or not plan._may_be_signed():
            return request.redirect(plan._page_url())
        getattr(plan, f"_on_{answer}")(str(message or "").strip()[:MESSAGE])
        return request.redirect(plan._page_url(answer=answer))

    # === WHO, WHAT === #
    def _plan(self, plan_id, access_token):
        """The plan, for whoever has its link, is its debtor, or may read it; else None."""
        # sudo: the link opens exactly one plan to a visitor without rights
        plan = request.env["ar.collection.plan"].sudo().browse(plan_id).exists()
        if not plan or plan.state in ("draft", "to_approve"):
            return None
        has_link = bool(access_token and plan.access_token) and consteq(
            plan.access_token, str(access_token)
        )
        return plan if has_link or self._knows(plan) else None

    def _knows(self, plan):
        """Whether the visitor is logged in as the debtor, or as somebody who may read the plan."""
        user = request.env.user
        if user._is_public():
            return False
        if user._is_portal():
            return user.partner_id.commercial_partner_id == plan.partner_id
        try:
            request.env["ar.collection.plan"].browse(plan.id).check_access("read")
        except (AccessError, MissingError):
            return False
        return True

    def _visitor(self, plan, access_token):
        """``debtor`` for who may sign, ``colleague`` for a user of this company looking on."""
        return "colleague" if request.env.user._is_internal() else "debtor"

    def _in_its_language(self, plan):
        lang = plan._content_lang()
        request.update_context(lang=lang)
        return plan.with_context(lang=lang)

    def _image(self, plan, signature):
        """The picture of the signature as base64.

        :raises UserError: there is none, or it is none.
        """
        text = str(signature or "")
        try:
            raw = binascii.a2b_base64(text, strict_mode=True)
        except (binascii.Error, ValueError):
            raw = b""
        if not raw.startswith(b"\x89PNG") or len(text) > IMAGE:
            raise UserError(
                plan.env._("The signature is missing. Please draw it, or type your name.")
            )
        return text

    def _unknown(self):
        response = self._respond("ar_collections.portal_plan_unknown", {})
        response.status_code = 404
        return response

    def _respond(self, template, values):
        response = request.render(template, values)
        response.headers.update(HEADERS)
        return response
