#!/usr/bin/env bash
# Kills every stage at each of its system calls that change a folder or a file, runs it again, and compares every byte with
# an undisturbed run. Needs strace; takes about five minutes with the tiny model.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${BIN:-$PWD/.build/release}
model=$PWD/fixtures/tiny/tiny-llama.gguf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir documents
for file in 0 1 2; do
  for document in 0 1 2; do
    printf '{"id":"%s-%s","text":"River %s%s is water that flows to a lake. Its bridge number %s%s was built of stone by monks."}\n' \
      $file $document $file $document $document $file
  done >documents/$file.jsonl
  echo '{"id":broken' >>documents/$file.jsonl
done

call() { # call STAGE FOLDER
  local run="--progress none --workers 1"
  case $1 in
    chunk) echo "$bin/m3-chunk --set task_bytes=300 --set max_tokens=48 --on-bad-input quarantine --model $model --input documents --output $2/chunks $run" ;;
    dedupe) echo "$bin/m3-dedupe --set bands=2 --input $2/chunks --output $2/unique $run" ;;
    filter) echo "$bin/m3-filter --input $2/unique --output $2/references --rejected $2/rejected $run" ;;
    encode) echo "$bin/m3-encode --model $model --input $2/references --output $2/memories $run" ;;
    quantize) echo "$bin/m3-quantize --model $model --input $2/memories --references $2/references --output $2/codes --set bytes_per_reference=1024 --set directions=64 --set components=32 --set rank=8 $run" ;;
    shard) echo "$bin/m3-shard --input $2/codes --references $2/references --output $2/bank $run" ;;
  esac
}

# What each stage reads.
declare -A reads=([chunk]="" [dedupe]=chunks [filter]=unique [encode]=references [quantize]="references memories" [shard]="references codes")
stages="chunk dedupe filter encode quantize shard"
for stage in $stages; do $(call $stage undisturbed) >>log 2>&1; done

# attempt STAGE CALLS N: whether the stage was killed at the N-th of these calls; what it left is gone on with.
attempt() {
  local status=0
  rm -rf killed
  mkdir killed
  for folder in ${reads[$1]}; do cp -r undisturbed/$folder killed/; done
  # In a subshell of its own, whose shell says nothing of the kill.
  (strace -f -qq -o /dev/null -e "trace=$2" -e "inject=$2:signal=KILL:when=$3" $(call "$1" killed) >>log 2>&1; exit $?) 2>>log || status=$?
  $(call "$1" killed) >>log 2>&1 || { echo "$1: did not go on after a kill at call $3 of $2" >&2; tail -n 3 log >&2; exit 1; }
  for folder in chunks unique references rejected memories codes bank bank.stage; do
    [ ! -e killed/$folder ] || diff -r --exclude=_runs undisturbed/$folder killed/$folder
  done
  litter=$(find killed -name '.*')
  [ -z "$litter" ] || { echo "$1: left behind after a kill at call $3 of $2: $litter" >&2; exit 1; }
  [ $status = 137 ]
}

kills=0
for stage in $stages; do
  for calls in openat,rename,fsync,unlink,mkdir,flock write; do
    number=1
    while attempt $stage $calls $number; do
      kills=$((kills + 1))
      number=$((number + 1))
    done
    echo "$stage: $((number - 1)) kills at $calls"
  done
done
echo "byte for byte the same after each of $kills kills"
