"""Run a GitHub workflow on this machine: its `run:` steps for real, in clean checkouts; the official actions played.

Knows as much of GitHub Actions as this repository's workflows use, and raises for what it does not know.
"""

from __future__ import annotations

import fnmatch
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import commands
import yaml

_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_][\w-]*(?:\.[\w-]+)*\s*\(?|&&|\|\||==|!=|[!(),]|\d+)")
_RIGHTS = ("none", "read", "write")
_STATUS = re.compile(r"\b(success|failure|cancelled|always)\(")
# The steps' commands begin with their imports made, as in all tests; the code that they run is that of their checkout.
STAND_IN = """#!{python} -SsE
import sys
sys.path.insert(0, {tests!r})
import commands
commands.stand_in({address!r})
"""
# GitHub's own command: notes what it is asked, knows the site's address, main's commit and the open issues.
GH = """#!/usr/bin/env bash
echo "$*" >> "$GH_LOG"
case "$1 $2" in
  "api repos/{owner}/{repo}/pages")
    case $GH_ADDRESS in
      http*) echo "$GH_ADDRESS/" ;;
      "") echo '{"message": "Not Found"}' && echo "gh: Not Found (HTTP 404)" >&2 && exit 1 ;;
      *) echo "gh: $GH_ADDRESS" >&2 && exit 1 ;;
    esac ;;
  "api repos/me/blog/commits/main") git -C "$GH_ORIGIN" rev-parse main ;;
  "api --paginate") [ ! -s "$GH_ISSUES" ] || jq -r "${@: -1}" "$GH_ISSUES" ;;
  issue*) ;;
  *) exit 2 ;;
esac
"""


@dataclass
class Job:
    """One job, or one of a matrix, that ran."""

    result: str
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    workspace: Path | None = None


@dataclass
class GitHub:
    """A repository on GitHub: its caches and its site outlive a run."""

    root: Path
    origin: Path
    address: str = ""
    """Where Pages publishes; empty: Pages is off; no address: what GitHub says instead of answering."""
    variables: dict[str, str] = field(default_factory=dict)
    others: dict[str, Path] = field(default_factory=dict)
    """Other repositories whose workflows it may call, by name."""
    without: Collection[str] = ()
    """Names of `run:` steps that cannot run here."""

    def __post_init__(self) -> None:
        self.add_command("gh", GH)
        values = {"python": sys.executable, "tests": str(Path(__file__).parent), "address": commands.warm()}
        for name in ("python", "jupyter-book"):
            self.add_command(name, STAND_IN.format(**values))

    def add_command(self, name: str, script: str) -> None:
        """Put a command before those of this machine."""
        path = self.root / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script, encoding="utf-8")
        path.chmod(0o755)

    @property
    def site(self) -> Path:
        """What Pages serves."""
        return self.root / "published"

    def caches(self, ref: str) -> list[str]:
        """The keys of the caches that runs on ``ref`` wrote."""
        return sorted(p.name for p in (self.root / "caches" / ref.replace("/", "_")).glob("*"))

    def head(self) -> str:
        """The commit that main is at."""
        return _head(self.origin)

    def run(
        self,
        workflow: str,
        ref: str = "refs/heads/main",
        event: str = "push",
        head: str = "me/blog",
        again: str = "",
    ) -> Run:
        """Run a workflow on what ``origin`` holds now; ``again``: a second time, on that commit."""
        run = Run(self, self.origin / ".github/workflows" / workflow, ref, event, head, again)
        run.start()
        return run


class Run:
    """One run of a workflow; ``jobs`` holds for each job its instances."""

    def __init__(self, github: GitHub, workflow: Path, ref: str, event: str, head: str, again: str) -> None:
        self.github, self.ref = github, ref
        self.commit = again or github.head()
        self.number = sum(1 for _ in github.root.glob("run-*"))
        self.folder = github.root / f"run-{self.number}"
        self.folder.mkdir(parents=True)
        self.workflow, self.home = yaml.safe_load(workflow.read_text(encoding="utf-8")), github.origin
        pull_request = {"number": 1, "head": {"repo": {"full_name": head}}} if event == "pull_request" else {}
        self.contexts: dict[str, Any] = {
            "github": {
                "event_name": event,
                "ref": ref,
                "ref_name": ref.split("/", 2)[2],
                "repository": "me/blog",
                "event": {"pull_request": pull_request},
                "server_url": "https://github.example",
                "run_id": str(self.number),
                "run_attempt": "2" if again else "1",
                "sha": self.commit,
                "token": "token",
            },
            "vars": github.variables,
        }
        self.jobs: dict[str, list[Job]] = {}
        self.attested: set[str] = set()
        self.released: set[str] = set()

    @property
    def results(self) -> dict[str, str]:
        """Job → success, failure or skipped."""
        return {name: _together(jobs) for name, jobs in self.jobs.items()}

    @property
    def log(self) -> str:
        """Everything that was printed."""
        return "\n".join(job.log for jobs in self.jobs.values() for job in jobs)

    def artifact(self, name: str) -> Path:
        """The folder of an artifact of this run."""
        return self.folder / "artifacts" / name

    def start(self) -> None:
        """Run the jobs in the order in which they stand."""
        self._run_jobs(self.workflow, self.home)

    def _run_jobs(self, workflow: dict[str, Any], home: Path) -> None:
        """Run the jobs of a workflow, and those of the workflows that it calls, from the repository in ``home``."""
        for name, job in workflow["jobs"].items():
            needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            known = {n: {"result": self.results[n], "outputs": self.jobs[n][0].outputs} for n in needs}
            contexts = {**self.contexts, "needs": known}
            ancestors = _ancestors(workflow, name)
            good = all(self.results[n] == "success" for n in ancestors)
            if not _holds(job.get("if", ""), contexts, good, "failure" in map(self.results.get, ancestors)):
                self.jobs[name] = [Job("skipped")]
                continue
            if "uses" in job:
                self._call(job, home)
                continue
            matrix = _value(job.get("strategy", {}).get("matrix", {}), contexts)
            combined = [dict(zip(matrix, values, strict=True)) for values in itertools.product(*matrix.values())]
            instances = matrix.get("include") or combined
            called = _Called(workflow, home, name)
            self.jobs[name] = [
                _JobRun(self, called, {**contexts, "matrix": entry, "strategy": {"job-index": index}}).run()
                for index, entry in enumerate(instances)
            ]

    def _call(self, job: dict[str, Any], home: Path) -> None:
        """Run a reusable workflow: of the caller's repository, or of another's at a commit.

        Its jobs stand beside the caller's. As on GitHub it may ask for no more than its caller grants, else nothing
        starts; and it has the caller's contexts, but no ``env`` of the caller's.
        """
        assert set(job) <= {"name", "needs", "if", "permissions", "uses"}, job
        if job["uses"].startswith("$/"):
            path = job["uses"][2:]
        else:
            repository, path, commit = re.fullmatch(r"([^/]+/[^/]+)/(.+)@([0-9a-f]{40})", job["uses"]).groups()
            home = self.github.others[repository]
            assert commit == _head(home)
        workflow = yaml.safe_load((home / path).read_text(encoding="utf-8"))
        triggers = workflow[True]  # YAML 1.1 reads `on` so
        assert "workflow_call" in triggers, f"{path} cannot be called"
        for name, inner in workflow["jobs"].items():
            for what, how in inner["permissions"].items():
                granted = job["permissions"].get(what, "none")
                assert _RIGHTS.index(how) <= _RIGHTS.index(granted), f"{name} asks for {what}: {how}"
        self._run_jobs(workflow, home)


def _ancestors(workflow: dict[str, Any], name: str) -> set[str]:
    """All jobs before: an `if` without a status function looks at the whole chain, not only at `needs`."""
    needs = workflow["jobs"][name].get("needs", [])
    needs = [needs] if isinstance(needs, str) else needs
    return {*needs, *(a for n in needs for a in _ancestors(workflow, n))}


def _head(repository: Path) -> str:
    call = ["git", "rev-parse", "main"]
    return subprocess.run(call, cwd=repository, capture_output=True, text=True, check=True).stdout.strip()


@dataclass
class _Called:
    """A job, and what it is of: a workflow, and the repository that this stands in, which ``$/`` names."""

    workflow: dict[str, Any]
    home: Path
    name: str

    @property
    def spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = self.workflow["jobs"][self.name]
        return spec


class _JobRun:
    def __init__(self, run: Run, called: _Called, contexts: dict[str, Any]) -> None:
        self.all, self.called, self.spec, self.name = run, called, called.spec, called.name
        self.folder = run.folder / f"{self.name}-{contexts['strategy']['job-index']}"
        self.workspace = self.folder / "workspace"
        self.temp = self.folder / "temp"
        self.temp.mkdir(parents=True)
        self.workspace.mkdir()
        self.contexts = {
            **contexts,
            "runner": {"os": "Linux", "arch": "X64", "temp": str(self.temp)},
            "env": {"pythonLocation": sys.prefix},
            "steps": {},
        }
        self.job = Job("success", workspace=self.workspace)
        self.failed = False

    def run(self) -> Job:
        self._steps(self.spec["steps"])
        self.job.result = "failure" if self.failed else "success"
        self.job.outputs = _value(self.spec.get("outputs", {}), self.contexts)
        return self.job

    def _steps(self, steps: list[dict[str, Any]]) -> None:
        for step in steps:
            if not _holds(step.get("if", ""), self.contexts, not self.failed, self.failed, self.workspace):
                continue
            outputs: dict[str, str] = {}
            try:
                outputs = self._uses(step) if "uses" in step else self._run(step)
            except subprocess.CalledProcessError:
                self.failed = self.failed or not step.get("continue-on-error", False)
            if "id" in step:
                self.contexts["steps"][step["id"]] = {"outputs": outputs}

    def _run(self, step: dict[str, Any]) -> dict[str, str]:
        if step.get("name") in self.all.github.without:
            return {}
        script, output, summary = (self.temp / name for name in ("step.sh", "output", "summary"))
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("")
        github = self.all.github
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([f"{github.root}/bin", str(Path(sys.executable).parent), os.environ["PATH"]]),
            "GH_LOG": f"{github.root}/gh.log",
            "GH_ADDRESS": github.address,
            "GH_ORIGIN": str(github.origin),
            "GH_ISSUES": "",
            "PIP_DRY_RUN": "1",  # the environment of the tests has what the lock file says, or pip says what it lacks
            "CI": "true",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        for place in (self.called.workflow, self.spec, step):
            environment |= {k: str(v) for k, v in _value(place.get("env", {}), self.contexts, self.workspace).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.workspace / step.get("working-directory", "."),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=1800,
        )
        self.job.log += f"\n## {self.name}: {step.get('name')}\n{done.stdout}"
        self.job.summary += summary.read_text(encoding="utf-8") if summary.exists() else ""
        summary.unlink(missing_ok=True)
        done.check_returncode()
        return dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())

    def _uses(self, step: dict[str, Any]) -> dict[str, str]:
        name = step["uses"].split("@")[0]
        given = _value(step.get("with", {}), self.contexts, self.workspace)
        if name.startswith("$/"):
            action = yaml.safe_load((self.called.home / name[2:] / "action.yml").read_text(encoding="utf-8"))
            self._steps(action["runs"]["steps"])
            return {}
        return _ACTIONS[name](self, given) or {}


def _checkout(job: _JobRun, given: dict[str, Any]) -> None:
    origin, commit = job.all.github.origin.as_uri(), job.all.commit
    depth = [] if given.get("fetch-depth") == 0 or commit != job.all.github.head() else ["--depth=1"]
    subprocess.run(["git", "clone", "--quiet", *depth, origin, job.workspace], check=True)
    subprocess.run(["git", "checkout", "--quiet", commit], cwd=job.workspace, check=True)


def _cache(job: _JobRun, given: dict[str, Any]) -> dict[str, str]:
    """Only where packages lie: they are outside the workspace, so that they are here in any case."""
    assert Path(given["path"]).is_absolute()
    marker = job.all.github.root / "packages" / re.sub(r"\W", "_", given["key"])
    hit = marker.exists()
    marker.parent.mkdir(exist_ok=True)
    marker.touch()
    return {"cache-hit": str(hit).lower()}


def _cache_folder(job: _JobRun, ref: str) -> Path:
    return job.all.github.root / "caches" / ref.replace("/", "_")


def _restore(job: _JobRun, given: dict[str, Any]) -> None:
    """A run reads the caches of its own ref and of main, never those of another branch or pull request."""
    wanted = [given["key"], *given.get("restore-keys", "").split()]
    for ref in dict.fromkeys([job.all.ref, "refs/heads/main"]):
        found = [
            p for p in _cache_folder(job, ref).glob("*") if p.name == wanted[0] or p.name.startswith(tuple(wanted[1:]))
        ]
        found = [p for p in found if (p / ".paths").read_text() == given["path"]]
        if found:
            newest = max(found, key=lambda p: p.stat().st_mtime_ns)
            shutil.copytree(newest, job.workspace, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".paths"))
            return


def _save(job: _JobRun, given: dict[str, Any]) -> None:
    folder = _cache_folder(job, job.all.ref) / given["key"]
    if folder.exists():
        return
    folder.mkdir(parents=True)
    (folder / ".paths").write_text(given["path"])
    for name in given["path"].split():
        source = job.workspace / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        elif source.exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)


def _upload(job: _JobRun, given: dict[str, Any]) -> None:
    source, target = job.workspace / given["path"], job.all.artifact(given.get("name", "github-pages"))
    assert source.exists(), source
    assert not target.exists(), f"two artifacts are named {target.name}"
    target.mkdir(parents=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target / source.name)


def _download(job: _JobRun, given: dict[str, Any]) -> None:
    """The only artifact gets no folder of its name, either: actions/download-artifact#419."""
    pattern = given.get("pattern") or given["name"]
    folders = [each for each in job.all.artifact("").glob("*") if fnmatch.fnmatch(each.name, pattern)]
    assert folders or "pattern" in given
    for folder in folders:
        together = given.get("merge-multiple") == "true" or len(folders) == 1
        target = job.workspace / given["path"] / ("" if together else folder.name)
        shutil.copytree(folder, target, dirs_exist_ok=True)


def _attest(job: _JobRun, given: dict[str, Any]) -> None:
    job.all.attested = {path.name for path in job.workspace.glob(given["subject-path"])}


def _publish_package(job: _JobRun, given: dict[str, Any]) -> None:
    """Whoever is trusted says so by its environment; the files are those in ``dist``."""
    assert job.spec["environment"]["name"] == "pypi"
    job.all.released = {path.name for path in (job.workspace / "dist").iterdir()}


def _deploy_pages(job: _JobRun, given: dict[str, Any]) -> dict[str, str]:
    shutil.rmtree(job.all.github.site, ignore_errors=True)
    shutil.copytree(job.all.artifact("github-pages"), job.all.github.site)
    return {"page_url": job.all.github.address}


_ACTIONS: dict[str, Callable[[_JobRun, dict[str, Any]], dict[str, str] | None]] = {
    "actions/checkout": _checkout,
    "actions/setup-python": lambda job, given: None,
    "actions/cache": _cache,
    "actions/cache/restore": _restore,
    "actions/cache/save": _save,
    "actions/upload-artifact": _upload,
    "actions/upload-pages-artifact": _upload,
    "actions/download-artifact": _download,
    "actions/deploy-pages": _deploy_pages,
    "actions/attest": _attest,
    "pypa/gh-action-pypi-publish": _publish_package,
}


def _together(jobs: list[Job]) -> str:
    results = {job.result for job in jobs}
    return "failure" if "failure" in results else results.pop()


def _holds(condition: str, contexts: dict[str, Any], good: bool, bad: bool, root: Path | None = None) -> bool:
    expression = condition.strip().removeprefix("${{").removesuffix("}}").strip()
    if not _STATUS.search(expression) and not good:
        return False
    return bool(evaluate(expression, contexts, root, good, bad)) if expression else True


def _value(value: Any, contexts: dict[str, Any], root: Path | None = None) -> Any:
    """Fill in the expressions of a value from YAML."""
    if isinstance(value, dict):
        return {k: _value(v, contexts, root) for k, v in value.items()}
    if not isinstance(value, str):
        return value
    if whole := re.fullmatch(r"\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*", value):
        return evaluate(whole[1], contexts, root)
    return re.sub(r"\$\{\{(.*?)\}\}", lambda m: str(evaluate(m[1], contexts, root)), value)


def evaluate(
    expression: str, contexts: dict[str, Any], root: Path | None = None, good: bool = True, bad: bool = False
) -> Any:
    """Evaluate what stands in ``${{ }}``."""

    def look_up(path: str) -> Any:
        value: Any = contexts
        for part in path.split("."):
            value = value.get(part, "") if isinstance(value, dict) else ""
        return value

    def hash_files(pattern: str) -> str:
        files = sorted(p for p in root.glob(pattern) if p.is_file()) if root else []
        return hashlib.sha256(b"".join(p.read_bytes() for p in files)).hexdigest() if files else ""

    functions = {
        "fromJSON": json.loads,
        "join": lambda values, separator: separator.join(values),
        "hashFiles": hash_files,
        "success": lambda: good,
        "failure": lambda: bad,
        "cancelled": lambda: False,
        "always": lambda: True,
    }
    python, position = [], 0
    words = {"&&": " and ", "||": " or ", "!": " not ", "true": "True", "false": "False"}
    while position < len(expression.rstrip()):
        match = _TOKEN.match(expression, position)
        if not match:
            raise ValueError(f"unknown expression: {expression[position:]}")
        token, position = match[1], match.end()
        if token.startswith("'"):
            python.append(repr(token[1:-1].replace("''", "'")))
        elif token[0].isalpha() and token.endswith("("):
            python.append(f"functions[{token[:-1].strip()!r}](")
        elif token in words:
            python.append(words[token])
        elif token[0].isalpha():
            python.append(f"look_up({token.strip()!r})")
        else:
            python.append(token)
    return eval("".join(python), {"functions": functions, "look_up": look_up})
