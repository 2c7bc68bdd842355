"""References that a codebook may be trained on: of documents that no evaluation item asks about."""
import argparse
import glob
import json
import os
import random
import subprocess

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--items", required=True)
parser.add_argument("--references", required=True, help="folder of part-*.jsonl.zst")
parser.add_argument("--output", required=True)
parser.add_argument("--count", type=int, default=1200)
arguments = parser.parse_args()


def document(reference_id):
    return reference_id.rsplit("#", 1)[0]


with open(arguments.items) as lines:
    asked = {document(json.loads(line)["reference_id"]) for line in lines}
candidates = []
for path in sorted(glob.glob(os.path.join(arguments.references, "part-*.jsonl.zst"))):
    text = subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout
    candidates += [line for line in text.splitlines() if document(json.loads(line)["id"]) not in asked]
chosen = sorted(random.Random(7).sample(range(len(candidates)), min(arguments.count, len(candidates))))

os.makedirs(arguments.output, exist_ok=True)
result = os.path.join(arguments.output, "part-00000.jsonl.zst")
content = b"".join(candidates[index] + b"\n" for index in chosen)
packed = subprocess.run(["zstd", "-q", "-c"], input=content, check=True, capture_output=True).stdout
# Written only when it changes, so that a second run finds the same input.
if not os.path.exists(result) or open(result, "rb").read() != packed:
    with open(result + ".new", "wb") as file:
        file.write(packed)
    os.replace(result + ".new", result)
print(f"{len(chosen)} of {len(candidates)} references in {result}")
