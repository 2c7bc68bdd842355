#!/usr/bin/env bash
# What recipes are worth, side by side, on the same items: run by `make fidelity`.
set -euo pipefail

items=${ITEMS:-100}
work=$CACHE/fidelity
mkdir -p "$work"

"$BIN/m3-chunk" --model "$MODEL" --workers "$WORKERS" --input "$CACHE/articles/vital-articles.jsonl" --output "$work/all"
python3 pipelines/make_items.py --articles "$CACHE/articles/vital-articles.jsonl" --references "$work/all" \
  --output "$work/items-$items.jsonl" --per-task "$items"
python3 pipelines/select_references.py --items "$work/items-$items.jsonl" --references "$work/all" \
  --output "$work/references-$items"

# recipe NAME CODEC MODES [SETTING…]: spools are shared by recipes that differ in the codec only.
columns=()
recipe() {
  local name=$1 codec=$2 modes=$3
  shift 3
  local key
  key=$items-$(printf '%s' "$*" | tr -c 'a-z0-9_' -)
  local settings=()
  for setting in "$@"; do settings+=(--set "$setting"); done
  "$BIN/m3-encode" "${settings[@]}" --model "$MODEL" --workers "$WORKERS" --input "$work/references-$items" --output "$work/memories-$key"
  "$BIN/m3-shard" --codec "$codec" --workers "$WORKERS" --input "$work/memories-$key" --references "$work/references-$items" \
    --output "$work/bank-$key-$codec" >/dev/null
  "$BIN/m3-verify" "$work/bank-$key-$codec" --progress none >/dev/null
  "$BIN/m3-read" evaluate "$work/bank-$key-$codec" --model "$MODEL" --items "$work/items-$items.jsonl" --workers "$WORKERS" \
    --modes "$modes" --distractors "${DISTRACTORS:-0}" --json >"$work/$key-$codec.json"
  columns+=("$name=$work/$key-$codec.json")
}

recipe "dense, bf16" bf16 none,text,memory rule=all
recipe "adaptive 16, bf16" bf16 memory rule=reconstruction allocation=adaptive tokens_per_head=16
recipe "adaptive 16, int4 (the default)" int4 memory rule=reconstruction allocation=adaptive tokens_per_head=16
recipe "adaptive 8, bf16" bf16 memory rule=reconstruction allocation=adaptive tokens_per_head=8
recipe "adaptive 8, int4" int4 memory rule=reconstruction allocation=adaptive tokens_per_head=8
recipe "12 heads whole, 8 elsewhere, int4 (heads.yaml)" int4 memory allocation=heads dense_heads=12 tokens_per_head=8 \
  calibration=pipelines/smollm2-135m.calibration.json 'bos=<|endoftext|>'
recipe "uniform 16 by received attention, bf16" bf16 memory rule=received allocation=uniform tokens_per_head=16
recipe "the paper's: first half, 8 a head, bf16" bf16 memory rule=attention allocation=uniform tokens_per_head=8 \
  layers=first_half key_space=after_rotation context_bos=attend 'bos=<|endoftext|>Reference:'

python3 pipelines/evaluation_table.py "${columns[@]}"
