"""What docs/explanation/security.md promises of the source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.testing import Project

ROOT = Path(__file__).parents[1]
SOURCES = [path for folder in ("zebra_core", "plugins") for path in sorted((ROOT / folder).rglob("*.py"))]
FORBIDDEN = {
    "eval", "exec", "compile", "__import__", "pickle.load", "pickle.loads", "marshal.loads", "shelve.open", "dill.loads",
    "yaml.load", "yaml.unsafe_load", "yaml.full_load", "torch.load", "joblib.load", "os.system", "os.popen",
}  # fmt: skip
"""Calls that run what they read."""
OF_OUR_OWN = {
    "plugins/zebra_ray/cluster.py": {"cloudpickle.loads"},
    "zebra_core/testing/checks/common.py": {"pickle.loads"},
}
"""What the process itself, or a node of its cluster, has pickled."""


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_input_is_run(path: Path) -> None:
    """No call unpickles or evaluates, numpy loads no objects, no shell is started, and no code of a model is trusted."""
    allowed = OF_OUR_OWN.get(str(path.relative_to(ROOT)), set())
    for call in calls(ast.parse(path.read_text(encoding="utf-8"))):
        name = ast.unparse(call.func)
        assert name not in FORBIDDEN - allowed
        assert not name.endswith((".loads", ".Unpickler")) or name in {"json.loads", "tomllib.loads", *allowed}
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        assert not {"allow_pickle", "shell"} & keywords.keys()
        if name.endswith(".from_pretrained") or "trust_remote_code" in keywords:
            assert ast.unparse(keywords["trust_remote_code"]) == "False", (
                "transformers asks on a terminal unless it is False"
            )


def test_hook_for_the_check() -> None:
    """The check of the source knows the calls that it forbids."""
    names = {ast.unparse(call.func) for call in calls(ast.parse("yaml.load(x)\neval('1')"))}
    assert names <= FORBIDDEN


@pytest.mark.parametrize(
    "options",
    [
        {"lm-eval": {"model_args": {"trust_remote_code": True}}},
        {"dpo": {"model_init_kwargs": {"trust_remote_code": True}}},
        {"dpo": {"trust_remote_code": "yes"}},
    ],
)
def test_an_option_cannot_trust_remote_code(zebra_cli: Project, options: dict[str, dict[str, object]]) -> None:
    """A recipe, or `--set`, that asks for it at any depth is refused."""
    import tomli_w

    with pytest.raises(zebra.ZebraError, match="trust_remote_code is set"):
        zebra.make_recipe({"options": options})
    zebra_cli.write("recipe.toml", tomli_w.dumps({"options": options}))
    for words in (
        ("run", "recipe.toml"),
        ("train", "x", "--recipe", "recipe.toml"),
        ("evaluate", "x", "--recipe", "recipe.toml"),
    ):
        assert "trust_remote_code is set" in zebra_cli.run(*words, code=2).stderr
    (target, table), *_ = options.items()
    (name, value), *_ = table.items()
    text = "{trust_remote_code = true}" if isinstance(value, dict) else "true"
    assert "trust_remote_code is set" in zebra_cli.run("run", "--set", f"{target}.{name}={text}", code=2).stderr


def with_own_code(folder: Path, kind: str) -> Path:
    """Write a model whose configuration asks for a class in a file beside it."""
    import json

    folder.mkdir()
    config = {"model_type": "mine", "auto_map": {"AutoConfig": "mine.Config", "AutoModelForCausalLM": "mine.Model"}}
    tokenizer = {"tokenizer_class": "Mine", "auto_map": {"AutoTokenizer": ["mine.Mine", None]}}
    (folder / "config.json").write_text(json.dumps(config | {"architectures": [kind]}))
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    (folder / "mine.py").write_text(f"from pathlib import Path\nPath({str(folder / 'ran')!r}).touch()\n")
    return folder


@pytest.mark.train
@pytest.mark.parametrize(
    "words", [("train", "zebra-dataset", "--trainer", "dpo", "--model"), ("evaluate", "--pairs", "zebra-dataset")]
)
def test_a_model_with_its_own_code(zebra_cli: Project, words: tuple[str, ...]) -> None:
    """A model that needs code of its own is refused, and the code does not run."""
    zebra_cli.run("run")
    model = with_own_code(zebra_cli.folder / "model", "Model")
    assert "custom code" in zebra_cli.run(*words, str(model), code=2).stderr
    assert not list(zebra_cli.folder.rglob("ran"))


@pytest.mark.train
def test_a_dataset_with_its_own_code(zebra_cli: Project) -> None:
    """A folder with a loading script is not run, neither as a pool nor as a dataset to train on."""
    script = "from pathlib import Path\nPath(__file__).with_name('ran').touch()\n"
    zebra_cli.write("scripted/scripted.py", script)
    for words in (
        ("run", "--pool", "scripted"),
        ("run", "--pool", "hub:./scripted"),
        ("train", "scripted", "--model", "tiny"),
    ):
        zebra_cli.run(*words, code=2)
    assert not list(zebra_cli.folder.rglob("ran"))
