"""Disks that fill: at every 4 KiB, at every inode, within a quota, and disks that are read-only. A stage ends with 73 or 74
and names a file; what is visible is right; with room, a rerun makes the same bytes and leaves nothing else behind."""
from __future__ import annotations

import os
from pathlib import Path

from disks import Disk, enter
from pipeline import STAGES, Snapshots, Stage
from trial import Run, Trials, files_of, litter

BLOCK = 4096
#: No stage of the tiny pipeline takes as many.
MOST = 400
NOBODY = 65534


class Space:
    def __init__(self, trials: Trials) -> None:
        self.trials = trials
        self.snapshots = Snapshots(trials.work / "undisturbed", trials.bin)
        self.mount = trials.work / "disk"

    def _prepare(self, stage: Stage, options: str = "") -> tuple[Disk, Path]:
        disk = Disk(self.mount, options)
        work = self.mount / "work"
        self.snapshots.prepare(stage, work)
        return disk, work

    def _visible(self, name: str, stage: Stage, work: Path, before: dict[str, bytes | None], run: Run) -> None:
        """What can be seen under a final name is what an undisturbed run makes, or was there before."""
        wrong = []
        for made in stage.makes:
            whole = files_of(self.snapshots.made(stage, made))
            for file, content in files_of(work / made).items():
                hidden = any(part.startswith(".") for part in Path(file).parts)
                known = whole.get(file, b"") if file in whole else before.get(f"{made}/{file}", b"missing")
                if not hidden and content is not None and content not in (known, before.get(f"{made}/{file}", known)):
                    wrong.append(f"{made}/{file}")
        self.trials.require(f"{name}: what is visible", not wrong, f"wrong: {wrong[:3]}", run.how)

    def _attempt(self, name: str, stage: Stage, disk: Disk, work: Path, says: list[str]) -> bool:
        """One run on a disk as it is, one with room; whether the first made it."""
        before = {f"{made}/{file}": content for made in stage.makes for file, content in files_of(work / made).items()}
        how = f"on a tmpfs: {name}"
        run = self.trials.run(stage.command(self.trials.bin), cwd=work, how=how)
        self.trials.check(name, run, {0, 73, 74}, says=says)
        if run.code:
            named = any(made.split("/")[0] in run.err or made.rsplit(".", 1)[0] in run.err for made in stage.makes)
            self.trials.require(f"{name}: names a file", named, run.err.strip()[-300:], run.how)
            self._visible(name, stage, work, before, run)
        disk.resize()
        again = self.trials.run(stage.command(self.trials.bin), cwd=work, how=f"{how}, again with room")
        self.trials.check(f"{name}, again with room", again, {0})
        found = self.snapshots.differences(stage, work) + litter(work)
        self.trials.require(f"{name}, again with room: results", not found, "; ".join(found[:3]), run.how)
        return run.code == 0

    def blocks(self, stage: Stage) -> int:
        for step in range(0, MOST, stage.stride(self.trials.short)):
            disk, work = self._prepare(stage)
            size, _ = disk.used()
            disk.resize(size=max(BLOCK, size + step * BLOCK))
            done = self._attempt(f"{stage.name}, {step} blocks left", stage, disk, work, ["No space left on device"])
            disk.close()
            if done:
                return step
        self.trials.require(f"{stage.name}: enough blocks", False, f"{MOST} are not enough", stage.name)
        return MOST

    def inodes(self, stage: Stage) -> int:
        for step in range(0, MOST, stage.stride(self.trials.short)):
            disk, work = self._prepare(stage)
            _, inodes = disk.used()
            disk.resize(inodes=inodes + step)
            done = self._attempt(f"{stage.name}, {step} inodes left", stage, disk, work, ["No space left on device"])
            disk.close()
            if done:
                return step
        self.trials.require(f"{stage.name}: enough inodes", False, f"{MOST} are not enough", stage.name)
        return MOST

    def read_only(self, stage: Stage) -> None:
        disk, work = self._prepare(stage)
        disk.resize(read_only=True)
        done = self._attempt(f"{stage.name}, read-only", stage, disk, work, ["Read-only file system"])
        self.trials.require(f"{stage.name}, read-only: refused", not done, "a read-only disk was written to", stage.name)
        # A stage that is done has nothing to write.
        disk.resize(read_only=True)
        run = self.trials.run(stage.command(self.trials.bin), cwd=work, how="again on a read-only tmpfs")
        self.trials.check(f"{stage.name}, done and read-only", run, {0, 73, 74}, says=["Read-only file system"])
        disk.close()

    def quota(self, stage: Stage) -> bool:
        """A user's quota, where the kernel has them on tmpfs; they do not bind root."""
        try:
            disk = Disk(self.mount, "usrquota,usrquota_block_hardlimit=1")
        except OSError as error:
            self.trials.skip(f"quotas: {error}")
            return False
        disk.close()
        most = MOST if not self.trials.short else 60
        for step in range(0, most, 1 if not self.trials.short else 5):
            disk = Disk(self.mount, f"usrquota,usrquota_block_hardlimit={(step + 1) * BLOCK}")
            work = self.mount / "work"
            # Root's files do not count.
            self.snapshots.prepare(stage, work)
            for folder in [self.mount, work, *(path for path in work.rglob("*") if path.is_dir())]:
                os.chmod(folder, 0o777)
            run = self.trials.run(stage.command(self.trials.bin), cwd=work, prepare=_become_nobody,
                                  how=f"as nobody, with a quota of {step + 1} blocks")
            name = f"{stage.name}, a quota of {step + 1} blocks"
            self.trials.check(name, run, {0, 73, 74}, says=["quota"])
            if run.code:
                self._visible(name, stage, work, {}, run)
                again = self.trials.run(stage.command(self.trials.bin), cwd=work, how="as root, without a quota")
                self.trials.check(f"{name}, again without", again, {0})
            found = self.snapshots.differences(stage, work) + litter(work)
            self.trials.require(f"{name}: results", not found, "; ".join(found[:3]), run.how)
            disk.close()
            if run.code == 0:
                break
        return True


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def test(trials: Trials) -> None:
    space = Space(trials)
    problem = enter()
    if problem:
        trials.skip(f"disks that fill: {problem}")
        return
    trials.work.chmod(0o755)
    writing = [stage for stage in STAGES if stage.writes]
    for stage in writing:
        blocks, inodes = space.blocks(stage), space.inodes(stage)
        space.read_only(stage)
        print(f"    {stage.name}: takes {blocks} blocks and {inodes} inodes", flush=True)
    if os.geteuid() != 0 or Path("/proc/self/uid_map").read_text().split()[1] != "0":
        trials.skip("quotas: need root")
        return
    for stage in writing if not trials.short else [stage for stage in writing if stage.name in ("chunk files", "shard")]:
        if not space.quota(stage):
            return
