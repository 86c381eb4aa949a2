"""The author's commands besides ``jupyter-book build .``: ``python -m blogkit COMMAND``."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import yaml

from .build import Build
from .errors import AuthorError, Fault
from .execution.failures import ExecutionFailed
from .posts.post import SUFFIXES
from .site.settings import CONFIG, Settings

_SITE = Path("_build/html")
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: list[str] | None = None) -> int:
    """Run one command in the current folder; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except (AuthorError, ExecutionFailed) as error:
        print(f"\n{error}", file=sys.stderr)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
    return 1


def load(root: Path) -> Build:
    """Return a build of the book whose ``_config.yml`` stands in ``root``."""
    path = root / CONFIG
    if not path.is_file():
        sys.exit("no _config.yml here; change to the folder of the blog")
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        sphinx = {**((config.get("sphinx") or {}).get("config") or {}), "author": config.get("author", "")}
    except Exception as error:  # PyYAML raises many kinds
        raise AuthorError([Fault(path, 0, f"no settings of a book ({error}); mend them")]) from error
    return Build(root, Settings.from_config(sphinx))


def _new(options: argparse.Namespace) -> int:
    from .posts.new import new_post

    build = load(Path.cwd())
    now = dt.datetime.now(build.settings.zone)
    print(new_post(build.root, options.title, now, build.settings.language).relative_to(build.root))
    return 0


def _serve(options: argparse.Namespace) -> int:
    from .preview.loop import serve

    build = load(Path.cwd())
    generated: set[str] = set()

    def outputs() -> set[str]:
        with suppress(AuthorError):  # the build reports it
            build.read()
            generated.update(name for post in build.posts for name in post.outputs)
        return generated

    serve(build.root, outputs, build.site.language, options.port)
    return 0


def _status(options: argparse.Namespace) -> int:
    build = load(Path.cwd())
    found = build.states()
    if options.json:
        print(json.dumps([state.as_json() for state in found], ensure_ascii=False, indent=1))
    else:
        for state in found:
            print(state)
    return 0


def _execute(options: argparse.Namespace) -> int:
    build = load(Path.cwd())
    with build:
        build.execute(names=[_slug(name) for name in options.posts], force=options.force)
    return 0


def _verify(options: argparse.Namespace) -> int:
    from .publish.verify import as_table, is_address, stated_by_site, stated_by_store, verify

    address = next(filter(is_address, options.posts), "")
    build = load(Path.cwd())
    with build:
        posts = [p for p in build.named([_slug(name) for name in options.posts if not is_address(name)]) if p.code]
        jobs = build.settings.jobs
        stated = stated_by_site(posts, address) if address else stated_by_store(posts, build.root, build.store, jobs)
        verdicts = verify([post for post in posts if post.docname in stated], stated, build.root, jobs)
    print(as_table(verdicts))
    return 1 if any(each.values for each in verdicts) else 0


def _slug(name: str) -> str:
    """Return the name of a post that is given by its name or its file; a name may have dots."""
    path = Path(name)
    return path.stem if path.suffix in SUFFIXES else path.name


def _prune(options: argparse.Namespace) -> int:
    build = load(Path.cwd())
    with build:
        print(f"{len(build.prune())} results dropped")
    return 0


def _plan(options: argparse.Namespace) -> int:
    from .execution.ci_runners import deal

    build = load(Path.cwd())
    found = build.states()
    print(json.dumps(deal(found, options.limit, options.runners.split()), ensure_ascii=False))
    return 0


def _accept(options: argparse.Namespace) -> int:
    from .execution.ci_results import accept

    build = load(Path.cwd())
    with build:
        print(f"{accept(json.loads(options.plan), options.folder, build.states(), build.store)} results accepted")
    return 0


def _check(options: argparse.Namespace) -> int:
    from .publish.check import crawl_site

    found = crawl_site(options.site, options.base)
    for fault in found.faults:
        print(fault)
    print(f"{len(found.answered)} addresses answer, {len(found.faults)} faults")
    return 1 if found.faults else 0


def _diff(options: argparse.Namespace) -> int:
    from .publish.diff import compare
    from .publish.diff_report import as_markdown

    if not options.new.is_dir():
        sys.exit(f"there is no site in {options.new}; build it, or mend the name")
    print(as_markdown(compare(options.old, options.new)))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from .publish.fetch import fetch_site

    fetch_site(options.address, options.folder)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m blogkit", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    new = commands.add_parser("new", help="begin a post: one file with the right name and front matter")
    new.add_argument("title")
    new.set_defaults(run=_new)

    serve = commands.add_parser("serve", help="preview with drafts; build and reload on each save")
    serve.add_argument("--port", type=int, default=8000, help="(default: 8000; 0: any)")
    serve.set_defaults(run=_serve)

    status = commands.add_parser("status", help="say of each post whether its result is fresh, and why not")
    status.add_argument("--json", action="store_true", help="as JSON, for scripts")
    status.set_defaults(run=_status)

    execute = commands.add_parser("execute", help="execute what is stale, without making pages")
    execute.add_argument("posts", nargs="*", metavar="POST", help="a post's name or file (default: all)")
    execute.add_argument("--force", action="store_true", help="also what is fresh")
    execute.set_defaults(run=_execute)

    verify = commands.add_parser("verify", help="execute again and compare with what is stored or published")
    verify.add_argument("posts", nargs="*", metavar="POST | URL", help="(default: all posts, with what is stored)")
    verify.set_defaults(run=_verify)

    prune = commands.add_parser("prune", help="drop stored results as `blog_store_days` and `blog_store_gib` say")
    prune.set_defaults(run=_prune)

    _add_publishing(commands)
    return parser


def _add_publishing(commands: _Commands) -> None:
    """Add what a workflow asks for."""
    plan = commands.add_parser("plan", help="deal the stale posts to runners, as JSON")
    plan.add_argument("--limit", type=int, default=20, help="most runners (default: 20)")
    plan.add_argument("--runners", default="", help="labels that posts may ask for in `runs_on`")
    plan.set_defaults(run=_plan)

    accepting = commands.add_parser("accept", help="store what the runners of a plan made, and nothing else")
    accepting.add_argument("plan", help="as `plan` printed it")
    accepting.add_argument("folder", type=Path, help="holds `results-N/`, with the archive of the plan's runner N")
    accepting.set_defaults(run=_accept)

    check = commands.add_parser("check", help="serve the built site as GitHub Pages does and crawl it")
    check.add_argument("site", nargs="?", type=Path, default=_SITE, help=f"(default: {_SITE.as_posix()})")
    check.add_argument("--base", default="", help="its published address (default: what the home page says)")
    check.set_defaults(run=_check)

    diff = commands.add_parser("diff", help="say in Markdown what changes for readers between two built sites")
    diff.add_argument("old", type=Path, metavar="OLD_SITE", help="may be missing")
    diff.add_argument("new", type=Path, metavar="NEW_SITE")
    diff.set_defaults(run=_diff)

    fetch = commands.add_parser("fetch", help="copy the published pages and the history of results")
    fetch.add_argument("address")
    fetch.add_argument("folder", type=Path)
    fetch.set_defaults(run=_fetch)
