# The two commands of the border kiosk, and what its engineers use beside them.
.PHONY: help run test lint format lock screens oracles torture fuzz soak monkey page-figures image image-test image-crossing-test image-update-test image-field-test image-data-test lock-refresh clean
.DEFAULT_GOAL := help

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 20

run: ## see a whole crossing, then walk through it yourself; ONCE=1 ends after the receipt
	@image_build/bootstrap.sh run
	@exec .venv/bin/kiosk demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

test: ## install what the tests need and run everything
	@image_build/bootstrap.sh test
	@.venv/bin/python -m tests.suite -n 2 --dist loadfile $(PYTEST)

lint: ## style, types, arrows
	@image_build/bootstrap.sh test
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

format: ## let ruff lay the code out
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

lock: ## resolve pyproject.toml into requirements.lock, with hashes
	@.venv/bin/python image_build/lock.py

screens: ## draw docs/screens anew
	@.venv/bin/python tests/browser/make_screens.py

oracles: ## fetch other people's programs that judge ours; their tests skip without them
	@mkdir -p .oracles && cp tests/oracles/package*.json .oracles && npm ci --prefix .oracles --ignore-scripts
	@tests/oracles/build_nbis.sh

torture: ## the long proofs of delivery, two hours, as root: kill -9, power cuts, thin lines, a fleet; KILLS=1000
	@.venv/bin/python -m tests.delivery.torture --kills $(or $(KILLS),1000)
	@.venv/bin/python tests/delivery/power_cuts.py --count 1000
	@LONG_LINKS=1 .venv/bin/python -m pytest -q -s -p no:randomly tests/delivery/test_links_thin.py
	@.venv/bin/kiosk-central simulate --members 2 --database postgresql --kills $(or $(KILLS),1000) --rate 20 --seconds 1500

fuzz: ## fuzz a parser of foreign bytes for 30 minutes, with its branch coverage; TARGET=mrz SECONDS=1800
	@test -x .oracles/fuzz/bin/python || { python3 -m venv .oracles/fuzz && \
		.oracles/fuzz/bin/pip install --quiet atheris==3.0.0 coverage asn1crypto cbor2 cryptography cwt msgspec; }
	@.oracles/fuzz/bin/python tests/fuzz/fuzz.py $(or $(TARGET),mrz) --seconds $(or $(SECONDS),1800)

soak: ## 2,000 travellers, the browser open: memory must stay flat, half an hour; SESSIONS=2000
	@.venv/bin/python -m tests.soak.soak --sessions $(or $(SESSIONS),2000) --out build/soak

monkey: ## 5,000 random touches on the real page, an hour: no dead end, no fault; TOUCHES=5000 SEED=1
	@.venv/bin/python -m tests.monkey.monkey --touches $(or $(TOUCHES),5000) --seed $(or $(SEED),1)

page-figures: ## touch, preview, paint and memory at a whole kiosk
	@.venv/bin/python -m tests.browser.measure_kiosk

image: ## build a card image, as root; BOARD=pi4|pi4-tpm|pi3|virt KEY= CERT= VERSION=
	@.venv/bin/python -m image_build.build --board $(or $(BOARD),pi4) $(if $(KEY),--key $(KEY) --cert $(CERT)) $(if $(VERSION),--version $(VERSION))

image-test: ## boot the image of BOARD=virt in an emulator; IMAGE=build/image/X-virt.img
	@.venv/bin/python -m image_build.boot_test $(IMAGE)

image-crossing-test: ## the same with a traveller, power cuts, a full card, a clock in 1970; IMAGE=
	@.venv/bin/python -m image_build.crossing_test $(IMAGE)

image-update-test: ## the same through updates, good and bad; IMAGE= BUNDLE=build/image/Y-virt.raucb
	@.venv/bin/python -m image_build.update_test $(IMAGE) $(BUNDLE)

image-field-test: ## the same set up, updated and visited by sticks and by the centre; IMAGE= BUNDLE=
	@.venv/bin/python -m image_build.field_test $(IMAGE) $(BUNDLE)

image-data-test: ## the same with a TPM, with another one, without; IMAGE=
	@.venv/bin/python -m image_build.data_test $(IMAGE)

lock-refresh: ## resolve the image's Debian packages into image_build/packages.lock
	@.venv/bin/python -m image_build.packages refresh

clean: ## remove what run and test made here
	@rm -rf .venv .run build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
