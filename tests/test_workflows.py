"""The workflows: safe by rule, and run on this machine from the install to the published site."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from actions import GitHub, Run, evaluate
from conftest import ROOT, Book, code, copy_checkout
from markdown_it import MarkdownIt

from blogkit.execution.ci_runners import DEFAULT_RUNNER
from blogkit.execution.status import SEAL
from blogkit.execution.store import STORE
from blogkit.publish.check import crawl_site
from blogkit.publish.diff import read_page
from blogkit.publish.github import site_workflow
from blogkit.publish.server import serving
from blogkit.site.history import HISTORY
from blogkit.version import VERSION

FOLDER = ROOT / ".github"
WORKFLOWS = sorted((FOLDER / "workflows").glob("*.yml"))
ACTIONS = sorted(FOLDER.glob("actions/*/action.yml"))
TOOLS = Path(sys.executable).parent


def load(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # `on` is no truth value


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in load(path)["jobs"].items():
            for step in job.get("steps", ()):
                yield f"{path.name}:{name}", step
    for path in ACTIONS:
        for step in load(path)["runs"]["steps"]:
            yield path.parent.name, step


@pytest.fixture
def new_blog(tmp_path: Path) -> Path:
    """What a new blog has of workflows."""
    folder = tmp_path / "new"
    (folder / ".github/workflows").mkdir(parents=True)
    called = f"me/engine/.github/workflows/publish.yml@{'0' * 40} # v0.1.0"
    (folder / ".github/workflows/site.yml").write_text(site_workflow(called), encoding="utf-8")
    shutil.copy(ROOT / "blogkit/start/dependabot.yml", folder / ".github")
    return folder


def tool(*command: str | Path, text: str = "") -> None:
    done = subprocess.run(
        [TOOLS / command[0], *command[1:]], cwd=ROOT, input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing(new_blog: Path) -> None:
    tool("zizmor", "--pedantic", "--offline", "--no-progress", "--no-ignores", ".github", new_blog)


def test_what_a_new_blog_gets_follows_its_schema(new_blog: Path) -> None:
    tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", new_blog / ".github/workflows/site.yml")
    tool("check-jsonschema", "--builtin-schema", "vendor.dependabot", new_blog / ".github/dependabot.yml")


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.github-actions", ACTIONS),
        ("vendor.dependabot", [FOLDER / "dependabot.yml"]),
    ],
)
def test_the_files_follow_their_schema(schema: str, files: list[Path]) -> None:
    tool("check-jsonschema", "--builtin-schema", schema, *files)


@pytest.mark.parametrize(
    ("script", "names"),
    [
        pytest.param(step["run"], {*step.get("env", {}), "STORE"}, id=f"{place}: {step['name']}")
        for place, step in steps()
        if "run" in step
    ],
)
def test_shellcheck_finds_nothing_in_a_step(script: str, names: set[str]) -> None:
    """Every variable comes from the step's `env`, which is the only way in for a value from outside."""
    assert "${{" not in script
    known = {*names, "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"}
    exports = "".join(f"export {name}=''\n" for name in sorted(known))
    tool("shellcheck", "--shell=bash", "--enable=check-unassigned-uppercase", "-", text=exports + script)


def test_shellcheck_finds_nothing_in_the_scripts() -> None:
    tool("shellcheck", *sorted(path for path in (ROOT / ".ci").iterdir() if not path.suffix))


def test_every_action_is_pinned_by_commit_to_one_version() -> None:
    pins: dict[str, set[str]] = {}
    for path in [*WORKFLOWS, *ACTIONS]:
        for line in re.findall(r"uses: (.+)", path.read_text(encoding="utf-8")):
            if line.startswith("$/"):
                continue
            match = re.fullmatch(r"(actions|pypa)/([\w-]+)[\w/-]*@([0-9a-f]{40} # v\d+\.\d+\.\d+)", line)
            assert match, f"{path.name}: {line}"
            pins.setdefault(match[2], set()).add(match[3])
    assert {name for name, versions in pins.items() if len(versions) > 1} == set()


def test_each_job_has_a_limit_and_only_the_permissions_that_it_needs() -> None:
    writes = {}
    for path in WORKFLOWS:
        workflow = load(path)
        assert workflow["permissions"] == {}
        assert ("concurrency" in workflow) == (set(workflow["on"]) != {"workflow_call"})
        for name, job in workflow["jobs"].items():
            if "steps" in job:
                assert workflow["defaults"]["run"]["shell"] == "bash"
                assert "timeout-minutes" in job, name
            granted = sorted(what for what, how in job["permissions"].items() if how == "write")
            writes |= {f"{path.stem}.{name}": granted} if granted else {}
    assert writes == {
        "publish.deploy": ["id-token", "pages"],
        "release.publish": ["attestations", "id-token"],
        "site.publish": ["id-token", "pages"],  # the most that `publish` may hand on to its jobs
        "watch.report": ["issues"],
    }


def test_nothing_runs_with_the_rights_of_another() -> None:
    triggers = {t for path in WORKFLOWS for t in load(path)["on"]}
    assert triggers == {"push", "pull_request", "schedule", "workflow_call", "workflow_dispatch"}
    text = "".join(p.read_text(encoding="utf-8") for p in WORKFLOWS + ACTIONS)
    assert "secrets." not in text
    for place, step in steps():
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false", place


def test_deploys_never_overlap_or_overtake() -> None:
    site = load(FOLDER / "workflows/site.yml")
    push = {"github": {"ref": "refs/heads/main", "event": {}}}
    assert evaluate(site["concurrency"]["group"].removeprefix("site-").strip("${} "), push) == "refs/heads/main"
    assert evaluate(site["concurrency"]["cancel-in-progress"].strip("${} "), push) is False
    deploy = load(FOLDER / "workflows/publish.yml")["jobs"]["deploy"]
    assert deploy["concurrency"] == {"group": "deploy", "cancel-in-progress": "false"}
    assert [step.get("uses", "").split("@")[0] for step in deploy["steps"]] == ["", "actions/deploy-pages"]


def test_what_the_workflows_name_is_what_the_code_names() -> None:
    paths = {f"{STORE}\n_build/previous/{HISTORY}"}
    caches = {s["with"]["path"].strip() for _, s in steps() if s.get("uses", "").startswith("actions/cache/")}
    assert caches == paths
    assert load(FOLDER / "workflows/publish.yml")["env"] == {"STORE": STORE, SEAL: "required"}


@pytest.fixture
def github(tmp_path: Path) -> GitHub:
    """A fork of the real repository with two light posts, whose Pages are turned on."""
    origin = tmp_path / "origin"
    copy_checkout(origin, without=("posts/", "tests/test_", "data/"))
    (origin / "posts").mkdir()
    for name, extra in (("2024-01-01-cpu", ""), ("2024-01-02-gpu", "runs_on: gpu\n")):
        body = "첫 문장입니다.\n\n" + code("glue('answer', 42)\nprint('실행')")
        (origin / f"posts/{name}.md").write_text(f"---\ntitle: {name}\n{extra}---\n\n{body}", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=origin, check=True)
    subprocess.run(["git", "config", "core.compression", "0"], cwd=origin, check=True)  # each job clones it
    github = GitHub(tmp_path / "github", origin, variables={"BLOG_RUNNERS": "gpu"})
    commit(github)
    github.site.mkdir(parents=True)
    return github


def commit(github: GitHub, old: str = "", new: str = "", post: str = "*") -> None:
    """Replace a word by another in posts, and commit."""
    for path in (github.origin / "posts").glob(f"{post}.md") if old else ():
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "add", "--all"], cwd=github.origin, check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message=x"], cwd=github.origin, check=True)


def pull_request(github: GitHub, head: str) -> Run:
    return github.run("site.yml", "refs/pull/1/merge", "pull_request", head)


def runners(run: Run) -> list[tuple[str, str]]:
    """The posts that were executed and where, as the plan said."""
    return [(" ".join(e["posts"]), e["runs_on"]) for e in json.loads(run.jobs["plan"][0].outputs["matrix"])]


@pytest.mark.slow
def test_from_a_push_to_the_published_site(github: GitHub) -> None:
    """A first publication; pull requests from elsewhere; a push that changes code, and its revert; a post that fails.

    Reverted, what stood before stands again, out of the store; feed and history go on; an old run publishes nothing.
    """
    with serving(github.site, "/repo/") as server:
        github.address = server.home.rstrip("/")
        first = github.head()

        run = github.run("site.yml")
        assert set(run.results.values()) == {"success"}, run.log
        assert runners(run) == [("2024-01-02-gpu", "gpu"), ("2024-01-01-cpu", DEFAULT_RUNNER)]
        assert "executing" not in run.jobs["build"][0].log  # it has what the runners made
        assert "first publication" in run.jobs["build"][0].summary
        assert crawl_site(github.site).faults == []
        assert server.home in (github.site / "sitemap.xml").read_text(encoding="utf-8")
        history = (github.site / HISTORY).read_text(encoding="utf-8").splitlines()
        assert len(history) == 2

        main = github.caches("refs/heads/main")
        commit(github, "첫", "둘째")
        run = pull_request(github, "someone/blog")
        assert run.results == {"plan": "success", "execute": "skipped", "build": "success", "deploy": "skipped"}
        assert "+둘째 문장입니다." in run.jobs["build"][0].summary
        assert (run.artifact("site") / "index.html").is_file()
        assert "executing" not in run.log
        page = github.site / "posts/2024-01-01-cpu.html"
        assert "둘째" not in page.read_text(encoding="utf-8")
        run = github.run("site.yml")  # the same as a push: published, though no job executed anything
        assert run.results == {"plan": "success", "execute": "skipped", "build": "success", "deploy": "success"}
        assert "둘째" in page.read_text(encoding="utf-8")
        text, feed = read_page(page).lines, github.site / "feed.xml"
        ids = re.findall("<id>.*?</id>", feed.read_text(encoding="utf-8"))
        assert len(ids) == 3

        commit(github, "42", "43")
        run = pull_request(github, "someone/blog")
        assert {runner for _, runner in runners(run)} == {DEFAULT_RUNNER}
        assert github.caches("refs/heads/main") == main  # it writes nothing that main reads

        run = github.run("site.yml")
        assert len(runners(run)) == 2  # and main executes for itself
        assert "| `2024-01-01-cpu` | `answer` | 42 | 43 |" in run.jobs["build"][0].summary
        lines = (github.site / HISTORY).read_text(encoding="utf-8").splitlines()
        assert (lines[:2], len(lines)) == (history, 4)

        run = github.run("site.yml", again=first)
        assert (run.results["build"], run.results["deploy"]) == ("success", "failure")
        assert read_page(page).lines != text
        revert = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false", "revert"]
        subprocess.run([*revert, "--no-edit", "HEAD"], cwd=github.origin, check=True, capture_output=True)
        run = github.run("site.yml", again=github.head())
        assert (runners(run), run.results["deploy"]) == ([], "success")
        assert "executing" not in run.log
        assert read_page(page).lines == text
        assert re.findall("<id>.*?</id>", feed.read_text(encoding="utf-8")) == ids
        after = (github.site / HISTORY).read_text(encoding="utf-8").splitlines()
        assert (after[:4], len(after)) == (lines, 6)

        commit(github, "42", "44")
        commit(github, "print", "1 / 0 #", post="*-cpu")
        run = github.run("site.yml")
        assert run.results == {"plan": "success", "execute": "failure", "build": "failure", "deploy": "skipped"}
        assert "ZeroDivisionError" in run.log
        assert '"answer": 42' in (github.site / "posts/2024-01-01-cpu.json").read_text(encoding="utf-8")
        run = github.run("site.yml")
        assert runners(run) == [("2024-01-01-cpu", DEFAULT_RUNNER)]  # what the other gave was kept


@pytest.mark.slow
def test_before_pages_is_turned_on_the_site_is_built_and_tested(github: GitHub) -> None:
    """That GitHub does not answer is something else: it fails. What is kept of earlier results is bounded."""
    (github.origin / "posts/2024-01-02-gpu.md").unlink()
    commit(github)
    caches = github.root / "caches/refs_heads_main"
    old = caches / "results-old" / STORE / "results/ab/abc"
    old.mkdir(parents=True)
    (old / "result.json").write_text("{}")
    os.utime(old, (0, 0))
    (caches / "results-old/.paths").write_text(f"{STORE}\n_build/previous/{HISTORY}\n")
    github.address = "Bad Gateway (HTTP 502)"
    run = github.run("site.yml")
    assert run.results == {"plan": "success", "execute": "success", "build": "failure", "deploy": "skipped"}
    assert github.address in run.log
    kept = [p for name in github.caches("refs/heads/main") for p in caches.glob(f"{name}/**/result.json")]
    assert sorted("abc" in p.parts for p in kept) == [False, True]

    github.address = ""
    run = github.run("site.yml")
    assert run.results == {"plan": "success", "execute": "skipped", "build": "success", "deploy": "skipped"}
    assert not any(github.site.iterdir())


@pytest.mark.slow
def test_another_blog_publishes_by_the_same_workflow(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has no file of the engine's repository; its engine is an installed one."""
    engine = tmp_path / "engine"
    shutil.copytree(FOLDER, engine / ".github")
    others = {"them/engine": engine}
    github = GitHub(tmp_path / "github", book.root, others=others, variables={"BLOG_RUNNERS": "gpu"})
    engine_github = GitHub(tmp_path / "unused", engine)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=engine, check=True)
    commit(engine_github)
    called = f"them/engine/.github/workflows/publish.yml@{engine_github.head()} # v0.1.0"
    book.write(".github/workflows/site.yml", site_workflow(called))
    book.write(".gitignore", "_build/\n")
    shutil.copyfile(ROOT / "requirements.txt", book.root / "requirements.txt")
    book.post("2024-01-01-one", code("glue('answer', 42)"), runs_on="gpu")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main"], cwd=book.root, check=True)
    commit(github)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with serving(github.site, "/repo/") as server:
        github.address = server.home.rstrip("/")
        run = github.run("site.yml")
        assert run.results == dict.fromkeys(("plan", "execute", "build", "deploy"), "success"), run.log
        assert runners(run) == [("2024-01-01-one", "gpu")]
        assert crawl_site(github.site).faults == []
        assert '"answer": 42' in (github.site / "posts/2024-01-01-one.json").read_text(encoding="utf-8")


HERE_IMPOSSIBLE = {
    "Browser and font": "apt-get downloads packages, and wants root",
    "Test": "installs both lock files from the registry, and would run this test again",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("workflow", "results"),
    [
        ("test.yml", {"test": "success", "small": "success"}),
        ("watch.yml", {"newest": "success", "links": "success", "report": "success"}),
    ],
)
def test_every_step_of_the_other_workflows_runs(github: GitHub, workflow: str, results: dict[str, str]) -> None:
    """But those that cannot run here, and outside links are not asked: there is no network."""
    github.without = HERE_IMPOSSIBLE
    github.add_command("lychee", f'#!/bin/sh\nexec {TOOLS}/lychee --offline "$@"\n')
    run = github.run(workflow)
    assert run.results == results, run.log
    jobs = load(FOLDER / "workflows" / workflow)["jobs"].values()
    names = {step["name"] for job in jobs for step in job["steps"] if "run" in step}
    ran = set(re.findall(r"^## \w+: (.+)", run.log, re.MULTILINE))
    assert names - ran == (set(HERE_IMPOSSIBLE) if workflow == "test.yml" else set())
    if workflow == "test.yml":
        assert len(run.jobs["test"]) == 2
    else:
        assert "0 faults" in (run.artifact("report-newest") / "newest.txt").read_text(encoding="utf-8")
        assert "Total" in (run.artifact("report-links") / "links.txt").read_text(encoding="utf-8")
        assert "issue create" not in (github.root / "gh.log").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_tag_releases_what_was_built_and_tested(github: GitHub) -> None:
    """Only where the tag is that of the version, and the changelog has it."""
    github.without = {
        "Install it": "installs the wheel from the registry",
        "Install what the blog locks": "installs from the registry",
        "Make a blog": "wants it",
        "Build the blog": "wants it",
    }
    version = VERSION
    changelog = github.origin / "CHANGELOG.md"
    changelog.write_text(changelog.read_text(encoding="utf-8").replace(f"## [{version}]", "## [0]"), encoding="utf-8")
    commit(github)
    run = github.run("release.yml", f"refs/tags/v{version}")
    assert run.results == {"build": "failure", "test": "skipped", "publish": "skipped"}
    assert "::error::CHANGELOG.md does not have the version" in run.log

    changelog.write_text(f"## [{version}] - 2026-01-01\n", encoding="utf-8")
    commit(github)
    run = github.run("release.yml", f"refs/tags/v{version}.1")
    assert run.results == {"build": "failure", "test": "skipped", "publish": "skipped"}
    assert f"push the tag v{version}" in run.log

    run = github.run("release.yml", f"refs/tags/v{version}")
    assert set(run.results.values()) == {"success"}, run.log
    assert run.released == {f"blogkit-{version}-py3-none-any.whl", f"blogkit-{version}.tar.gz"}
    assert run.attested == run.released


def test_a_branch_of_the_repository_is_not_built_twice(github: GitHub) -> None:
    assert set(pull_request(github, "me/blog").results.values()) == {"skipped"}


TITLE, BOT = "The weekly watch found something", {"login": "github-actions[bot]"}
STRANGERS = {"number": 9, "title": TITLE, "user": {"login": "github-actions"}}
OTHER = {"number": 8, "title": f"{TITLE} else", "user": BOT}
OURS = {"number": 7, "title": TITLE, "user": BOT}
OLDER = {"number": 6, "title": TITLE, "user": BOT}


@pytest.fixture
def gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `gh` that notes its arguments and knows the open issues of the file `issues`."""
    GitHub(tmp_path, tmp_path)
    (tmp_path / "newest.txt").write_text("```\n# not a heading\n" + "line\n" * 200)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    for name, value in {"GH_LOG": tmp_path / "log", "GH_ISSUES": tmp_path / "issues", "RUN": "https://run"}.items():
        monkeypatch.setenv(name, str(value))
    return tmp_path


@pytest.mark.parametrize(
    ("issues", "newest", "call"),
    [
        ([], "failure", "issue create"),
        ([STRANGERS, OTHER, OURS, OLDER], "failure", "issue edit 7"),
        ([STRANGERS, OTHER, OURS], "success", "issue close 7"),
        ([STRANGERS, OTHER], "failure", "issue create"),
        ([STRANGERS, OTHER], "success", None),
    ],
)
def test_the_watch_keeps_one_issue(gh: Path, issues: list[dict[str, Any]], newest: str, call: str | None) -> None:
    """Its own: others may open one of the same title."""
    if issues and not shutil.which("jq"):
        pytest.skip("gh's --jq is played by jq")
    (gh / "issues").write_text(json.dumps(issues))
    subprocess.run([ROOT / ".ci/report", gh, f"newest={newest}", "links=success"], check=True)
    calls = (gh / "log").read_text().splitlines()[1:]
    assert [c.startswith(call) for c in calls] == [True] if call else calls == []
    if newest == "failure":
        body = (gh / "body.md").read_text()
        assert "## newest: failure" in body
        assert "\n    line\n" in body
        assert len(body) < 60_000


@pytest.mark.parametrize(
    "end", ["\r", "\r\n", "\n\n```\n", "\x0b", "\x0c", "\0", "\x1b[2J", "\x85", "\u2028", "\u2029", "\u202e"]
)
def test_what_a_log_says_stays_in_its_block(gh: Path, end: str) -> None:
    (gh / "issues").write_text("[]")
    (gh / "newest.txt").write_text(f"a{end}# heading{end}<img src=x>{end}@someone" + f"{end}x" * 30_000, newline="")
    subprocess.run([ROOT / ".ci/report", gh, "newest=failure", "links=success"], check=True)
    body = (gh / "body.md").read_bytes().decode("utf-8", "replace")
    tokens = MarkdownIt().parse(body)
    assert [token.type for token in tokens if token.level == 0 and not token.type.endswith("close")] == [
        *("paragraph_open", "heading_open", "code_block")
    ]
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e]", body)
    assert len(body) < 60_000
