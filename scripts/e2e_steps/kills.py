"""Runs and deliveries that are killed at random moments; read by ``odoo shell`` (``env``).

Each job is done by a process of its own, forked from this one and killed by ``kill -9``.
It notes in shared memory where it is, so that we can say which moments were hit, and wait
for those that are short. ``E2E_KILLS`` says how often, ``E2E_SEED`` makes it repeatable.

Prints one line of JSON: ``expected`` (per debtor the address and the amounts its mail must
show) and ``kills`` (how many hit which moment).
"""

import contextlib
import json
import mmap
import os
import random
import signal
import time
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

import odoo
from odoo import SUPERUSER_ID, Command, api
from odoo.addons.base.models.ir_mail_server import IrMail_Server

#: Debtors of a round, and how many kills a round takes: runs first, then deliveries.
DEBTORS, RUN_KILLS, DELIVERY_KILLS = 24, 3, 7
#: Workers that deliver at once, alternating over the rounds.
WORKERS = (1, 4)
RUN = ["run: start", "run: decide", "run: notices", "run: decisions", "run: commit"]
DELIVERY = [
    "delivery: start",
    "claim",
    "claim: letter",
    "claim: commit",
    "hand-over",
    "hand-over: mail server",
    "hand-over: accepted, not committed",
    "between notices",
]
PHASES = [*RUN, *DELIVERY, "done"]


class Job:
    """A process that does a job and notes in shared memory which phase it is in."""

    def __init__(self, work, phase):
        self.memory = mmap.mmap(-1, 1)
        self.note(phase)
        odoo.sql_db.close_all()  # a connection is never shared with a child
        self.pid = os.fork()
        if not self.pid:
            self._be_the_child(work)

    def _be_the_child(self, work):
        status = 1
        try:
            registry = odoo.modules.registry.Registry(database)
            with registry.cursor() as cr, contextlib.ExitStack() as stack:
                for patcher in self._patchers():
                    stack.enter_context(patcher)
                work(api.Environment(cr, SUPERUSER_ID, {}))
            self.note("done")
            status = 0
        except BaseException:
            odoo.tools.misc._logger.exception("A job of the e2e failed")
        finally:
            os._exit(status)

    def note(self, phase):
        self.memory[0] = PHASES.index(phase)

    @property
    def phase(self):
        return PHASES[self.memory[0]]

    def _patchers(self):
        """Where the code enters a phase, it is noted."""
        registry = odoo.modules.registry.Registry(database)
        run, notice = registry["ar.collection.run"], registry["ar.collection.notice"]
        cron = registry["ir.cron"]
        for cls, name, before, after in (
            (run, "_decide_and_queue", "run: decide", "run: commit"),
            (notice, "_create_from", "run: notices", "run: notices"),
            (run, "_insert_decisions", "run: decisions", "run: decisions"),
            (notice, "_lock_next", "between notices", "between notices"),
            (notice, "_claim", "claim", "claim: commit"),
            (notice, "_make_letter", "claim: letter", "claim"),
            (notice, "_hand_over", "hand-over", "hand-over: accepted, not committed"),
            (IrMail_Server, "send_email", "hand-over: mail server",
             "hand-over: accepted, not committed"),
            (cron, "_commit_progress", None, "between notices"),
        ):  # fmt: skip
            yield patch.object(cls, name, self._noting(getattr(cls, name), before, after))

    def _noting(self, method, before, after):
        def noting(records, *args, **kwargs):
            claimed = self.phase == "claim: commit"
            if before:
                self.note(before)
            result = method(records, *args, **kwargs)
            self.note("hand-over" if not before and claimed else after)
            return result

        return noting

    def alive(self):
        if not self.pid:
            return False
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid:
            self.pid = None
            assert not status, f"A job ended with {status}: see the log"
        return not pid

    def kill(self):
        """:return: the phase it was in; None when it had ended by itself."""
        if not self.alive():
            return None
        os.kill(self.pid, signal.SIGKILL)
        _pid, status = os.waitpid(self.pid, 0)
        self.pid = None
        killed = os.WIFSIGNALED(status) and self.phase != "done"
        return self.phase if killed else None

    def finish(self):
        while self.alive():
            time.sleep(0.02)


def do_run(env):
    env["ar.collection.run"]._run(env.company._ar_today())
    env.cr.commit()


def do_delivery(env):
    env["ar.collection.notice"]._cron_deliver()
    env.cr.commit()


def kill_somewhere(jobs, phases, rng):
    """Kill one of the jobs: half of the time at any moment, half in a phase that is drawn.

    :return: the phase that was hit; None when all ended by themselves before.
    """
    target = rng.choice(phases) if rng.random() < 0.5 else None
    deadline = time.monotonic() + (rng.uniform(0, 1.2) if not target else 4)
    while time.monotonic() < deadline and any(job.alive() for job in jobs):
        hit = [job for job in jobs if target and job.phase == target and job.alive()]
        if hit:
            time.sleep(rng.uniform(0, rng.choice((0.001, 0.01, 0.1, 0.3))))
            return rng.choice(hit).kill()
        time.sleep(0.001)
    alive = [job for job in jobs if job.alive()]
    return rng.choice(alive).kill() if alive else None


def kill_runs(rng, kills, hits):
    while kills:
        job = Job(do_run, RUN[0])
        phase = kill_somewhere([job], RUN, rng)
        if not phase:
            break  # it was quicker: the notices are there
        hits[phase] += 1
        kills -= 1
    job = Job(do_run, RUN[0])
    job.finish()
    return kills


def kill_deliveries(rng, kills, workers, hits):
    jobs = [Job(do_delivery, DELIVERY[0]) for _worker in range(workers)]
    while kills and jobs:
        phase = kill_somewhere(jobs, DELIVERY, rng)
        if phase:
            hits[phase] += 1
            kills -= 1
        jobs = [job for job in jobs if job.alive()]
        if phase:
            jobs.append(Job(do_delivery, DELIVERY[0]))
    for job in jobs:
        job.finish()
    return kills


def main(kills, rng):
    hits, expected, number = Counter(), {}, 0
    with odoo.modules.registry.Registry(database).cursor() as cr:
        prepare(api.Environment(cr, SUPERUSER_ID, {}))
    while kills > 0:
        with odoo.modules.registry.Registry(database).cursor() as cr:
            expected.update(make_debtors(api.Environment(cr, SUPERUSER_ID, {}), number))
        left = kill_runs(rng, min(RUN_KILLS, kills), hits)
        kills -= min(RUN_KILLS, kills) - left
        workers = WORKERS[number % len(WORKERS)]
        left = kill_deliveries(rng, min(DELIVERY_KILLS, kills), workers, hits)
        kills -= min(DELIVERY_KILLS, kills) - left
        number += 1
    Job(do_delivery, DELIVERY[0]).finish()
    print("E2E " + json.dumps({"expected": expected, "kills": hits}), flush=True)


# === THE COMPANY AND ITS DEBTORS === #
def prepare(env):
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company=company)
    company.write({"name": "Example & Sons", "email": "accounts@example-sons.example"})
    bank = {"partner_id": company.partner_id.id, "acc_number": "BE68539007547034"}
    env["res.partner.bank"].create({**bank, "allow_out_payment": True})


def make_debtors(env, round_number):
    """:return: dict address -> the amounts its mail must show."""
    expected = {}
    for number in range(DEBTORS):
        label = f"{round_number:02}-{number:02}"
        address = f"debtor{label}@debtor.example"
        debtor = env["res.partner"].create(
            {"name": f"Debtor {label}", "is_company": True, "email": address}
        )
        first, second = 1000 + 100 * round_number + number, 200.25
        invoice(env, debtor, first, days=10)
        invoice(env, debtor, second, days=2)
        expected[address] = [f"{first:,.2f}", f"{second:,.2f}", f"{first + second:,.2f}"]
    env.cr.commit()
    env["ar.collection"]._cron_refresh()
    return expected


def invoice(env, debtor, amount, days):
    due = env.company._ar_today() - timedelta(days=days)
    line = {"name": "Goods", "price_unit": amount, "tax_ids": [Command.clear()]}
    env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": debtor.id,
            "invoice_date": due - timedelta(days=30),
            "invoice_date_due": due,
            "invoice_line_ids": [Command.create(line)],
        }
    ).action_post()


database = env.cr.dbname  # noqa: F821 (given by the shell)
main(int(os.environ["E2E_KILLS"]), random.Random(int(os.environ["E2E_SEED"])))
os._exit(0)  # the shell's own connection was closed before the first fork
