"""Keep what links show today: `python -m tests.make_links` for the links that have no runs yet, `… NAME …` for these anew.

A link is added to `links.json` by hand, as {"open": "som?som.rows=7"}; where it shows something else since a mend, give its
name here and say why under "changed".
"""

import os
import sys
from typing import Any

os.environ["WORKERS"] = "0"
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

from runtime.run import Run  # noqa: E402
from tests import links  # noqa: E402


def main(wanted: list[str]) -> None:
    content = links.read()
    if unknown := set(wanted) - set(content["links"]):
        sys.exit(f"no such link: {', '.join(sorted(unknown))}")
    first, known = links.visitor().run(), {}
    for name, entry in content["links"].items():
        if name in wanted or "runs" not in entry:
            entry["runs"] = [_keep(one.run, content, known) for one in links.opened(links.visitor(first), entry)]
            print(name, *entry["runs"], flush=True)
    used = {run for entry in content["links"].values() for run in entry["runs"]}
    content["runs"] = {name: kept for name, kept in content["runs"].items() if name in used}
    links.write(content)


def _keep(run: Run, content: dict[str, Any], known: dict[str, str]) -> str:
    """The name under which the file now has a run."""
    if run.key not in known:
        kept = links.print_of(links.computed(run), content["fields"])
        known[run.key] = links.name_of(kept)
        content["runs"][known[run.key]] = kept
    return known[run.key]


if __name__ == "__main__":
    main(sys.argv[1:])
