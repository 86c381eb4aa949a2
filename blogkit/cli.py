"""The author's commands besides ``jupyter-book build .``: ``python -m blogkit COMMAND``."""

from __future__ import annotations

import argparse
import datetime as dt
import gettext
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from .build import Build
from .errors import AuthorError
from .execution.failures import ExecutionFailed
from .language import CATALOG, LOCALE, N_, _, ngettext
from .posts.post import SUFFIXES
from .site.config import read_config

_SITE = Path("_build/html")
_OF_ARGPARSE = (
    *(N_("usage: "), N_("positional arguments"), N_("options"), N_("show this help message and exit")),
    *(N_("%(prog)s: error: %(message)s\n"), N_("argument %(argument_name)s: %(message)s"), N_("expected one argument")),
    *(N_("the following arguments are required: %s"), N_("unrecognized arguments: %s")),
    *(N_("invalid choice: %(value)r (choose from %(choices)s)"), N_("invalid %(type)s value: %(value)r")),
)
"""What argparse says, which asks gettext's own domain."""
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def main(arguments: list[str] | None = None) -> int:
    """Run one command in the current folder; return the exit code."""
    gettext.bindtextdomain(CATALOG, str(LOCALE))
    gettext.textdomain(CATALOG)
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
    return Build(root, read_config(root).settings)


def _new(options: argparse.Namespace) -> int:
    from .posts.new import new_post

    build = load(Path.cwd())
    now = dt.datetime.now(build.settings.zone)
    print(new_post(build.root, options.title, now, build.settings.language).relative_to(build.root))
    return 0


def _build(options: argparse.Namespace) -> int:
    from .render import front

    root = Path.cwd()
    return front.build(root, read_config(root), root / options.site, "-W", "--keep-going")


def _conf(options: argparse.Namespace) -> int:
    from .render import front

    print(front.make_conf(Path.cwd(), read_config(Path.cwd())).relative_to(Path.cwd()))
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

    serve(build.root, outputs, options.port)
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
        number = len(build.prune())
    print(ngettext("{number} result dropped", "{number} results dropped", number).format(number=number))
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
        number = accept(json.loads(options.plan), options.folder, build.states(), build.store)
    print(ngettext("{number} result accepted", "{number} results accepted", number).format(number=number))
    return 0


def _check(options: argparse.Namespace) -> int:
    from .publish.check import crawl_site

    found = crawl_site(options.site, options.base)
    for fault in found.faults:
        print(fault)
    message = _("{addresses} addresses answer, {faults} faults")
    print(message.format(addresses=len(found.answered), faults=len(found.faults)))
    return 1 if found.faults else 0


def _diff(options: argparse.Namespace) -> int:
    from .publish.diff import compare
    from .publish.diff_report import as_markdown

    if not options.new.is_dir():
        sys.exit(_("there is no site in {folder}; build it, or mend the name").format(folder=options.new))
    print(as_markdown(compare(options.old, options.new)))
    return 0


def _fetch(options: argparse.Namespace) -> int:
    from .publish.fetch import fetch_site

    fetch_site(options.address, options.folder)
    return 0


def _address(options: argparse.Namespace) -> int:
    from .publish.github import pages_address

    print(pages_address())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m blogkit", description=_("The author's commands besides `jupyter-book build .`.")
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    new = commands.add_parser("new", help=_("begin a post: one file with the right name and front matter"))
    new.add_argument("title")
    new.set_defaults(run=_new)

    build = commands.add_parser("build", help=_("make the site, as `jupyter-book build .` does"))
    where = _("where it goes (default: {site})").format(site=_SITE.as_posix())
    build.add_argument("--site", type=Path, default=_SITE, help=where)
    build.set_defaults(run=_build)

    conf = commands.add_parser("conf", help=_("make what `sphinx-build -c` wants, and print where"))
    conf.set_defaults(run=_conf)

    serve = commands.add_parser("serve", help=_("preview with drafts; build and reload on each save"))
    serve.add_argument("--port", type=int, default=8000, help=_("(default: 8000; 0: any)"))
    serve.set_defaults(run=_serve)

    status = commands.add_parser("status", help=_("say of each post whether its result is fresh, and why not"))
    status.add_argument("--json", action="store_true", help=_("as JSON, for scripts"))
    status.set_defaults(run=_status)

    execute = commands.add_parser("execute", help=_("execute what is stale, without making pages"))
    execute.add_argument("posts", nargs="*", metavar="POST", help=_("a post's name or file (default: all)"))
    execute.add_argument("--force", action="store_true", help=_("also what is fresh"))
    execute.set_defaults(run=_execute)

    verify = commands.add_parser("verify", help=_("execute again and compare with what is stored or published"))
    verify.add_argument("posts", nargs="*", metavar="POST | URL", help=_("(default: all posts, with what is stored)"))
    verify.set_defaults(run=_verify)

    prune = commands.add_parser("prune", help=_("drop stored results as `blog_store_days` and `blog_store_gib` say"))
    prune.set_defaults(run=_prune)

    _add_publishing(commands)
    return parser


def _add_publishing(commands: _Commands) -> None:
    """Add what a workflow asks for."""
    plan = commands.add_parser("plan", help=_("deal the stale posts to runners, as JSON"))
    plan.add_argument("--limit", type=int, default=20, help=_("most runners (default: 20)"))
    plan.add_argument("--runners", default="", help=_("labels that posts may ask for in `runs_on`"))
    plan.set_defaults(run=_plan)

    accepting = commands.add_parser("accept", help=_("store what the runners of a plan made, and nothing else"))
    accepting.add_argument("plan", help=_("as `plan` printed it"))
    accepting.add_argument("folder", type=Path, help=_("holds `results-N/`, with the archive of the plan's runner N"))
    accepting.set_defaults(run=_accept)

    check = commands.add_parser("check", help=_("serve the built site as GitHub Pages does and crawl it"))
    check.add_argument(
        "site", nargs="?", type=Path, default=_SITE, help=_("(default: {value})").format(value=_SITE.as_posix())
    )
    check.add_argument("--base", default="", help=_("its published address (default: what the home page says)"))
    check.set_defaults(run=_check)

    diff = commands.add_parser("diff", help=_("say in Markdown what changes for readers between two built sites"))
    diff.add_argument("old", type=Path, metavar="OLD_SITE", help=_("may be missing"))
    diff.add_argument("new", type=Path, metavar="NEW_SITE")
    diff.set_defaults(run=_diff)

    fetch = commands.add_parser("fetch", help=_("copy the published pages and the history of results"))
    fetch.add_argument("address")
    fetch.add_argument("folder", type=Path)
    fetch.set_defaults(run=_fetch)

    address = commands.add_parser("address", help=_("say where GitHub Pages publishes the blog; nothing: it is off"))
    address.set_defaults(run=_address)
