"""Checks whose loss nobody can see, each with the reason: (file, kind, text) as `mutation.py --list` prints them."""
from __future__ import annotations

from typing import Dict, Tuple

VALIDATED = "the initializer behind it has the same limit and names the same field"
UNSIGNED = "the value is a count or unsigned: it cannot be below"

EQUIVALENTS: Dict[Tuple[str, str, str], str] = {
    ("BankManifest+Parsing.swift", "high", "in: 0...ManifestLimits.fileSize"): VALIDATED,
    ("IndexManifest+JSON.swift", "high", "in: 1...ManifestLimits.fileSize"): VALIDATED,
    ("BankManifest+Validation.swift", "low", "in: 0...ManifestLimits.fileCount"): UNSIGNED,
    ("BankManifest+Validation.swift", "low", "in: 0...ManifestLimits.fileSize"): UNSIGNED,
    ("BankManifest+Validation.swift", "low", "in: 0...ManifestLimits.payloadByteCount"): UNSIGNED,
    ("BankManifest+Validation.swift", "low", "in: 0...ManifestLimits.shardCount"): UNSIGNED,
    ("BankManifest+Validation.swift", "low", "in: 0...ManifestLimits.textByteCount"): UNSIGNED,
    ("IndexManifest.swift", "low", "in: 0...Limits.parameterCount"): UNSIGNED,
    ("RawRecord.swift", "low", "in: 0...ShardLimits.sourceLength"): UNSIGNED,
    ("ShardEntry.swift", "low", "from: 0, to: 0"): UNSIGNED,
    ("ShardEntry.swift", "low", "from: 0, to: min(ShardLimits.textLength, rawLength - RawRecord.minimumLength)"): UNSIGNED,
    ("ShardFooter.swift", "guard", "!underflow"):
        "a length below 8 wraps to one that gives more than 10^17 records, which the clause behind it refuses",
    ("ShardIndex.swift", "call", 'try reader.end("index")'):
        "the index has been read as long as the footer's count makes it, and entries and keys take exactly that",
    ("Verification+Index.swift", "guard", "names.contains(file)"):
        "checkFile says of a file that is not there that it is missing, in other words",
}
