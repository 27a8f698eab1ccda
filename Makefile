# Targets set up .venv first, once: later runs skip that until the pins change. What it takes to run
# the course goes in first, and what it takes to test it, or to make its site, when that is asked for.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
READY_TO_TEST := .venv/ready-to-test

.PHONY: help run test test-slow lab slides handouts site refresh bench pins browser

help:
	@echo "make run        execute all chapters on the course's own data, into build/hsb/"
	@echo "make test       run the tests: the chapters as committed, and the helpers"
	@echo "make test-slow  run what takes longer: reruns, refreshes, many random draws"
	@echo "make lab        open the chapters in JupyterLab"
	@echo "make slides     a deck of slides a chapter, into build/slides/"
	@echo "make handouts   a zip a chapter to hand to a class, into build/handouts/"
	@echo "make site       the course as a site, into build/site/"
	@echo "make refresh    execute the chapters in place, after an edit"
	@echo "make bench      time the estimation beside statsmodels and, if R is there, lme4"
	@echo "make pins       choose the newest allowed versions anew (needs uv)"

# The pins are complete: nothing is left to choose for pip, which would look for newer extras.
INSTALL := $(BIN)/python -m pip install --quiet --no-deps
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(INSTALL) --require-hashes --requirement requirements.txt
	$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(READY_TO_TEST): $(READY) requirements-test.txt
	$(INSTALL) --require-hashes --requirement requirements-test.txt
	@touch $@

# Never stops make: tests that find no browser are skipped, and fail where CI is set.
browser: $(READY_TO_TEST)
	@$(BIN)/python tests/chromium.py

run: $(READY)
	$(BIN)/python -m helpers run hsb

# One worker a core, so that linear algebra takes one too; a notebook's cells stay together.
# Without compiled files each of many processes would compile the same modules anew.
unexport PYTHONDONTWRITEBYTECODE
test: export OPENBLAS_NUM_THREADS = 1
test: browser
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest -m "not slow" --nbval --nbval-current-env -n auto --dist loadfile

test-slow: export OPENBLAS_NUM_THREADS = 1
test-slow: browser
	$(BIN)/python -m pytest -m slow -n auto --dist loadgroup tests

lab: $(READY)
	$(BIN)/jupyter lab notebooks

slides: $(READY)
	$(BIN)/python slides/build.py

handouts: $(READY)
	$(BIN)/python handouts/build.py

# The parts: a source folder, filled on the way; what Sphinx remembers of it; the pages.
site: $(READY_TO_TEST)
	mkdir -p build/site-source
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going \
	  -c site -d build/site-doctrees build/site-source build/site
	@echo "begin with build/site/index.html"

# Live demonstrations need a kernel: what they show is not kept.
refresh: $(READY)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace \
	  --ExecutePreprocessor.record_timing=False \
	  --ExecutePreprocessor.store_widget_state=False \
	  --NotebookExporter.preprocessors=helpers.course.demonstrations.live.WithoutLiveOutputs notebooks/*.ipynb

# Takes half an hour; benchmarks are no tests.
bench: $(READY)
	$(BIN)/python benchmarks/speed.py

# What runs the course is a part of what tests it, in the same versions.
COMPILE := uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url \
  --no-header --no-annotate --quiet
pins:
	$(COMPILE) --all-extras --upgrade --output-file requirements-test.txt
	$(COMPILE) --extra build --extra lab --constraint requirements-test.txt \
	  --output-file requirements.txt
