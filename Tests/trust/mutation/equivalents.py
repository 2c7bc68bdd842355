"""Checks whose loss nobody can see, each with the reason: (file, kind, text) as `mutation.py --list` prints them."""
from __future__ import annotations

from typing import Dict, Tuple

VALIDATED = "the initializer behind it has the same limit and names the same field"
UNSIGNED = "the value is a count or unsigned: it cannot be below"

EQUIVALENTS: Dict[Tuple[str, str, str], str] = {
    ("IndexManifest+JSON.swift", "high", "in: 1...ManifestLimits.fileSize"): VALIDATED,
    ("BankManifest+Parsing.swift", "high", "in: 0...ManifestLimits.fileSize"): VALIDATED,
    ("IndexManifest.swift", "low", "in: 0...Limits.parameterCount"): UNSIGNED,
    ("Verification+Index.swift", "guard", "names.contains(file)"):
        "checkFile says of a file that is not there that it is missing, in other words",
}
