"""What the machine has: processor, cores, memory, GPUs. Plain functions."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

import psutil

MEMORY_PER_POST = 2 << 30
"""Bytes that one light post may need besides the machine's own processes, when nothing is known of it."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_jobs() -> int:
    """Return how many light posts may run at once on this machine: as many as there are cores, and memory for."""
    return max(1, min(cores(), psutil.virtual_memory().total // MEMORY_PER_POST))


def threads(jobs: int, *, whole_machine: bool) -> int:
    """Return how many threads each library of a post may use: on one machine the same, whatever else is running."""
    return cores() if whole_machine else max(1, cores() // (jobs or default_jobs()))


@lru_cache(1)
def gpus() -> tuple[str, ...]:
    """Return the names of the NVIDIA GPUs that a kernel can see (``CUDA_VISIBLE_DEVICES`` may hide some)."""
    command = shutil.which("nvidia-smi")
    if not command:
        return ()
    call = [command, "--query-gpu=index,uuid,name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(call, capture_output=True, encoding="utf-8", errors="replace", timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    found = [line.split(", ", 2) for line in answer.stdout.splitlines()]
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return tuple(name for _, _, name in found)
    chosen = [choice.strip() for choice in visible.split(",")]
    return tuple(name for c in chosen for index, uuid, name in found if c == index or (c and uuid.startswith(c)))


def device() -> str:
    """Return what computes besides the processor."""
    return ", ".join(gpus()) or "CPU"


@lru_cache(1)
def processor() -> str:
    """Return the processor's name, for readers; not part of any key."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
