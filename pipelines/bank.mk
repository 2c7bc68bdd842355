# From documents to a verified bank; included by the Makefile.
#
#   make bank                                         all vital articles
#   make bank INPUT=docs NAME=mine MODEL=model.gguf   your own
#   make bank PIPELINE=pipelines/memory3.yaml NAME=paper
#   make -j2 encode INPUT=references OUTPUT=memories  one stage, its tasks in processes of their own

NAME     ?= vital-articles
INPUT    ?= $(CACHE)/articles/vital-articles.jsonl
PIPELINE ?= pipelines/vital-articles.yaml
WORK     ?= $(CACHE)/$(NAME)
BANK     ?= banks/$(NAME)
# Processes beside each other share the cores.
THREADS   = $(if $(filter -j%,$(MAKEFLAGS)),1,$(WORKERS))

.PHONY: bank encode report verify

bank: build data ## Builds and verifies a bank: all articles, or INPUT= NAME= MODEL= PIPELINE= of your own
	$(BIN)/m3-chunk --config $(PIPELINE) --model $(MODEL) --workers $(WORKERS) --input $(INPUT) --output $(WORK)/references
	$(BIN)/m3-encode --config $(PIPELINE) --model $(MODEL) --workers $(WORKERS) --input $(WORK)/references --output $(WORK)/memories
	$(BIN)/m3-shard --config $(PIPELINE) --workers $(WORKERS) --input $(WORK)/memories --references $(WORK)/references --output $(BANK)
	$(BIN)/m3-verify $(BANK)
	$(BIN)/m3-read report $(WORK) $(BANK)
	$(BIN)/m3-read info $(BANK)

encode: build ## Encodes INPUT= to OUTPUT=, a process a task: make -j2 encode ...
	@test -n "$(OUTPUT)" || { echo "make encode: INPUT= and OUTPUT= are wanted" >&2; exit 64; }
	$(BIN)/m3-encode plan --config $(PIPELINE) --model $(MODEL) --input $(INPUT) --output $(OUTPUT)
	+@$(MAKE) --no-print-directory -f pipelines/tasks.mk CALL='$(BIN)/m3-encode --config $(PIPELINE) --model $(MODEL) --workers $(THREADS) --input $(INPUT) --output $(OUTPUT)'

report: build ## What the stages of a work folder kept and cost: NAME= or WORK= BANK=
	@$(BIN)/m3-read report $(WORK) $(BANK)

verify: ## Verifies a bank: BANK=DIR
	$(BIN)/m3-verify $(BANK)
