"""Rules of this repository that no linter knows: `python tools/check_project.py`.

Belongs here: what may be tracked by git, what every dbt model has to say about itself.
Does not belong here: style and types (ruff, mypy), imports (import-linter), SQL (sqlfluff).

Every offence names the file, what was expected of it and the remedy.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

MAX_PYTHON_LINES = 300
LONG_BECAUSE = re.compile(r"^# long because: \S", re.MULTILINE)
# The last sentence; a full stop within it is one that no space follows ("1.5").
GRAIN = re.compile(r"(?:^|[.!?:]\s+|\n)One row per (?:[^.]|\.(?=\S))+\.\s*$")
ADDRESS = re.compile(r"\b[a-z][a-z0-9+]*://|^\s*-(?:i|f|-(?:extra-)?index-url|-find-links)\b")
DIGEST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")  # a commit, a SHA-256
LOCKS = frozenset({"requirements.lock", "package-lock.yml"})  # full of hashes, none secret
YAML_SUFFIXES = (".yml", ".yaml")
DOCUMENTED = ("models", "seeds", "snapshots")
YAML_FOLDERS = tuple((folder,) for folder in DOCUMENTED)


@dataclass(frozen=True, order=True)
class Offence:
    """One broken rule: where, what was expected there, how to mend it."""

    path: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}. Remedy: {self.remedy}."


@dataclass(frozen=True)
class Tree:
    """A repository: its root and the files a rule looks at, relative to it."""

    root: Path
    files: tuple[PurePosixPath, ...]

    def text(self, file: PurePosixPath) -> str:
        """Content of a file."""
        return (self.root / file).read_text(encoding="utf-8", errors="replace")

    def with_suffix(self, *suffixes: str) -> Iterator[PurePosixPath]:
        """Files whose name ends so."""
        return (file for file in self.files if file.suffix in suffixes)


Rule = Callable[[Tree], Iterable[Offence]]


def tracked(root: Path) -> Tree:
    """The files git tracks that are still there.

    Raises: SystemExit where `root` is no git repository.
    """
    command = ("git", "-C", str(root), "ls-files", "-z")
    listed = subprocess.run(command, check=False, capture_output=True, text=True)
    if listed.returncode:
        sys.exit(f"{root}: git cannot list its files ({listed.stderr.strip()}). Use a clone.")
    names = (PurePosixPath(name) for name in listed.stdout.split("\0") if name)
    return Tree(root, tuple(sorted(name for name in names if (root / name).is_file())))


# What dbt models say about themselves


def is_model(file: PurePosixPath) -> bool:
    """Whether a file is the SQL of a dbt model: dbt/<project>/models/**/<model>.sql."""
    return file.suffix == ".sql" and file.parts[0] == "dbt" and file.parts[2:3] == ("models",)


def is_dbt_yaml(file: PurePosixPath) -> bool:
    """Whether a file is YAML that documents models, seeds or snapshots of a dbt project."""
    return (
        file.suffix in YAML_SUFFIXES and file.parts[0] == "dbt" and file.parts[2:3] in YAML_FOLDERS
    )


def resources(tree: Tree, file: PurePosixPath) -> list[tuple[str, str, dict[str, Any]]]:
    """Kind, name and properties of everything a YAML file of dbt documents."""
    content = yaml.load(tree.text(file), yaml.CSafeLoader) or {}
    plain = [(kind, entry) for kind in DOCUMENTED for entry in content.get(kind) or []]
    tables = [
        ("sources", table)
        for source in content.get("sources") or []
        for table in source.get("tables") or []
    ]
    return [(kind, str(entry.get("name")), entry) for kind, entry in [*plain, *tables]]


def said(entry: dict[str, Any]) -> str:
    """The description of a model or column, without surrounding space."""
    return str(entry.get("description") or "").strip()


def dbt_models(tree: Tree) -> Iterator[Offence]:
    """Each model has a YAML of its name beside it that describes it and ends with its grain."""
    for model in filter(is_model, tree.files):
        beside = [model.with_suffix(suffix) for suffix in YAML_SUFFIXES]
        documents = [file for file in beside if file in tree.files]
        entries = [
            (file, entry)
            for file in documents
            for kind, name, entry in resources(tree, file)
            if (kind, name) == ("models", model.stem)
        ]
        if not entries:
            yield Offence(
                str(model),
                f"a YAML beside it ({beside[0].name}) that documents the model {model.stem}",
                f"write {beside[0]} with description and columns, and add it to git",
            )
        for file, entry in entries:
            yield from _model_entry(str(file), model.stem, entry)


def _model_entry(path: str, model: str, entry: dict[str, Any]) -> Iterator[Offence]:
    if not GRAIN.search(said(entry)):
        yield Offence(
            path,
            f"the description of {model} to end with its grain, 'One row per ... .'",
            f"add the sentence that says what one row of {model} is",
        )
    if not entry.get("columns"):
        yield Offence(
            path,
            f"the columns of {model}",
            "list every column the model selects, each with a description",
        )


def dbt_columns(tree: Tree) -> Iterator[Offence]:
    """Each column listed anywhere in a dbt project has a description."""
    for file in filter(is_dbt_yaml, tree.files):
        for _, name, entry in resources(tree, file):
            for column in entry.get("columns") or []:
                if not said(column):
                    yield Offence(
                        str(file),
                        f"a description of the column {name}.{column.get('name')}",
                        "say what it is and its unit",
                    )


# What git may track


def environment_files(tree: Tree) -> Iterator[Offence]:
    """No `.env`: it holds what is private to one machine."""
    for file in tree.files:
        if (file.name == ".env" or file.name.startswith(".env.")) and file.name != ".env.example":
            yield Offence(
                str(file),
                "no environment file in git",
                f"git rm --cached {file}, change what it gave away; .env.example holds examples",
            )


def generated_files(tree: Tree) -> Iterator[Offence]:
    """Nothing that running makes, and no lock file with addresses in it."""
    for file in tree.files:
        reason = _generated(file)
        if reason:
            yield Offence(str(file), f"no {reason} in git", f"git rm --cached {file} and ignore it")


def _generated(file: PurePosixPath) -> str | None:
    parts = file.parts
    if parts[0] == "data" and parts[1:2] != ("reference",):
        return "data outside data/reference"
    is_fixture = parts[0] == "tests" and "fixtures" in parts
    if file.name.endswith((".duckdb", ".duckdb.wal")) and not is_fixture:
        return "database outside tests/**/fixtures"
    if file.suffix == ".parquet" and not is_fixture:
        return "Parquet outside tests/**/fixtures"
    if parts[0] == "dbt" and {"target", "logs", "dbt_packages"} & set(parts[1:-1]):
        return "output of dbt"
    if file.name == "uv.lock":
        return "uv.lock (requirements.lock is the lock)"
    return None


def lock_addresses(tree: Tree) -> Iterator[Offence]:
    """The lock names packages and hashes, never where they come from."""
    for file in tree.files:
        if file.name == "requirements.lock":
            for number, line in enumerate(tree.text(file).splitlines(), start=1):
                if ADDRESS.search(line):
                    yield Offence(
                        f"{file}:{number}",
                        "packages and hashes without any address",
                        "make lock writes it without addresses; depend on published packages",
                    )


def long_modules(tree: Tree) -> Iterator[Offence]:
    """A long Python file says why it is long."""
    for file in tree.with_suffix(".py"):
        text = tree.text(file)
        lines = len(text.splitlines())
        if lines > MAX_PYTHON_LINES and not LONG_BECAUSE.search(text):
            yield Offence(
                str(file),
                f"at most {MAX_PYTHON_LINES} lines, found {lines}",
                "split it by purpose, or give the reason in a line '# long because: ...'",
            )


def secrets(tree: Tree) -> Iterator[Offence]:
    """No secret in a tracked file. Nothing is verified over the network."""
    found = SecretsCollection(root=str(tree.root))
    with default_settings() as settings:
        settings.disable_plugins("IPPublicDetector")
        for file in tree.files:
            if file.name not in LOCKS:
                found.scan_file(str(file))
    for path, secret in found:
        # 64 hex digits in quotes are a content fingerprint here; "password = ..." is still found.
        hexadecimal = secret.type == "Hex High Entropy String"
        if not (hexadecimal and DIGEST.fullmatch(secret.secret_value or "")):
            yield Offence(
                f"{path}:{secret.line_number}",
                f"no secret, found something like: {secret.type}",
                "remove it and change it where it is valid; if it is none, end the line with "
                "'pragma: allowlist secret'",
            )


RULES: dict[str, Rule] = {
    "models": dbt_models,
    "columns": dbt_columns,
    "env": environment_files,
    "generated": generated_files,
    "lock": lock_addresses,
    "long": long_modules,
    "secrets": secrets,
}


def offences(tree: Tree, rules: Iterable[str] = tuple(RULES)) -> list[Offence]:
    """Everything in the tree that breaks one of the named rules; broken YAML is one, too."""
    readable, broken = _sort_out_yaml(tree)
    return sorted({*broken, *(found for name in rules for found in RULES[name](readable))})


def _sort_out_yaml(tree: Tree) -> tuple[Tree, list[Offence]]:
    broken = {file: why for file in filter(is_dbt_yaml, tree.files) if (why := _fault(tree, file))}
    kept = tuple(file for file in tree.files if file not in broken)
    return Tree(tree.root, kept), [
        Offence(str(file), "YAML as dbt reads it", f"mend it: {why}")
        for file, why in broken.items()
    ]


def _fault(tree: Tree, file: PurePosixPath) -> str | None:
    try:
        resources(tree, file)
    except (yaml.YAMLError, AttributeError, TypeError) as error:
        return " ".join(str(error).split())
    return None


def main(arguments: Sequence[str]) -> int:
    """Print the offences of the repository; 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--only", nargs="+", choices=RULES, default=list(RULES))
    parser.add_argument("--skip", nargs="+", choices=RULES, default=[])
    given = parser.parse_args(arguments)
    chosen = [name for name in given.only if name not in given.skip]
    found = offences(tracked(given.root), chosen)
    for offence in found:
        print(offence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
