# Every target sets up .venv first, once: later runs skip that until the pins change.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: help run test test-slow lab slides handouts site refresh bench pins

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
$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: $(READY)
	$(BIN)/python -m helpers run hsb

# One worker a core, so that linear algebra takes one too; a notebook's cells stay together.
# Without compiled files each of many processes would compile the same modules anew.
unexport PYTHONDONTWRITEBYTECODE
test: export OPENBLAS_NUM_THREADS = 1
test: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m pytest -m "not slow" --nbval --nbval-current-env -n auto --dist loadfile

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow -n auto tests

lab: $(READY)
	$(BIN)/jupyter lab notebooks

slides: $(READY)
	$(BIN)/python slides/build.py

handouts: $(READY)
	$(BIN)/python handouts/build.py

# The parts: a source folder, filled on the way; what Sphinx remembers of it; the pages.
site: $(READY)
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

pins:
	uv pip compile pyproject.toml --extra test --universal --upgrade --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --output-file requirements.txt
