# From documents to a verified bank; included by the Makefile.
#
#   make bank                                         all vital articles
#   make bank INPUT=docs NAME=mine MODEL=model.gguf   your own
#   make bank PIPELINE=pipelines/memory3.yaml NAME=paper

NAME     ?= vital-articles
INPUT    ?= $(CACHE)/articles/vital-articles.jsonl
PIPELINE ?= pipelines/vital-articles.yaml
WORK     ?= $(CACHE)/$(NAME)
BANK     ?= banks/$(NAME)

bank: build data ## Builds and verifies a bank: all articles, or INPUT= NAME= MODEL= PIPELINE= of your own
	$(BIN)/m3-chunk --config $(PIPELINE) --model $(MODEL) --workers $(WORKERS) --input $(INPUT) --output $(WORK)/references
	$(BIN)/m3-encode --config $(PIPELINE) --model $(MODEL) --workers $(WORKERS) --input $(WORK)/references --output $(WORK)/memories
	$(BIN)/m3-shard --config $(PIPELINE) --workers $(WORKERS) --input $(WORK)/memories --references $(WORK)/references --output $(BANK)
	$(BIN)/m3-verify $(BANK)
	$(BIN)/m3-read info $(BANK)

verify: ## Verifies a bank: BANK=DIR
	$(BIN)/m3-verify $(BANK)

demo: deps data build ## The whole way in 8 to 11 minutes: 500 articles to a bank that a model reads back
	@BIN=$(BIN) CACHE=$(CACHE) MODEL=$(MODEL) WORKERS=$(WORKERS) bash pipelines/demo.sh

fidelity: build data ## Compares recipes on the same items (about 15 minutes): what each recovers, and its bytes
	@BIN=$(BIN) CACHE=$(CACHE) MODEL=$(MODEL) WORKERS=$(WORKERS) bash pipelines/fidelity.sh
