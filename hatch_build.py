"""Note in the wheel which workflow publishes blogs with it: that of the commit that it is built from."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WorkflowHook(BuildHookInterface):
    """Knows the commit where a workflow builds; elsewhere nothing is noted."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the file to the wheel."""
        repository, commit = (os.environ.get(name) for name in ("GITHUB_REPOSITORY", "GITHUB_SHA"))
        self._folder = tempfile.TemporaryDirectory()
        released = (
            os.environ.get("GITHUB_REF") == f"refs/tags/v{self.metadata.version}"
        )  # not anyone's job that installs it
        if released and repository and commit:
            note = Path(self._folder.name, "workflow.txt")
            path = f"{repository}/.github/workflows/publish.yml"
            note.write_text(f"{path}@{commit} # v{self.metadata.version}\n", encoding="utf-8")
            build_data["force_include"][str(note)] = "blogkit/start/workflow.txt"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        self._folder.cleanup()
