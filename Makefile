.DEFAULT_GOAL := help
.PHONY: help run test lint format lock messages client examples screenshots matrix bench torture torture-ha fresh debian clean packages venv venv-dev

PYTHON_IN_VENV := .venv/bin/python
# What the suite needs: database, browser (with fonts, also for Chinese and Japanese; libatomic1 is for Playwright), mail
# servers, MariaDB to import from (the program alone, no service), proxy, pooler, fail2ban, promtool, gettext, curl.
PACKAGES := postgresql chromium fonts-dejavu-core fonts-droid-fallback libatomic1 postfix postfix-pgsql \
	dovecot-core dovecot-imapd dovecot-lmtpd dovecot-pgsql mariadb-server-core nginx systemd openssl gettext \
	fail2ban pgbouncer haproxy pgbackrest prometheus procps curl

help: ## Show this help
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: venv ## Serve the demo on http://127.0.0.1:8000/ (another port: make run PORT=8001)
	@exec $(PYTHON_IN_VENV) scripts/run.py

test: packages lint ## All checks and tests, on SQLite and PostgreSQL (some of them: make test ARGS="-k alias")
	@scripts/test $(ARGS)

lint: venv-dev ## Format, lint, types, Django's checks, migrations: without the tests
	@scripts/lint

format: venv-dev ## Format code, templates, styles and scripts, and mend what the linters can mend
	$(PYTHON_IN_VENV) -m ruff format .
	$(PYTHON_IN_VENV) -m ruff check --fix .
	$(PYTHON_IN_VENV) -m djlint templates --reformat --quiet
	@[ ! -x .venv/bin/biome ] || .venv/bin/biome check --write

lock: ## Write requirements*.txt from the .in files (newest versions: make lock ARGS=--upgrade)
	@scripts/lock $(ARGS)

messages: packages venv-dev ## Gather the texts of the pages into locale/, and compile the translations
	@scripts/messages

client: venv-dev ## Make the generated part of clients/python anew, from the description of the API
	@$(PYTHON_IN_VENV) scripts/client.py

examples: venv-dev ## Write docs/examples.md, the example of every operation of the API
	@$(PYTHON_IN_VENV) scripts/examples.py

screenshots: packages venv-dev ## Write pictures of the web admin to docs/screenshots/
	@$(PYTHON_IN_VENV) scripts/screenshots.py

matrix: packages venv-dev ## Go through each flow in every role, language, theme and width, and each page, with axe (many minutes)
	@OXAAS_TEST_MATRIX=full OXAAS_TEST_DATABASE=postgres $(PYTHON_IN_VENV) -m pytest -n auto --maxprocesses 4 \
		tests/browser $(ARGS)

bench: packages venv-dev ## Measure, and write bench/results/ (as root, for the mail servers; FULL=1: at 10 million rows too)
	@scripts/apt wrk
	@status=0; for name in lists journeys api v2 beside web pages memory bulk mail; do $(PYTHON_IN_VENV) -m "bench.$$name" || status=1; done; exit $$status

torture: packages venv-dev ## Break one thing after the other under load, and write bench/results/torture.md (as root, for a full disk)
	@$(PYTHON_IN_VENV) -m bench.torture

fresh: packages venv-dev ## Run the documents' shell blocks in an empty Debian (as root; RELEASE=bookworm for the one before)
	@scripts/apt debootstrap
	@$(PYTHON_IN_VENV) -m bench.fresh $(RELEASE)

debian: packages venv-dev ## Run the mail tests on another release of Debian (as root; RELEASE=bookworm for the one before)
	@scripts/apt debootstrap
	@$(PYTHON_IN_VENV) -m bench.debian $(RELEASE)

torture-ha: packages venv-dev ## Kill the primary of a cluster under load, and write bench/results/torture-ha.md (as root; five minutes)
	@scripts/apt patroni etcd-server etcd-client
	@$(PYTHON_IN_VENV) -m bench.ha

clean: ## Remove the virtual environment, caches and reports; the development data stay
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache staticfiles test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@scripts/venv requirements.txt

venv-dev:
	@scripts/venv requirements-dev.txt

packages:
	@scripts/apt $(PACKAGES)
