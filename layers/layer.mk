# One target for each layer of infra/template.yaml. SAM runs this in a copy of the folder, so that
# paths start from this file; it sets ARTIFACTS_DIR.
ROOT := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))..)
BUILD = python=$$(sh $(ROOT)/scripts/find_python.sh) && "$$python" $(ROOT)/scripts/build_lambda.py

.PHONY: build-WebhookLayer build-ProcessorLayer build-FfmpegLayer

build-WebhookLayer:
	@$(BUILD) layer webhook $(ARCHITECTURE) "$(ARTIFACTS_DIR)"

build-ProcessorLayer:
	@$(BUILD) layer processor $(ARCHITECTURE) "$(ARTIFACTS_DIR)"

build-FfmpegLayer:
	@$(BUILD) layer ffmpeg $(ARCHITECTURE) "$(ARTIFACTS_DIR)"
