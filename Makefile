.DEFAULT_GOAL := help
.PHONY: help run puerto test test-siguiente mutantes fuzz install lint capturas serve bench faults

# The distribution's Python before another that comes first in PATH, if Monitor runs on it (docs/adr/0024).
ifndef PYTHON
SIRVE := import ensurepip, sys; sys.exit(sys.version_info < (3, 11))
PYTHON := $(firstword $(shell for p in /usr/bin/python3 python3; do $$p -c '$(SIRVE)' 2>/dev/null && echo $$p; done) python3)
endif
BIN := .venv/bin
# What comes next: requirements-siguiente.txt, in a virtual environment of its own.
PYTHON_SIGUIENTE ?= python3.13
BIN_SIGUIENTE := .venv-siguiente/bin
# Tests start some hundreds of processes: none compiles again what another compiled, whatever the environment says.
export PYTHONDONTWRITEBYTECODE :=
# As many processes of tests as cores and one more, because many tests wait; each has a database of its own.
JUNTAS := --dist worksteal --numprocesses $(shell $(PYTHON) -c 'import os; print(os.cpu_count() + 1)')
# The order of the PostgreSQL half is another each time; `make test SEMILLA=…` repeats one.
SEMILLA := $(shell date +%s)
MANAGE := $(BIN)/python manage.py
PIP_INSTALL := pip install --quiet --disable-pip-version-check --constraint constraints.txt
ESTATICOS := $(shell find */static -type f)

# Collecting static files doesn't depend on the configuration: any valid one will do.
CUALQUIERA := SECRET_KEY=sin-uso-sin-uso-sin-uso-sin-uso- JWT_SECRET=sin-uso-sin-uso-sin-uso-sin-uso- \
	DATABASE_URL=sqlite:///monitor.sqlite3 ALLOWED_HOSTS=localhost

help: ## Muestra esta ayuda
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 24

run: puerto install .env ## Instala, prepara la base con datos de demostración y sirve en http://127.0.0.1:8000
	@$(MANAGE) demo

# With -j too, nothing is installed before the port was looked at.
.NOTPARALLEL:

puerto:
	@$(PYTHON) -m monitor.puerto

# Where npm is missing, the tests that need Node say so and are skipped; with EXIGIR_NODE=1 they fail.
CLIENTES := monitor/api/tests/clientes
CON_NODE := $(if $(shell command -v npm),$(CLIENTES)/node_modules/.package-lock.json)
export EXIGIR_NODE

test: .venv/instalado-dev $(CON_NODE) ## Corre las pruebas en SQLite y después en PostgreSQL
	DATABASE_URL= $(BIN)/pytest $(JUNTAS)
	@echo "En orden al azar: SEMILLA=$(SEMILLA)"
	$(BIN)/python -m monitor.tests.postgresql $(if $(EXIGIR_POSTGRESQL),--exigir) \
		$(BIN)/pytest $(JUNTAS) -p randomly --randomly-seed=$(SEMILLA)

mutantes: .venv/instalado-dev ## Rompe las reglas una por una: las pruebas deben notar 95 de cada 100
	@$(BIN)/python -m monitor.tests.mutantes

# How many requests of each operation, lives of each model and histories of several at once.
EJEMPLOS := 1000
FUZZ := $(BIN)/pytest -s monitor/api/tests/fuzz monitor/admin/tests/test_azar.py \
	monitor/cambios/tests/test_verificacion.py expedientes/tests/test_vida.py solicitudes/tests/test_vida.py

fuzz: .venv/instalado-dev ## Pide al azar EJEMPLOS (1000) veces cada operación, y compara con un modelo otras tantas vidas
	DATABASE_URL= EJEMPLOS=$(EJEMPLOS) $(FUZZ)
	EJEMPLOS=$(EJEMPLOS) $(BIN)/python -m monitor.tests.postgresql $(FUZZ)

test-siguiente: .venv-siguiente/instalado $(CON_NODE) ## Corre las pruebas en el Django que sigue, en SQLite; con POSTGRESQL=1, también en PostgreSQL
	DATABASE_URL= $(BIN_SIGUIENTE)/pytest $(JUNTAS)
	$(if $(POSTGRESQL),$(BIN_SIGUIENTE)/python -m monitor.tests.postgresql --exigir $(BIN_SIGUIENTE)/pytest $(JUNTAS))

install: staticfiles/staticfiles.json ## Crea .venv, instala lo fijado y recoge los archivos estáticos

capturas: install .venv/instalado-dev ## Toma otra vez las imágenes del README, de la demostración
	@$(BIN)/python -m monitor.tests.capturas

lint: .venv/instalado-dev ## Revisa el formato y el estilo
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

serve: ## Producción: sirve con HOST, PORT y WORKERS, sin instalar ni migrar
	@exec $(MANAGE) serve

# A stamp is newer than the requirements it installed: nothing changed, nothing to install.
.venv/instalado: requirements.txt constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/$(PIP_INSTALL) -r requirements.txt
	@touch $@

.venv/instalado-dev: .venv/instalado requirements-dev.txt
	@$(BIN)/$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

# Whichever file names a package first has the say.
.venv-siguiente/instalado: requirements-siguiente.txt requirements.txt requirements-dev.txt constraints.txt
	@test -x $(BIN_SIGUIENTE)/python || $(PYTHON_SIGUIENTE) -m venv .venv-siguiente
	@awk -F '==' '!/^-r/ && !dichas[$$1]++' $(filter requirements%,$^) > .venv-siguiente/requirements.txt
	@$(BIN_SIGUIENTE)/$(PIP_INSTALL) -r .venv-siguiente/requirements.txt
	@touch $@

%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	@cd $* && npm ci --silent
	@touch $@

staticfiles/staticfiles.json: .venv/instalado $(ESTATICOS)
	@$(CUALQUIERA) $(MANAGE) collectstatic --noinput --verbosity 0

.env: | .venv/instalado
	@$(BIN)/python -m monitor.entorno

bench: install .venv/instalado-dev ## Mide el servidor de producción con EXPEDIENTES (100000) y lo anota en docs/rendimiento.md
	$(BIN)/python -m benchmarks

faults: install .venv/instalado-dev ## Cuelga del servidor 200 clientes lentos de cada clase (LENTOS, DURACION), y mata cada proceso 50 veces (MUERTES)
	$(BIN)/python -m benchmarks.lentos
	$(BIN)/python -m benchmarks.muertes
