"""The upload of a repository to the Hugging Face Hub, in one commit."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra
from zebra_core.redaction import remember_secret
from zebra_hub.card import CARD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huggingface_hub import HfApi

    from zebra_hub.repository import Repository

KEPT = (".gitattributes",)


@attrs.frozen(kw_only=True)
class Upload:
    """Where a repository goes, and how it is committed."""

    name: str
    private: bool = False
    revision: str = ""
    message: str = ""
    create_pr: bool = False
    overwrite: bool = False

    def __call__(self, repository: Repository) -> str:
        """Upload the files, and return the address of the commit or the pull request.

        Files that the repository has from before are removed, so that it is what was published. Raise ZebraError if there is no
        token, the Hub cannot be reached or refuses, or the repository has files and neither may be overwritten nor gets a pull
        request.
        """
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_token  # noqa: PLC0415

        token = get_token()
        if not token:
            msg = "there is no token of the Hugging Face Hub; run `hf auth login`, or set HF_TOKEN, and see --dry-run"
            raise zebra.ZebraError(msg)
        remember_secret(token)
        with explained(self.name):
            api = HfApi(token=token)
            _check_card(repository)
            before = self._before(api, repository.kind)
            added = [
                CommitOperationAdd(path_in_repo=name, path_or_fileobj=content)
                for name, content in repository.files.items()
            ]
            removed = [CommitOperationDelete(path_in_repo=name) for name in before if name not in repository.files]
            commit = api.create_commit(
                self.name,
                [*added, *removed],
                commit_message=self.message or f"Upload the {repository.kind}",
                repo_type=repository.kind,
                revision=self.revision or None,
                create_pr=self.create_pr,
            )
            return str(commit.pr_url or commit.commit_url)

    def _before(self, api: HfApi, kind: str) -> list[str]:
        """Create repository and branch if there are none. Return the files that the branch has."""
        exists = api.repo_exists(self.name, repo_type=kind)
        if not exists:
            api.create_repo(self.name, repo_type=kind, private=self.private)
        if self.revision and not self.create_pr:
            api.create_branch(self.name, branch=self.revision, repo_type=kind, exist_ok=True)
        if not exists:
            return []
        names = api.list_repo_files(self.name, repo_type=kind, revision=self.revision or None)
        files = [name for name in names if name not in KEPT]
        if files and not (self.overwrite or self.create_pr):
            msg = (
                f"{self.name} exists already, with {len(files)} files; add --overwrite to replace them, or --create-pr to "
                "propose it"
            )
            raise zebra.ZebraError(msg)
        return files


def _check_card(repository: Repository) -> None:
    """Raise ZebraError if the Hub would refuse the card: before anything is created there."""
    from huggingface_hub import RepoCard  # noqa: PLC0415

    try:
        RepoCard(repository.made[CARD].decode()).validate(repository.kind)
    except ValueError as error:
        try:
            reasons = [each["message"] for each in json.loads(str(error))["errors"]]
        except (ValueError, KeyError, TypeError):
            reasons = [str(error)]
        msg = f"the Hub does not accept the card: {'; '.join(reasons)}; check --license, --language and the front matter of {CARD}"
        raise zebra.ZebraError(msg) from error


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Raise ZebraError, in one line with the remedy, for what the Hub or the network refuses."""
    from huggingface_hub import errors  # noqa: PLC0415

    try:
        yield
    except zebra.ZebraError:
        raise
    except errors.OfflineModeIsEnabled as error:
        msg = "nothing can be uploaded while HF_HUB_OFFLINE is set; unset it, or look with --dry-run"
        raise zebra.ZebraError(msg) from error
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        reason = error.server_message or str(error).partition("\n")[0]
        raise zebra.ZebraError(_refusal(name, status, reason)) from error
    except errors.HFValidationError as error:
        msg = f"{name!r} is not a valid name on the Hugging Face Hub: {str(error).partition(chr(10))[0]}"
        raise zebra.ZebraError(msg) from error
    except Exception as error:
        reason = str(error).partition("\n")[0]
        msg = f"the upload to {name} failed ({type(error).__name__}: {reason}); check the network, and run the command again"
        raise zebra.ZebraError(msg) from error


def _refusal(name: str, status: int, reason: str) -> str:
    if status == 401:  # what the Hub answers to a token that it does not know
        return f"the Hub does not accept the token ({reason}); run `hf auth login` again, or set another HF_TOKEN"
    if status == 403:
        return f"the token may not write to {name} ({reason}); use a token with write permission, or another name"
    return f"the Hub refuses the upload to {name} ({status}: {reason})"
