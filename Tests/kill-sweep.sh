#!/usr/bin/env bash
# Kills every stage at each of its system calls that change a folder or a file, runs it again, and compares every byte with
# an undisturbed run. Needs strace; takes about five minutes with the tiny model.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=$PWD/${BIN:-.build/release}
model=$PWD/fixtures/tiny/tiny-llama.gguf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir documents
for file in 0 1 2; do
  for document in 0 1 2; do
    printf '{"id":"%s-%s","text":"A river is water that flows to a lake. A river is water that flows to a lake."}\n' $file $document
  done >documents/$file.jsonl
  echo '{"id":broken' >>documents/$file.jsonl
done

call() { # call STAGE FOLDER
  case $1 in
    chunk) echo "$bin/m3-chunk --set task_bytes=300 --set max_tokens=48 --on-bad-input quarantine --model $model --input documents --output $2/references --progress none --workers 1" ;;
    encode) echo "$bin/m3-encode --model $model --input $2/references --output $2/memories --progress none --workers 1" ;;
    shard) echo "$bin/m3-shard --input $2/memories --references $2/references --output $2/bank --progress none --workers 1" ;;
  esac
}

for stage in chunk encode shard; do $(call $stage undisturbed) >>log 2>&1; done

# attempt STAGE CALLS N: whether the stage was killed at the N-th of these calls; what it left is gone on with.
attempt() {
  local status=0
  rm -rf killed
  mkdir killed
  [ "$1" = chunk ] || cp -r undisturbed/references killed/
  [ "$1" != shard ] || cp -r undisturbed/memories killed/
  # In a subshell of its own, whose shell says nothing of the kill.
  (strace -f -qq -o /dev/null -e "trace=$2" -e "inject=$2:signal=KILL:when=$3" $(call "$1" killed) >>log 2>&1; exit $?) 2>>log || status=$?
  $(call "$1" killed) >>log 2>&1 || { echo "$1: did not go on after a kill at call $3 of $2" >&2; tail -n 3 log >&2; exit 1; }
  for folder in references memories bank bank.stage; do
    [ ! -e killed/$folder ] || diff -r --exclude=_runs undisturbed/$folder killed/$folder
  done
  litter=$(find killed -name '.*')
  [ -z "$litter" ] || { echo "$1: left behind after a kill at call $3 of $2: $litter" >&2; exit 1; }
  [ $status = 137 ]
}

kills=0
for stage in chunk encode shard; do
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
