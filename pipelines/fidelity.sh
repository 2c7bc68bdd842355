#!/usr/bin/env bash
# What recipes are worth, side by side, on the same items: run by `make fidelity`.
set -euo pipefail

items=${ITEMS:-100}
work=$CACHE/fidelity
mkdir -p "$work"

"$BIN/m3-chunk" --model "$MODEL" --workers "$WORKERS" --input "$CACHE/articles/vital-articles.jsonl" --output "$work/all"
python3 pipelines/make_items.py --articles "$CACHE/articles/vital-articles.jsonl" --references "$work/all" \
  --output "$work/items-$items.jsonl" --per-task "$items"
references=$work/references-$items
python3 pipelines/select_references.py --items "$work/items-$items.jsonl" --references "$work/all" --output "$references"

encode() { # encode INPUT OUTPUT [SETTING…]
  local settings=()
  for setting in "${@:3}"; do settings+=(--set "$setting"); done
  "$BIN/m3-encode" "${settings[@]}" --model "$MODEL" --workers "$WORKERS" --input "$1" --output "$2"
}

banks=()
bank() { # bank LABEL MEMORIES NAME [OPTION…]
  "$BIN/m3-shard" --workers "$WORKERS" --input "$2" --references "$references" --output "$work/bank-$3" "${@:4}" >/dev/null
  "$BIN/m3-verify" "$work/bank-$3" --level deep --progress none >/dev/null
  banks+=(--label "$1=$work/bank-$3" "$work/bank-$3")
}

# Codebooks are trained on references of documents that no item asks about.
python3 pipelines/training_references.py --items "$work/items-$items.jsonl" --references "$work/all" --output "$work/training"
encode "$work/training" "$work/memories-training"
encode "$references" "$work/memories-$items-all"
for codec in predicted-x2 predicted; do
  [ -e "$work/$codec.m3c" ] || "$BIN/m3-quantize" train --codec "$codec" --model "$MODEL" --workers "$WORKERS" \
    --input "$work/memories-training" --references "$work/training" --output "$work/$codec.m3c"
  for kibibytes in 4 8 16 32; do
    name=$items-$codec-$kibibytes
    "$BIN/m3-quantize" --codec "$codec" --bytes-per-reference $((kibibytes * 1024)) --codebook "$work/$codec.m3c" \
      --model "$MODEL" --workers "$WORKERS" --input "$work/memories-$items-all" --references "$references" --output "$work/codes-$name"
    bank "$codec" "$work/codes-$name" "$name"
  done
done

bank "all tokens" "$work/memories-$items-all" "$items-all-bf16" --codec bf16
for tokens in 8 16; do
  memories=$work/memories-$items-adaptive-$tokens
  encode "$references" "$memories" rule=reconstruction allocation=adaptive tokens_per_head=$tokens
  bank "adaptive, bf16" "$memories" "$items-adaptive-$tokens-bf16" --codec bf16
  bank "adaptive, int4" "$memories" "$items-adaptive-$tokens-int4" --codec int4
done
for codec in opq residual; do
  name=$items-adaptive-16-$codec
  "$BIN/m3-quantize" --codec "$codec" --workers "$WORKERS" --input "$work/memories-$items-adaptive-16" --references "$references" \
    --output "$work/codes-$name"
  bank "adaptive, $codec" "$work/codes-$name" "$name"
done
encode "$references" "$work/memories-$items-paper" rule=attention allocation=uniform tokens_per_head=8 layers=first_half \
  key_space=after_rotation context_bos=attend 'bos=<|endoftext|>Reference:'
bank "the paper's recipe" "$work/memories-$items-paper" "$items-paper-bf16" --codec bf16

"$BIN/m3-bench" fidelity "${banks[@]}" --model "$MODEL" --items "$work/items-$items.jsonl" --workers "$WORKERS" \
  --distractors "${DISTRACTORS:-0}" --svg "$work/curve-$items.svg"
echo "$work/curve-$items.svg"
