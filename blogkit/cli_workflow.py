"""The commands that a publishing workflow asks for: dealing, accepting, fetching, checking, comparing."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TypeAlias

from .build import SITE, load
from .language import _, ngettext
from .site.config import read_config
from .site.settings import CONFIG

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_workflow_commands(commands: Commands) -> None:
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
        "site", nargs="?", type=Path, default=Path(SITE), help=_("(default: {value})").format(value=SITE)
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

    root = Path.cwd()
    hosts = read_config(root).settings.hosts if (root / CONFIG).is_file() else ()  # a site may be no book's
    found = crawl_site(options.site, options.base, hosts)
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
