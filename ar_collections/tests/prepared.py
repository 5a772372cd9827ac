"""Companies made once for a database of tests: a chart of accounts takes seconds.

Without them, on any other database, the classes make their own: slower, and the same.
"""

NAME = "Prepared for tests"


def prepare_companies(env, count=2):
    """Make ``count`` companies with accounts, which classes of tests take one by one."""
    for number in range(count):
        company = env["res.company"].create({"name": f"{NAME} {number}"})
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
        if not company.account_fiscal_country_id:
            company.account_fiscal_country_id = env.ref("base.us")


def take_company(env, name):
    """A prepared company under that name, as if the user had made it; none when all are taken.

    Rolled back with the class, it is a prepared one again.
    """
    company = env["res.company"].sudo().search([("name", "=like", f"{NAME} %")], limit=1)
    if company:
        company.name = name
        env.user.sudo().company_ids |= company
    return company.sudo(False)
