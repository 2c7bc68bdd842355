"""Threads, time zones, languages, folders, environments, hosts, clocks, listings, memory: each alone."""
from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

from comparison import Comparison

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_HOST, _SAME_PLACES = 0x04000000, 0x0040000
#: Languages with a decimal comma, another upper case of i, another order of letters, other digits.
LANGUAGES = ["tr_TR.UTF-8", "de_DE.UTF-8", "ar_EG.UTF-8", "cs_CZ.UTF-8", "zh_CN.GB18030"]
_HOUR = 3600


def _locales(comparison: Comparison, names: list[str]) -> tuple[Path, list[str]]:
    """Compiles locales into a folder of their own: a machine has few."""
    folder = comparison.work / "locales"
    folder.mkdir()
    made = []
    for name in names:
        language, charset = name.split(".")
        run = subprocess.run(["localedef", "-i", language, "-f", charset, folder / name], capture_output=True, check=False)
        # 1: made, with warnings.
        if run.returncode in (0, 1) and (folder / name).is_dir():
            made.append(name)
        else:
            comparison.skip(f"locale {name}: {run.stderr.decode(errors='replace').strip()[-200:]}")
    return folder, made


def _elsewhere(comparison: Comparison) -> Path | None:
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        comparison.skip("listings in reverse, another date: no C compiler")
        return None
    library = comparison.work / "elsewhere.so"
    source = Path(__file__).with_name("elsewhere.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


def _rename_host() -> None:
    if _LIBC.unshare(_NEW_HOST) == 0:
        _LIBC.sethostname(b"another-host", 12)


def _fix_memory() -> None:
    _LIBC.personality(_SAME_PLACES)


def _remade(work: Path) -> None:
    """The same files made in another order, beside names that come and go."""
    documents = work / "documents"
    kept = {path.name: path.read_bytes() for path in documents.iterdir()}
    shutil.rmtree(documents)
    documents.mkdir()
    for number in range(100):
        (documents / f".gone-{number}").touch()
    for name in sorted(kept, reverse=True):
        (documents / name).write_bytes(kept[name])
    for number in range(100):
        (documents / f".gone-{number}").unlink()


def test(comparison: Comparison) -> None:
    comparison.pipeline("again")
    for workers in (2, 7):
        comparison.pipeline(f"{workers} workers", workers=workers)
    for zone in ("Pacific/Kiritimati", "America/St_Johns") if not comparison.short else ("Pacific/Kiritimati",):
        comparison.pipeline(f"TZ={zone}", environment={"TZ": zone})
    folder, languages = _locales(comparison, LANGUAGES[:2] if comparison.short else LANGUAGES)
    for name in languages:
        comparison.pipeline(f"LC_ALL={name}", environment={"LOCPATH": str(folder), "LC_ALL": name, "LANG": name})
    far = comparison.work / "a folder" / "with ünlikely näme" / ("x" * 150)
    far.parent.mkdir(parents=True)
    comparison.pipeline("another folder", work=far)
    comparison.pipeline("hardly any environment", environment={"PATH": "/nowhere"})
    comparison.pipeline("a large environment",
                        environment={**{f"M3_NOTHING_{n}": "x" * 1000 for n in range(200)}, "HOME": "/nowhere",
                                     "USER": "nobody", "TMPDIR": "/nowhere", "COLUMNS": "20", "TERM": "dumb"})
    comparison.pipeline("a memory layout without chance", prepare=_fix_memory)
    comparison.pipeline("other modes of files", prepare=lambda: os.umask(0o077) and None)
    comparison.pipeline("inputs made in another order", before=_remade)
    if os.geteuid() == 0:
        comparison.pipeline("another host's name", prepare=_rename_host)
    else:
        comparison.skip("another host's name: not root")
    library = _elsewhere(comparison)
    if library:
        comparison.pipeline("listings in reverse, another year", environment={
            "LD_PRELOAD": str(library), "M3_AHEAD": str(20 * 365 * 24 * _HOUR)})
    if len(os.sched_getaffinity(0)) > 1:
        first = min(os.sched_getaffinity(0))
        comparison.pipeline("one processor", workers=2, prepare=lambda: os.sched_setaffinity(0, {first}))
    if not comparison.short:
        comparison.pipeline("everything at once", workers=5, prepare=_fix_memory, before=_remade, environment={
            "TZ": "Asia/Kathmandu", "LOCPATH": str(folder), "LC_ALL": (languages or ["C"])[0],
            **({"LD_PRELOAD": str(library), "M3_AHEAD": "-99999"} if library else {})})
