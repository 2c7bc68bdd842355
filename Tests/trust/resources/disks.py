"""Small disks in memory, in a mount namespace of this process alone: they are gone with it."""
from __future__ import annotations

import ctypes
import os
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_READ_ONLY, _REMOUNT, _RECURSIVE, _PRIVATE = 1, 32, 16384, 1 << 18


def enter() -> str | None:
    """Begins a namespace of mounts, with a user namespace where this is not root. Returns why it cannot be."""
    if os.geteuid() == 0:
        if _LIBC.unshare(_NEW_MOUNTS) != 0:
            return f"unshare: {os.strerror(ctypes.get_errno())}"
    else:
        user, group = os.getuid(), os.getgid()
        if _LIBC.unshare(_NEW_USER | _NEW_MOUNTS) != 0:
            return f"not root, and no user namespaces: {os.strerror(ctypes.get_errno())}"
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    try:
        _mount("none", "/", None, _RECURSIVE | _PRIVATE, "")
    except OSError as error:
        return f"private mounts: {error}"
    return None


def _mount(source: str, target: str, kind: str | None, flags: int, options: str) -> None:
    words = [None if word is None else word.encode() for word in (source, target, kind)]
    if _LIBC.mount(*words, ctypes.c_ulong(flags), options.encode()) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), target)


class Disk:
    """A tmpfs, roomy at first."""

    def __init__(self, folder: Path, options: str = "") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        _mount("tmpfs", str(folder), "tmpfs", 0, ",".join(filter(None, ["size=256m,nr_inodes=100000", options])))

    def used(self) -> tuple[int, int]:
        """Bytes and inodes that are taken."""
        status = os.statvfs(self.folder)
        return (status.f_blocks - status.f_bfree) * status.f_frsize, status.f_files - status.f_ffree

    def resize(self, *, size: int = 256 << 20, inodes: int = 100_000, read_only: bool = False) -> None:
        _mount("tmpfs", str(self.folder), None, _REMOUNT | (_READ_ONLY if read_only else 0),
               f"size={size},nr_inodes={inodes}")

    def close(self) -> None:
        # Detached: nobody uses it any more but perhaps a run that was killed.
        if _LIBC.umount2(str(self.folder).encode(), 2) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(self.folder))
