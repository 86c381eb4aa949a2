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

from .build import SITE, load
from .cli_workflow import Commands, add_workflow_commands
from .errors import AuthorError
from .execution.failures import ExecutionFailed
from .language import CATALOG, ENGLISH, LOCALE, N_, _, language_code, ngettext
from .posts.post import SUFFIXES
from .site.config import read_config
from .version import VERSION

_OF_ARGPARSE = (
    *(N_("usage: "), N_("positional arguments"), N_("options"), N_("show this help message and exit")),
    *(N_("%(prog)s: error: %(message)s\n"), N_("argument %(argument_name)s: %(message)s"), N_("expected one argument")),
    *(N_("the following arguments are required: %s"), N_("unrecognized arguments: %s")),
    *(N_("invalid choice: %(value)r (choose from %(choices)s)"), N_("invalid %(type)s value: %(value)r")),
)
"""What argparse says, which asks gettext's own domain."""


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


def _new(options: argparse.Namespace) -> int:
    from .posts.new import new_post

    build = load(Path.cwd())
    now = dt.datetime.now(build.settings.zone)
    print(new_post(build.root, options.title, now, build.settings.language).relative_to(build.root))
    return 0


def _init(options: argparse.Namespace) -> int:
    from .start.locking import write_lock
    from .start.new_blog import differences, is_blog, new_blog, renew

    folder, now = options.folder, dt.datetime.now(dt.UTC)
    language = read_config(folder).settings.language if is_blog(folder) else language_code(options.language)
    if options.renew:
        print(*renew(folder, language, now, options.workflow), sep="\n")
    elif is_blog(folder):
        print("\n".join(differences(folder, language, now, options.workflow)) or _("this blog is as a new one"))
    else:
        print(*new_blog(folder, language, now, options.workflow), sep="\n")
        write_lock(folder)
    return 0


def _lock(options: argparse.Namespace) -> int:
    from .start.locking import write_lock

    write_lock(Path.cwd(), *options.arguments)
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


def _parser() -> argparse.ArgumentParser:
    name = "blogkit" if Path(sys.argv[0]).stem == "blogkit" else "python -m blogkit"
    parser = argparse.ArgumentParser(prog=name, description=_("The commands of authors and of who publishes."))
    parser.add_argument("--version", action="version", version=VERSION, help=_("say the version"))
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    _add_beginning(commands)
    build = commands.add_parser("build", help=_("make the site, as `jupyter-book build .` does"))
    where = _("where it goes (default: {site})").format(site=SITE)
    build.add_argument("--site", type=Path, default=Path(SITE), help=where)
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

    add_workflow_commands(commands)
    return parser


def _add_beginning(commands: Commands) -> None:
    """Add what begins a blog or a post."""
    init = commands.add_parser("init", help=_("begin a blog; in a blog: say what it has otherwise than a new one"))
    init.add_argument("folder", type=Path)
    init.add_argument("--language", default=ENGLISH, help=_("of the blog, such as ko or pt-BR (default: en)"))
    init.add_argument("--workflow", default="", help=_("what its workflow calls (default: that of this release)"))
    init.add_argument("--renew", action="store_true", help=_("write the workflow files of a blog anew"))
    init.set_defaults(run=_init)

    # What follows is uv's own, options among it.
    lock = commands.add_parser("lock", help=_("make requirements.txt of requirements.in"), prefix_chars="+")
    lock.add_argument("arguments", nargs="*", help=_("of `uv pip compile`, such as --upgrade"))
    lock.set_defaults(run=_lock)

    new = commands.add_parser("new", help=_("begin a post: one file with the right name and front matter"))
    new.add_argument("title")
    new.set_defaults(run=_new)
