#!/usr/bin/env bash
# The demo: articles to a verified bank, then what the model says without it, with the text, and with the memories.
# Run by `make demo`; can be run again: what is done is not done twice.
set -euo pipefail

articles=${ARTICLES:-500}
items=${ITEMS:-40}
# Another number of articles is another bank: a stage refuses a folder that holds results of other input.
name=demo$([ "$articles" = 500 ] || echo "-$articles")
work=$CACHE/$name
bank=banks/$name
paper=banks/$name-memory3
mkdir -p "$work" banks

say() { printf '\n== %s\n' "$*"; }

# Written only when it changes, so that a second run finds the same input.
sample() {
  head -n "$articles" "$CACHE/articles/vital-articles.jsonl" >"$work/articles.jsonl.new"
  cmp -s "$work/articles.jsonl.new" "$work/articles.jsonl" || mv "$work/articles.jsonl.new" "$work/articles.jsonl"
  rm -f "$work/articles.jsonl.new"
}

encode() { # encode PIPELINE FOLDER
  "$BIN/m3-encode" --config "$1" --model "$MODEL" --workers "$WORKERS" --input "$work/references" --output "$2"
}

shard() { # shard PIPELINE FOLDER BANK
  "$BIN/m3-shard" --config "$1" --workers "$WORKERS" --input "$2" --references "$work/references" --output "$3"
}

text() { # text TOOL INPUT OUTPUT [OPTION...]
  "$BIN/$1" --config pipelines/vital-articles.yaml --workers "$WORKERS" --input "$2" --output "$3" "${@:4}"
}

say "$articles articles to references of at most 128 tokens: without near-duplicates, without bad text (seconds)"
sample
text m3-dedupe "$work/articles.jsonl" "$work/documents"
text m3-chunk "$work/documents" "$work/chunks" --model "$MODEL"
text m3-dedupe "$work/chunks" "$work/unique"
text m3-filter "$work/unique" "$work/references" --rejected "$work/rejected"

say "references to memories of all tokens (about 2 minutes on 2 cores)"
encode pipelines/vital-articles.yaml "$work/memories"

say "a codebook, trained on them, and codes of 16 KB a reference: what the text predicts is not stored (about 4 minutes)"
"$BIN/m3-quantize" --config pipelines/vital-articles.yaml --model "$MODEL" --workers "$WORKERS" \
  --input "$work/memories" --references "$work/references" --output "$work/codes"

say "codes and texts to a bank"
shard pipelines/vital-articles.yaml "$work/codes" "$bank"

say "an index to retrieve memories by (seconds)"
"$BIN/m3-index" "$bank" --config pipelines/vital-articles.yaml --embedder "$EMBEDDER" --workers "$WORKERS"

say "verify every byte of it"
"$BIN/m3-verify" "$bank" --level deep
"$BIN/m3-read" info "$bank"

say "the same references by the paper's recipe, for comparison (about a minute)"
encode pipelines/memory3.yaml "$work/memories-memory3"
shard pipelines/memory3.yaml "$work/memories-memory3" "$paper"
"$BIN/m3-verify" "$paper"

say "three questions, answered without the reference, with its text in the prompt, with its memory, and with retrieved memories"
python3 pipelines/make_items.py --articles "$work/articles.jsonl" --references "$work/references" \
  --output "$work/items.jsonl" --per-task "$items"
ask() { # ask REFERENCE PROMPT
  printf '\n%s\n' "$2"
  for as in none text memory; do
    answer=$("$BIN/m3-read" generate "$bank" --model "$MODEL" --prompt "$2" --memory "$1" --as "$as" --max-tokens 32 | tr '\n' ' ')
    printf '  %-10s%s\n' "$as" "$answer"
  done
  answer=$("$BIN/m3-read" generate "$bank" --model "$MODEL" --prompt "$2" --embedder "$EMBEDDER" --max-tokens 32 \
    --show-memories 2>"$work/memories-shown" | tr '\n' ' ')
  printf '  %-10s%s\n' retrieved "$answer"
  sed 's/^/            /' "$work/memories-shown"
}
python3 pipelines/demo_questions.py --items "$work/items.jsonl" --count 3 |
  while IFS=$'\t' read -r reference question; do ask "$reference" "$(printf '%b' "$question")"; done

say "what the memories are worth: nats a token, and the part of the text's help that is recovered (about a minute)"
evaluate() { # evaluate BANK MODES OUTPUT [OPTION...]
  "$BIN/m3-read" evaluate "$1" --model "$MODEL" --items "$work/items.jsonl" --workers "$WORKERS" --modes "$2" --json \
    "${@:4}" >"$3"
}
evaluate "$bank" none,text,memory "$work/default.json"
evaluate "$bank" memory "$work/retrieved.json" --retrieve --embedder "$EMBEDDER"
evaluate "$paper" memory "$work/memory3.json"
python3 pipelines/evaluation_table.py "memory: the default, predicted=$work/default.json" \
  "memory: the same, retrieved by each item's context=$work/retrieved.json" \
  "memory: the paper's recipe, bf16=$work/memory3.json"

say "done: $bank"
