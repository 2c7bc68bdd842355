#!/usr/bin/env bash
# Measures each stage on references of 100 articles, one thread, and prints a JSON line a figure; `make bench` calls it.
set -euo pipefail

: "${BIN:=.build/release}" "${CACHE:=.cache}" "${WORKERS:=$(nproc)}" "${MODEL:?the model: a GGUF file}"
work=$CACHE/bench
config=(--config pipelines/adaptive.yaml)
run=(--progress none --workers "$WORKERS")
articles=$CACHE/articles/vital-articles.jsonl

mkdir -p "$work"
head -n 100 "$articles" >"$work/documents.jsonl"
{
  "$BIN/m3-chunk" "${config[@]}" "${run[@]}" --model "$MODEL" --input "$work/documents.jsonl" --output "$work/references"
  "$BIN/m3-encode" "${config[@]}" "${run[@]}" --model "$MODEL" --input "$work/references" --output "$work/memories"
  "$BIN/m3-shard" "${config[@]}" "${run[@]}" --input "$work/memories" --references "$work/references" --output "$work/bank"
} >&2

"$BIN/m3-bench" tokenize --model "$MODEL" --input "$articles"
"$BIN/m3-bench" json
"$BIN/m3-bench" dedupe --input "$articles"
"$BIN/m3-bench" prefill --model "$MODEL" --references 64 --tokens 128 --threads 1
"$BIN/m3-bench" encode --model "$MODEL" --references "$work/references"
"$BIN/m3-bench" decode --model "$MODEL"
"$BIN/m3-bench" quantize --input "$work/memories" --codec opq --code-bytes 11 --references 60
"$BIN/m3-bench" shard "${config[@]}" --input "$work/memories" --references "$work/references"
"$BIN/m3-bench" verify "$work/bank"
"$BIN/m3-bench" read "$work/bank"
