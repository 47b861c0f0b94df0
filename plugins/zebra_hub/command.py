"""`zebra push`: publish a dataset or a trained model on the Hugging Face Hub."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

import zebra_core as zebra
from zebra_core.cli.output import echo, table
from zebra_hub.findings import check_texts
from zebra_hub.names import NAME
from zebra_hub.repository import Publication, Repository, repository_of
from zebra_hub.upload import Upload


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("name")
@click.option("--license", "license_", default="", metavar="NAME", help="Licence, by its name on the Hub, or `other`.")
@click.option("--license-link", default="", metavar="URL", help="Address of the licence's text.")
@click.option("--language", "languages", multiple=True, metavar="CODE", help="Language of the texts. Repeatable.")
@click.option(
    "--evaluation",
    "evaluations",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder that `zebra evaluate` wrote, whose scores the model's card gets. Repeatable.",
)
@click.option("--dataset", default="", metavar="NAME", help="Name on the Hub of what a model was trained on.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Files to leave out, such as 'report/*'. Repeatable.")
@click.option("--unchecked", is_flag=True, help="Publish texts even if paths of this machine or secrets are found.")
@click.option("--private", is_flag=True, help="Create the repository as a private one.")
@click.option("--revision", default="", metavar="BRANCH", help="Branch to commit to; created if there is none.")
@click.option("--message", default="", help="Message of the commit.")
@click.option("--create-pr", is_flag=True, help="Open a pull request instead of committing.")
@click.option("--overwrite", is_flag=True, help="Replace the files that the repository has.")
@click.option("--dry-run", is_flag=True, help="Show what would be uploaded, without network or token.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the files made for the upload, instead of uploading.",
)
def push(  # noqa: PLR0913, PLR0917  # a command has as many arguments as options
    folder: Path,
    name: str,
    license_: str,
    license_link: str,
    languages: tuple[str, ...],
    evaluations: tuple[Path, ...],
    dataset: str,
    exclude: tuple[str, ...],
    revision: str,
    message: str,
    output: Path | None,
    *,
    unchecked: bool,
    private: bool,
    create_pr: bool,
    overwrite: bool,
    dry_run: bool,
) -> None:
    """Publish FOLDER, a dataset or a trained model, as NAME (OWNER/NAME) on the Hugging Face Hub.

    The token is that of `hf auth login`, or HF_TOKEN.
    """
    from huggingface_hub import constants  # noqa: PLC0415  # slow to import

    for value in filter(None, (name, dataset)):
        if not NAME.fullmatch(value):
            msg = f"{value!r} is not the name of a repository on the Hub; a name is OWNER/NAME, such as my-org/my-pairs"
            raise zebra.ZebraError(msg)
    publication = Publication(
        name=name,
        endpoint=constants.ENDPOINT,
        date=datetime.now(UTC).date().isoformat(),
        license=license_,
        license_link=license_link,
        languages=languages,
        evaluations=evaluations,
        dataset=dataset,
        exclude=exclude,
    )
    repository = repository_of(folder, publication)
    if not unchecked:
        check_texts(repository.files, folder)
    if output:
        _write(repository, output)
    if dry_run or output:
        _show(repository, name)
        return
    echo(f"Uploading {len(repository.files)} files, {_size(sum(repository.sizes.values()))}, to {name}")
    upload = Upload(
        name=name, private=private, revision=revision, message=message, create_pr=create_pr, overwrite=overwrite
    )
    echo(f"The {repository.kind} is at {upload(repository)}")


def _show(repository: Repository, name: str) -> None:
    """Print what would be uploaded."""
    sizes = repository.sizes
    rows = [
        (path, _size(size), "made for the upload" if path in repository.made else "") for path, size in sizes.items()
    ]
    table(["file", "size", ""], rows)
    echo(
        f"\n{len(sizes)} files, {_size(sum(sizes.values()))}, would be the {repository.kind} {name}; nothing was uploaded"
    )


def _write(repository: Repository, output: Path) -> None:
    """Write the files made for the upload to a folder. Raise ZebraError if it cannot be written."""
    try:
        for path, content in repository.made.items():
            (output / path).parent.mkdir(parents=True, exist_ok=True)
            (output / path).write_bytes(content)
    except OSError as error:
        msg = f"cannot write to the folder {output}: {error.strerror}"
        raise zebra.ZebraError(msg) from error


def _size(count: int) -> str:
    """Return a number of bytes as people read it."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if size >= 1000:
            size, unit = size / 1000, larger
    return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
