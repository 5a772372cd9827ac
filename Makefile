# AR Collections: `make demo` shows it, `make test` tests it. Everything that these
# commands make lives in .local; `make stop` ends what they started.

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint fix pot bench e2e shell stop clean distclean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## get Odoo 19, Python packages and PostgreSQL ready; start nothing
	@scripts/setup

demo: ## the demo company in the browser, after tonight's dunning run (PORT=8069)
	@scripts/demo

test: ## every test, ending in one line of counts (TAGS=/ar_collections:TestX)
	@scripts/test

lint: ## every check that needs no test
	@scripts/lint

fix: ## let the tools mend what they can
	@scripts/fix

pot: ## write the translation templates anew
	@scripts/pot

bench: ## the measured jobs beside their floor (ARGS=...)
	@scripts/bench $(ARGS)

e2e: ## fresh database, real mail server: what must arrive arrives once
	@scripts/e2e $(ARGS)

shell: ## Odoo's shell on the demo database (DB=demo)
	@scripts/odoo shell -d $(or $(DB),demo)

stop: ## end every process of this project
	@scripts/stop

clean: stop ## forget the databases, mails and logs; keep what was downloaded
	@scripts/clean

distclean: stop ## remove everything that these commands made
	@scripts/clean --all
